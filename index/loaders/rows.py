"""Writes the rows of tables as lines that name their columns, so that each is understood alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.errors import RefusedFileError
from index.loaders.encoding import as_valid_unicode
from index.loaders.limits import Limits
from index.loaders.refusal import too_long
from index.values import Page

MAX_COLUMNS = 500
_MAX_NAME_CHARACTERS = 80
# The only column's name is shorter; a sheet may also hold nothing but sentences.
_MAX_LONE_NAME_CHARACTERS = 40
# Among so many rows the header is looked for; above it stand titles and remarks.
_SAMPLE_ROWS = 20
# Fewer empty rows than this are kept as empty lines, so that the rows after them can be counted.
_MAX_EMPTY_LINES = 50
_HEADER_SHARE = 0.6
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CONTROL = re.compile("[\x00-\x1f\x7f]")

Row = tuple[int, Sequence[str]]


class RowWriter:
    """Collects the rows of one or more sheets.

    A row reads `Region: North | Sales: 120`, by the names in its table's header: the first row
    of words that fills most of the width. What stands above the header is written as it is. A new
    header is where, below an empty row, there are words alone in columns that held numbers; in one
    such column they may be a remark ("on request"), so that from there on no column has a name.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parts: list[str] = []
        self._length = 0
        self._pages: list[Page] = []
        self._number = 0
        self._label = ""
        self._heading_waits = False
        self._waiting: list[Row] = []
        self._waiting_length = 0
        self._names: Sequence[str] | None = None
        self._numeric: dict[int, bool] = {}  # by column of the table: whether it holds numbers
        self._start = 0  # of the run of rows that is being written
        self._first_row = 0
        self._next_row = 0
        self.title: str | None = None  # what stands alone in the first row above a header

    def sheet(self, name: str | None = None) -> None:
        """Begin a sheet; with a name, its heading is written before its first row."""
        self._finish_sheet()
        self._number += 1
        self._label = ""
        self._heading_waits = name is not None
        if name is not None:
            shown = " ".join(clean(name).replace(": ", " ").split())
            self._label = f"sheet {shown}"
        self._names = None

    def row(self, number: int, cells: Sequence[str]) -> None:
        """Add a row by its number in the sheet, from 1; one without content is passed over.

        Raises:
            RefusedFileError: The row has too many columns, or the text gets too long.
        """
        # Cells may share one long text, which cleaning would copy for each of them.
        self._check_length(sum(map(len, cells)))
        cleaned = [clean(cell) for cell in cells]
        while cleaned and not cleaned[-1]:
            cleaned.pop()
        if len(cleaned) > MAX_COLUMNS:
            raise RefusedFileError(
                f"row {number:,} has more than {MAX_COLUMNS} columns; "
                "split the table into narrower ones"
            )
        if not cleaned:
            return
        self._take(number, cleaned)

    def finish(self) -> tuple[str, tuple[Page, ...]]:
        """Return the text of all sheets and its pages."""
        self._finish_sheet()
        return "".join(self._parts), tuple(self._pages)

    def _check_length(self, more: int) -> None:
        if self._length + more > self._limits.max_text_characters:
            raise too_long(self._length + more, self._limits)

    def _finish_sheet(self) -> None:
        while self._waiting:
            self._write_waiting()
        self._close_run()

    def _take(self, number: int, cells: Sequence[str]) -> None:
        """Write a row under its table's header, or let it wait for that."""
        changed = self._changed_columns(number, cells)
        if changed:
            self._names, self._numeric = None if changed > 1 else (), {}
        if self._names is None:
            self._waiting.append((number, cells))
            self._waiting_length += sum(map(len, cells))
            self._check_length(self._waiting_length)
            if len(self._waiting) >= _SAMPLE_ROWS:
                self._write_waiting()
            return
        for place, cell in enumerate(cells):
            if cell:
                self._numeric[place] = self._numeric.get(place, True) and not _is_label(cell)
        self._write(number, _named(self._names, cells))

    def _changed_columns(self, number: int, cells: Sequence[str]) -> int:
        """Return how many columns of numbers a row of words alone has words in."""
        if self._names is None or number <= self._next_row or _filled(cells) < 2:
            return 0
        filled = [place for place, cell in enumerate(cells) if cell]
        if not all(_is_label(cells[place]) for place in filled):
            return 0
        return sum(self._numeric.get(place, False) for place in filled)

    def _write_waiting(self) -> None:
        waiting, self._waiting, self._waiting_length = self._waiting, [], 0
        if self._heading_waits:
            self._write_heading()
        place = _header_place([cells for _, cells in waiting])
        first = [cell for cell in waiting[0][1] if cell]
        if self.title is None and place and len(first) == 1:
            self.title = first[0]
        below = 0 if place is None else place + 1
        for number, cells in waiting[:below]:
            self._write(number, " | ".join(cell for cell in cells if cell))
        self._names, self._numeric = () if place is None else waiting[place][1], {}
        for number, cells in waiting[below:]:
            self._take(number, cells)

    def _write_heading(self) -> None:
        self._heading_waits = False
        start = self._length
        self._add(f"{chr(10) if start else ''}# {self._label.removeprefix('sheet ')}\n\n")
        self._add_page(Page(self._number, start, self._length, self._label))

    def _write(self, number: int, line: str) -> None:
        gap = number - self._next_row
        if not self._first_row or not 0 <= gap <= _MAX_EMPTY_LINES:
            # A blank line parts what isn't counted together.
            self._add("\n" if self._first_row else "")
            self._close_run()
            self._start, self._first_row, gap = self._length, number, 0
        self._add("\n" * gap + line + "\n")
        self._next_row = number + 1

    def _close_run(self) -> None:
        if self._first_row and self._length > self._start:
            page = Page(self._number, self._start, self._length, self._label, self._first_row)
            self._add_page(page)
        self._start, self._first_row = self._length, 0

    def _add(self, text: str) -> None:
        self._check_length(len(text))
        self._parts.append(text)
        self._length += len(text)

    def _add_page(self, page: Page) -> None:
        self._pages.append(page)
        if len(self._pages) > self._limits.max_pages:
            raise RefusedFileError(
                f"its rows lie in more than {self._limits.max_pages:,} places far from each "
                "other; take out the empty rows between them"
            )


