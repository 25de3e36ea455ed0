"""Tables as rows of cells, with the text of merged cells repeated where they reach."""

from __future__ import annotations

from dataclasses import dataclass, field

# A merged cell says what its rows are about; a long one would only be said over and over.
_MAX_REPEATED_CHARACTERS = 80
_MAX_COLUMNS = 200
# A document of nothing but merged cells would otherwise grow by thousands of times.
MAX_REPEATS = 20_000


def repeatable(text: str) -> str:
    """Return what a merged cell says in each further place that it covers."""
    return text if len(text) <= _MAX_REPEATED_CHARACTERS else ""


@dataclass(slots=True)
class _Span:
    text: str
    rows_left: int


@dataclass(slots=True)
class Grid:
    """Rows of cell texts, filled from left to right.

    Attributes:
        repeats_left: How many more places merged cells may fill, over all tables of a document.
        rows: The finished rows; merged cells are repeated in each place that they cover.
    """

    repeats_left: int = MAX_REPEATS
    rows: list[list[str]] = field(default_factory=list)
    _spans: dict[int, _Span] = field(default_factory=dict)

    def start_row(self) -> None:
        """Begin the next row."""
        self.rows.append([])
        self._fill_from_above()

    def add(self, text: str, *, columns: int = 1, rows: int = 1) -> None:
        """Add a cell to the current row, covering some columns and rows."""
        if not self.rows:
            self.start_row()
        row = self.rows[-1]
        repeated = repeatable(text)
        reach = max(1, min(columns, _MAX_COLUMNS - len(row), self.repeats_left))
        self.repeats_left -= reach - 1
        for column in range(reach):
            if rows > 1:
                self._spans[len(row)] = _Span(repeated, rows - 1)
            row.append(repeated if column else text)
        self._fill_from_above()

    def is_table(self) -> bool:
        """Tell whether this is a table rather than a means of layout: two rows and columns."""
        filled = [row for row in self.rows if row]
        return len(filled) > 1 and max(len(row) for row in filled) > 1

    def _fill_from_above(self) -> None:
        row = self.rows[-1]
        while (span := self._spans.pop(len(row), None)) and self.repeats_left > 0:
            self.repeats_left -= 1
            if span.rows_left > 1:
                self._spans[len(row)] = _Span(span.text, span.rows_left - 1)
            row.append(span.text)
