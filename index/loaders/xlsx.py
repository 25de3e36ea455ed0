"""XLSX: the rows of every sheet of an Excel workbook, each naming its columns."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from index.errors import RefusedFileError
from index.loaders.archive import Package, check_package
from index.loaders.cells import shown
from index.loaders.encoding import as_valid_unicode, is_blank
from index.loaders.grid import MAX_REPEATS, repeatable
from index.loaders.limits import Limits
from index.loaders.refusal import refusing
from index.loaders.rows import RowWriter
from index.loaders.titles import meaningful_title, tidy_title
from index.values import Extract

_WORKBOOK = Package(
    "Excel workbook",
    "an",
    "Excel",
    "XLSX",
    ("xl/", "[Content_Types].xml"),
    old=".xls",
    unfolds=True,
)
_DAMAGED = "the Excel workbook is damaged; open it in Excel, save it again and add that"
_PROPERTIES = "docProps/core.xml"
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
# As many as Excel has; a file may claim that a cell lies a billion rows further down.
_MAX_ROWS = 1_048_576
_MAX_CELLS = 20_000_000
_TOO_MANY = (
    f"the Excel workbook has more than {_MAX_ROWS:,} rows or {_MAX_CELLS:,} cells, empty ones "
    "among them; take those out, or split it"
)


def extract(data: bytes, *, limits: Limits) -> Extract:
    """Return the rows of all sheets, hidden ones too, with what their formulas last came to.

    Raises:
        RefusedFileError: It is no workbook, damaged, protected, empty, or built to do harm.
    """
    check_package(data, _WORKBOOK, limits=limits)
    # openpyxl warns about everything in a workbook that it can't keep, which nobody asked of it.
    with refusing(_DAMAGED), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        writer, title, day = _read(data, limits)
    text, pages = writer.finish()
    if is_blank(text):
        raise RefusedFileError(
            "the Excel workbook holds no values; if its formulas were never calculated, open it in "
            "Excel, save it and add that"
        )
    return Extract(text, title or tidy_title(writer.title), day, pages, "rows")


def _read(data: bytes, limits: Limits) -> tuple[RowWriter, str | None, str | None]:
    """Return the rows, and the title and day from the workbook's properties."""
    import openpyxl

    writer = RowWriter(limits)
    book = openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=True, keep_links=False
    )
    with closing(book), zipfile.ZipFile(io.BytesIO(data)) as archive:
        rows_left, cells_left = _MAX_ROWS, _MAX_CELLS
        for sheet in book.worksheets:
            writer.sheet(sheet.title)
            # What a sheet says of its own size may be wrong, and hide what lies beyond.
            sheet.reset_dimensions()
            labels = _Labels(_merged(archive, sheet))
            for number, row in enumerate(sheet.iter_rows(), start=1):
                rows_left, cells_left = rows_left - 1, cells_left - len(row)
                if rows_left < 0 or cells_left < 0:
                    raise RefusedFileError(_TOO_MANY)
                writer.row(number, labels.repeated(number, [_shown(cell) for cell in row]))
        if _PROPERTIES not in archive.namelist():
            # openpyxl makes up properties, with the present moment as the date.
            return writer, None, None
    created = book.properties.created
    day = created.date().isoformat() if isinstance(created, datetime) else None
    return writer, meaningful_title(as_valid_unicode(book.properties.title or "")), day


def _merged(archive: zipfile.ZipFile, sheet: Any) -> dict[tuple[int, int], int]:
    """Return the last row of each cell, by row and column from 1, that covers those below it.

    openpyxl leaves them out where it reads row by row.
    """
    from openpyxl.utils import column_index_from_string

    found = {}
    for left, top, right, bottom in _MERGED.findall(archive.read(sheet._worksheet_path)):
        if left == right:
            found[int(top), column_index_from_string(left.decode())] = int(bottom)
    return found


class _Labels:
    """Repeats what merged cells say in the rows that they reach down to.

    Args:
        merged: The last row of each merged cell, by row and column from 1.
    """

    def __init__(self, merged: Mapping[tuple[int, int], int]) -> None:
        self._merged = merged
        self._reach: dict[int, tuple[str, int]] = {}  # by column: the words, and the last row
        self._left = MAX_REPEATS

    def repeated(self, number: int, cells: list[str]) -> list[str]:
        """Return a row, by its number from 1, with what reaches down into it."""
        for column, (text, last) in list(self._reach.items()):
            if number > last or self._left <= 0:
                del self._reach[column]
            elif any(cells) and column <= len(cells) and not cells[column - 1]:
                cells[column - 1] = text
                self._left -= 1
        for column, text in enumerate(cells, start=1):
            last = self._merged.get((number, column), 0)
            if text and last > number:
                self._reach[column] = repeatable(text), last
        return cells


def _shown(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    # Looking up a format takes longer than reading the value.
    number_format = cell.number_format if isinstance(value, int | float) else "General"
    return shown(value, number_format or "General")