def clean(cell: str) -> str:
    """Return a cell's text on one line, without what can't be shown."""
    return " ".join(_CONTROL.sub(" ", as_valid_unicode(cell)).split())


def _header_place(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the place of the header among a sheet's first rows, or None where there is none."""
    width = max(_filled(cells) for cells in rows)
    if width == 1 and len(rows[0][0]) > _MAX_LONE_NAME_CHARACTERS:
        return None
    for place, cells in enumerate(rows[:-1]):
        filled = [cell for cell in cells if cell]
        if len(filled) < _HEADER_SHARE * width:
            continue
        labels = sum(_is_label(cell) for cell in filled)
        days = [n for n, cell in enumerate(cells) if _DAY.fullmatch(cell)]
        # The first full row decides: a table of numbers alone has no header. Days are one where
        # there are several, beside words alone and above something else.
        below = "".join(rows[place + 1][n] for n in days if n < len(rows[place + 1]))
        by_days = len(days) > 1 and 0 < labels == len(filled) - len(days)
        by_days = by_days and not _DAY.search(below)
        return place if 2 * labels >= len(filled) or by_days else None
    return None


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell)


def _is_label(cell: str) -> bool:
    return any(character.isalpha() for character in cell) or _YEAR.fullmatch(cell) is not None


def _named(names: Sequence[str], cells: Sequence[str]) -> str:
    if not names and _filled(cells) == 1:
        return next(cell for cell in cells if cell)
    named = (f"{_name(names, place)}: {cell}" for place, cell in enumerate(cells) if cell)
    return " | ".join(named)


def _name(names: Sequence[str], place: int) -> str:
    name = names[place] if place < len(names) else ""
    return name[:_MAX_NAME_CHARACTERS].rstrip(" :") or f"Column {_letters(place)}"


def _letters(place: int) -> str:
    """Return what spreadsheet programs call a column: A to Z, AA ..."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
