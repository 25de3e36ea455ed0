"""The body of a word processor's document: what its formats have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from index.loaders.grid import MAX_REPEATS, Grid
from index.loaders.markup import MAX_HEADING_LEVEL, MarkdownWriter, with_label

# lxml's elements have no types of their own.
Element = Any


class Body(ABC):
    """Writes the blocks of a document's body.

    Attributes:
        writer: Takes the blocks.
        first_heading: The text of the first title or heading of level 1 so far.
        boxes: The text boxes that are anchored in the paragraph being read.
        repeats_left: How many more places merged cells may fill.
    """

    def __init__(self, writer: MarkdownWriter) -> None:
        self.writer = writer
        self.first_heading: str | None = None
        self.boxes: list[Element] = []
        self.repeats_left = MAX_REPEATS

    @abstractmethod
    def write(self, container: Element) -> None:
        """Write every block in `container`, in order, however wrapped."""

    def write_heading(self, text: str, level: int, *, label: str = "") -> None:
        """Write a heading, its number before it; levels count from 1."""
        self.writer.heading(with_label(text, label), level=min(level, MAX_HEADING_LEVEL))
        if level == 1 and self.first_heading is None and text.strip():
            self.first_heading = text

    def write_boxes(self) -> None:
        """Write the text boxes that are anchored in what was just written."""
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.write(box)

    def write_grid(self, grid: Grid, parts: Iterable[Element]) -> None:
        """Write a table that has been read, or what is in it where it is none.

        Args:
            grid: The table.
            parts: The elements that hold its blocks.
        """
        self.repeats_left = grid.repeats_left
        if grid.is_table():
            self.writer.table(grid.rows)
            self.write_boxes()
        else:
            # One column or row only places things on the page; its blocks are the content.
            self.boxes = []
            for part in parts:
                self.write(part)
