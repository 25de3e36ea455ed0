"""Puts the words of an RTF document together to paragraphs, headings, items, tables and notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from index.loaders.grid import Grid
from index.loaders.markup import MAX_HEADING_LEVEL, MarkdownWriter, with_label
from index.loaders.raised import resolve


@dataclass(slots=True)
class RtfBlocks:
    """Writes blocks as they end.

    Attributes:
        writer: Takes the blocks.
        first_heading: The first heading of level 1 so far.
        styles: The level of the headings that a style makes, by its number.
        in_table: Whether the paragraph belongs to a cell.
        is_item: Whether the paragraph has a mark of a list.
    """

    writer: MarkdownWriter
    first_heading: str | None = None
    styles: dict[int, int] = field(default_factory=dict)
    in_table: bool = False
    is_item: bool = False
    _level: int = 0
    _depth: int = 0
    _words: list[str] = field(default_factory=list)
    _label: list[str] = field(default_factory=list)
    _notes: list[str] = field(default_factory=list)
    _cells: list[str] = field(default_factory=list)
    _grid: Grid = field(default_factory=Grid)

    def say(self, text: str) -> None:
        """Add to the paragraph."""
        self._words.append(text)

    def say_label(self, text: str) -> None:
        """Add to the mark or number of the paragraph, which is an item of a list."""
        self._label.append(text)

    def say_in_note(self, text: str) -> None:
        """Add to the footnote."""
        self._notes.append(text)

    def end_paragraph(self) -> None:
        """Write the paragraph, as what it is; a table before it is at its end."""
        text, label = resolve("".join(self._words)), "".join(self._label)
        self._words.clear()
        self._label.clear()
        if not text.strip():
            return
        self._end_table()
        if self._level:
            self._write_heading(text, label)
        elif self.is_item:
            self.writer.numbered_item(text, depth=self._depth, label=label)
        else:
            self.writer.paragraph(text)
        # Each paragraph of a list brings its own mark.
        self.is_item = False

    def finish(self) -> None:
        """Write what hasn't been written yet, footnotes last."""
        self.end_paragraph()
        self._end_table()
        for note in resolve("".join(self._notes)).split("\n"):
            self.writer.paragraph(note)

    def _write_heading(self, text: str, label: str) -> None:
        self.writer.heading(with_label(text, label), level=min(self._level, MAX_HEADING_LEVEL))
        if self._level == 1 and self.first_heading is None:
            self.first_heading = text

    def _end_cell(self, _: int) -> None:
        self._cells.append(" ".join(resolve("".join(self._words)).split()))
        self._words.clear()
        self._label.clear()
        self.is_item = False

    def _end_row(self, _: int) -> None:
        self._grid.start_row()
        for cell in self._cells:
            self._grid.add(cell)
        self._cells.clear()

    def _end_table(self) -> None:
        if self._cells:
            self._end_row(1)
        grid, self._grid = self._grid, Grid()
        if grid.is_table():
            self.writer.table(grid.rows)
        else:
            for row in grid.rows:
                self.writer.paragraph(" ".join(row))

    def _begin_paragraph(self, _: int) -> None:
        self._level, self._depth, self.in_table = 0, 0, False

    def _enter_table(self, _: int) -> None:
        self.in_table = True

    def _set_depth(self, number: int) -> None:
        self._depth = max(0, number)

    def _set_style(self, number: int) -> None:
        self._level = self.styles.get(number, 0)

    def _set_outline(self, number: int) -> None:
        self._level = number + 1 if 0 <= number < 9 else 0


# The control words that say how what follows is laid out; each takes its number.
LAYOUT: dict[str, Callable[[RtfBlocks, int], None]] = {
    "cell": RtfBlocks._end_cell,
    "row": RtfBlocks._end_row,
    "pard": RtfBlocks._begin_paragraph,
    "intbl": RtfBlocks._enter_table,
    "s": RtfBlocks._set_style,
    "ilvl": RtfBlocks._set_depth,
    "outlinelevel": RtfBlocks._set_outline,
}
