"""The blocks that a text consists of: headings, paragraphs, tables, code, each with its offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
# Rows name their columns, so that none of them looks like this.
_SHEET_HEADING = re.compile(r"# (?!.*: )(.+)")
_LINE_BLOCKS = frozenset({"table_open", "fence", "code_block"})
FRONT_MATTER = re.compile(r"---[^\S\n]*\n(?:.*\n)*?---[^\S\n]*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text that belongs together: `text[start:end]`, no white space around it.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character.
        heading: The headings it stands under, outermost first.
        lines: True where each line is a unit of its own (a table's row, a line of code).
        header: A table's header row, "" elsewhere.
    """

    start: int
    end: int
    heading: tuple[str, ...]
    lines: bool
    header: str


def find_blocks(text: str, markup: str) -> Iterator[Block]:
    """Yield the blocks of `text` in order; every character but white space is in one of them.

    Args:
        text: The document's text.
        markup: `markdown`, `rows` for rows below the names of their sheets, or `text` for
            paragraphs between blank lines.
    """
    find = {"markdown": _markdown_blocks, "rows": _row_blocks}.get(markup, _paragraphs)
    for block in find(text):
        start, end = trim(text, block.start, block.end)
        if start < end:
            trimmed = (start, end) != (block.start, block.end)
            yield replace(block, start=start, end=end) if trimmed else block


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range without the white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _paragraphs(text: str) -> Iterator[Block]:
    start = 0
    for blank in _BLANK_LINES.finditer(text):
        yield Block(start, blank.start(), (), False, "")
        start = blank.end()
    yield Block(start, len(text), (), False, "")


def _row_blocks(text: str) -> Iterator[Block]:
    path: tuple[str, ...] = ()
    for block in _paragraphs(text):
        if sheet := _SHEET_HEADING.fullmatch(text, block.start, block.end):
            path = (sheet[1],)
        yield replace(block, heading=path, lines=True)


def _markdown_blocks(text: str) -> Iterator[Block]:
    from markdown_it import MarkdownIt

    lines = text.split("\n")
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line) + 1)
    offsets[-1] = len(text)
    front = FRONT_MATTER.match(text)
    body = text if front is None else re.sub(r"[^\n]", " ", front[0]) + text[front.end() :]
    parser = MarkdownIt("commonmark").enable("table").disable("inline")
    headings: list[tuple[int, str]] = []
    starts = [Block(0, 0, (), False, "")]
    # Line numbers must mean the same to the parser and to us, so only "\n" may end a line.
    for token in parser.parse(body.replace("\r", " ")):
        if token.level or not token.map or token.nesting < 0:
            continue
        first, last = offsets[token.map[0]], offsets[token.map[1]]
        if token.type == "heading_open":
            level = int(token.tag[1:])
            headings = [item for item in headings if item[0] < level]
            headings.append((level, _plain(text[first:last])))
        path = tuple(title for _, title in headings)
        header = lines[token.map[0]].strip() if token.type == "table_open" else ""
        starts.append(Block(first, last, path, token.type in _LINE_BLOCKS, header))
    # Each block reaches to the next one's start, so that nothing between them is lost.
    for block, following in pairwise([*starts, Block(len(text), 0, (), False, "")]):
        yield replace(block, end=following.start)


def _plain(heading: str) -> str:
    lines = [line for line in heading.strip().splitlines() if line.strip("=- ")]
    return " ".join(line.strip().strip("#").strip() for line in lines)
