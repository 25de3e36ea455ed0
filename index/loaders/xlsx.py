"""XLSX: the rows of every sheet of an Excel workbook, each naming its columns."""

from __future__ import annotations

import io
import warnings
import zipfile
from contextlib import closing
from datetime import datetime
from typing import Any

from index.errors import RefusedFileError
from index.loaders.archive import Package, check_package
from index.loaders.cells import shown
from index.loaders.encoding import as_valid_unicode, is_blank
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
    with closing(book):
        rows_left, cells_left = _MAX_ROWS, _MAX_CELLS
        for sheet in book.worksheets:
            writer.sheet(sheet.title)
            # What a sheet says of its own size may be wrong, and hide what lies beyond.
            sheet.reset_dimensions()
            for number, row in enumerate(sheet.iter_rows(), start=1):
                rows_left, cells_left = rows_left - 1, cells_left - len(row)
                if rows_left < 0 or cells_left < 0:
                    raise RefusedFileError(_TOO_MANY)
                writer.row(number, [_shown(cell) for cell in row])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if _PROPERTIES not in archive.namelist():
            # openpyxl makes up properties, with the present moment as the date.
            return writer, None, None
    created = book.properties.created
    day = created.date().isoformat() if isinstance(created, datetime) else None
    return writer, meaningful_title(as_valid_unicode(book.properties.title or "")), day


def _shown(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    # Looking up a format takes longer than reading the value.
    number_format = cell.number_format if isinstance(value, int | float) else "General"
    return shown(value, number_format or "General")
