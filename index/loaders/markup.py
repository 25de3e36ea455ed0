"""Writes the Markdown that HTML and DOCX are turned into: blocks in, one text out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.loaders.limits import Limits
from index.loaders.refusal import too_long

MAX_HEADING_LEVEL = 6
_MAX_DEPTH = 8
# Deep enough for a list inside a numbered one, too little to be code inside a bulleted one.
_INDENT = "    "
# At the start of a line these would open a code block, or make a heading of plain words.
_BLOCK_MARK = re.compile(r"^(?=`{3}|~{3}|#{1,6}\s)", re.MULTILINE)
# What Markdown knows as an item's marker; other numbers are words of the item.
_MARKER = re.compile(r"\d{1,9}[.)]")
_NUMBER = re.compile(r"\d|[^\W_][.):]|\w \w")  # a letter alone is a bullet of some font
_BLANK_LINES = re.compile(r"\n\s*\n")


class MarkdownWriter:
    """Collects blocks; list items lie on neighbouring lines, a blank line parts everything else.

    Words are kept as they are, without emphasis marks or escapes, so that a quote reads like the
    page it was taken from.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parts: list[str] = []
        self._characters = 0
        # Depth of the list item just written, -1 after any other block.
        self._depth = -1

    def heading(self, text: str, *, level: int) -> None:
        """Add a heading; its words come on one line, `level` counts from 1."""
        if words := " ".join(text.split()):
            self._add("#" * min(level, MAX_HEADING_LEVEL) + " " + words)

    def paragraph(self, text: str) -> None:
        """Add a paragraph, which may hold line breaks."""
        if words := _trimmed(text):
            self._add(words)

    def item(self, text: str, *, depth: int, marker: str = "-") -> None:
        """Add a list item; `depth` is 0 in an outermost list; an empty marker continues an item."""
        # An item indented further than a child of the one before would be read as code.
        depth = min(depth, self._depth + 1, _MAX_DEPTH)
        indent = _INDENT * depth
        hanging = indent + " " * (len(marker) + 1 if marker else 2)
        if words := _trimmed(text):
            first = f"{indent}{marker} " if marker else hanging
            self._add(first + words.replace("\n", f"\n{hanging}"), depth=depth)

    def numbered_item(self, text: str, *, depth: int, label: str) -> None:
        """Add a list item with the number that is shown before it, or a mark that is none."""
        if _MARKER.fullmatch(label.strip()):
            self.item(text, depth=depth, marker=label.strip())
        else:
            self.item(with_label(text, label), depth=depth)

    def code(self, text: str) -> None:
        """Add lines to be kept as they are, between fences longer than any inside."""
        if text.strip():
            longest = max((len(run) for run in re.findall("`+", text)), default=0)
            fence = "`" * max(3, longest + 1)
            self._add(f"{fence}\n{text.strip(chr(10)).rstrip()}\n{fence}")

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Add a pipe table whose first row is the header; short rows are filled up."""
        filled = [row for row in rows if any(cell.strip() for cell in row)]
        if not filled:
            return
        width = max(len(row) for row in rows)
        # An empty first row is kept: it says that the table has no header.
        kept = filled if any(cell.strip() for cell in rows[0]) else [rows[0], *filled]
        least = len(kept) * width * len("|  ")  # filled up to the widest
        if least > self._limits.max_text_characters:
            raise too_long(least, self._limits)
        lines = [_table_line(row, width) for row in kept]
        lines.insert(1, "|" + " --- |" * width)
        self._add("\n".join(lines))

    def text(self) -> str:
        """Return everything that was added."""
        return "".join(self._parts)

    def _add(self, block: str, *, depth: int = -1) -> None:
        if self._parts:
            self._parts.append("\n" if min(depth, self._depth) >= 0 else "\n\n")
        self._parts.append(block)
        self._depth = depth
        self._characters += len(block) + 2
        if self._characters > self._limits.max_text_characters + 2:
            raise too_long(self._characters - 2, self._limits)


def with_label(text: str, label: str) -> str:
    """Return a text behind its number, if its label is one; an empty text stays empty."""
    words = " ".join(label.split())
    return f"{words} {text}" if text.strip() and _NUMBER.search(words) else text


def _trimmed(text: str) -> str:
    """Return the text without outer white space, blank lines and accidental block marks."""
    lines = (line.strip() for line in text.strip().split("\n"))
    joined = _BLANK_LINES.sub("\n", "\n".join(lines))
    return _BLOCK_MARK.sub(r"\\", joined)


def _table_line(row: Sequence[str], width: int) -> str:
    cells = [" ".join(cell.split()).replace("|", "\\|") for cell in row]
    cells += [""] * (width - len(cells))
    return "| " + " | ".join(cells) + " |"
