"""The blocks that a text consists of: headings, paragraphs, tables, code, each with its offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
# Rows name their columns, so that none of them looks like this.
_SHEET_HEADING = re.compile(r"# (?!.*: )(.+)")
# Parsing takes up to 250 bytes of memory a character.
_PORTION_CHARACTERS = 500_000
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
    front = FRONT_MATTER.match(text)
    body = text if front is None else re.sub(r"[^\n]", " ", front[0]) + text[front.end() :]
    headings: list[tuple[int, str]] = []
    block = Block(0, 0, (), False, "")
    # Line numbers must mean the same to the parser and to us, so only "\n" may end a line.
    for token, first, last in _outermost(body.replace("\r", " ")):
        if token.type == "heading_open":
            level = int(token.tag[1:])
            headings = [item for item in headings if item[0] < level]
            headings.append((level, _plain(text[first:last])))
        path = tuple(title for _, title in headings)
        is_table = token.type == "table_open"
        header = text[first:last].partition("\n")[0].strip() if is_table else ""
        # Each block reaches to the next one's start, so that nothing between them is lost.
        yield replace(block, end=first)
        block = Block(first, last, path, token.type in _LINE_BLOCKS, header)
    yield replace(block, end=len(text))


class _Outermost(list["Token"]):
    """Tokens that begin outermost blocks; the others take a kilobyte for every two characters."""

    def append(self, token: Token) -> None:
        if not token.level and token.nesting >= 0:
            super().append(token)


def _outermost(text: str) -> Iterator[tuple[Token, int, int]]:
    """Yield what begins each outermost block, and the offsets of its start and end.

    Tokens take memory, so a long text is parsed in portions. Where a portion breaks off, its last
    block may go on, but those before it are what they are in the whole text: each of them ends by
    what the next one begins with. So the next portion begins after the last but one.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table").disable("inline")
    start, size = 0, _PORTION_CHARACTERS
    while start < len(text):
        end = text.find("\n", start + size) + 1 or len(text)
        portion = text[start:end]
        lengths = (len(line) + 1 for line in portion.split("\n"))
        offsets = list(accumulate(lengths, initial=start))
        offsets[-1] = end
        tokens = _Outermost()
        parser.block.parse(portion, parser, {}, tokens)
        found = [(item, offsets[item.map[0]], offsets[item.map[1]]) for item in tokens if item.map]
        if end == len(text):
            yield from found
            return
        if len(found) > 1:
            yield from found[:-1]
            start, size = found[-2][2], _PORTION_CHARACTERS
        else:  # a block that is longer than the portion
            size *= 8


def _plain(heading: str) -> str:
    lines = [line for line in heading.strip().splitlines() if line.strip("=- ")]
    return " ".join(line.strip().strip("#").strip() for line in lines)
