"""Cuts a web page into the blocks that a reader sees: headings, paragraphs, items, tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from index.loaders.boilerplate import HEADINGS, is_boilerplate, is_hidden
from index.loaders.formulas import read_mathml
from index.loaders.grid import MAX_REPEATS, Grid
from index.loaders.raised import RAISED, resolve

# lxml's elements have no types of their own.
Element = Any

_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_ITEMS = frozenset({"li", "dd"})
_CELLS = frozenset({"td", "th"})
_PREFORMATTED = frozenset({"pre", "xmp", "listing", "plaintext"})
_BLOCK_LEVEL = frozenset(
    "p div section article main header footer nav aside address blockquote figure figcaption table "
    "details summary fieldset legend form hr dl dt center caption thead tbody tfoot tr body html "
    "hgroup search dialog option noframes frameset".split()
).union(HEADINGS, _LISTS, _ITEMS, _CELLS, _PREFORMATTED)
_UNSEEN = frozenset(
    "script style noscript template iframe object embed applet svg canvas audio video select "
    "button input textarea datalist map head".split()
)
_LAYOUT_SIGNS = ("table", "h1", "h2", "h3", "form")
_MAX_CELL_CHARACTERS = 2_000
# rowspan="0" reaches down to the end of the table.
_TO_THE_END = 10_000
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page that stands by itself.

    Attributes:
        kind: `heading`, `paragraph`, `item`, `code` or `table`.
        text: Its words; those of a table's cells run together.
        level: Level of a heading from 1, depth of an item from 0, else 0.
        marker: `-` or `3.` before an item, "" where an item goes on after a break.
        rows: The cells of a table, else empty.
        link_characters: How many of its characters are links.
        boilerplate: Whether it lies in navigation, a footer, comments or their like.
    """

    kind: str
    text: str
    level: int = 0
    marker: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    link_characters: int = 0
    boilerplate: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that can be read on a page.

    Attributes:
        blocks: The blocks in the order of the page.
        sections: For every element that holds blocks, the range of their positions.
    """

    blocks: tuple[Block, ...]
    sections: tuple[tuple[int, int], ...]


def read_page(root: Element) -> Page:
    """Return the blocks in an lxml element, in one walk that doesn't care how deep it nests."""
    from lxml import etree

    reader = _Reader()
    unfolds = next(root.iter("script", "button"), None) is not None
    walk = etree.iterwalk(root, events=("start", "end"))
    skipped: Element = None
    for event, element in walk:
        if event == "start" and element.tag in _UNSEEN:
            skipped = element
            walk.skip_subtree()
        elif event == "start" and not unfolds and is_hidden(element):
            reader.leave_out(element)
            skipped = element
            walk.skip_subtree()
        elif event == "start" and element.tag == "math":
            reader.say(read_mathml(element))
            skipped = element
            walk.skip_subtree()
        elif event == "start":
            reader.open(element)
        else:
            reader.close(element, unseen=element is skipped)
    reader.flush()
    return Page(tuple(reader.blocks), tuple(reader.sections))


@dataclass(slots=True)
class _List:
    ordered: bool
    count: int


@dataclass(slots=True)
class _Reader:
    """The state of the walk: where we are, and the words that belong to no block yet."""

    blocks: list[Block] = field(default_factory=list)
    sections: list[tuple[int, int]] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _boilerplate: Element = None
    _words: list[str] = field(default_factory=list)
    _link_characters: int = 0
    _links: int = 0
    _heading: int = 0
    _preformatted: int = 0
    _lists: list[_List] = field(default_factory=list)
    _marker: str | None = None
    _grid: Grid | None = None
    _repeats_left: int = MAX_REPEATS
    _heads: list[list[bool]] = field(default_factory=list)

    def open(self, element: Element) -> None:
        tag = element.tag
        if tag == "sup":
            self._words.append(RAISED)
        if self._grid is not None:
            self._open_in_table(tag)
        elif tag in _BLOCK_LEVEL:
            self.flush()
            self._starts.append(len(self.blocks))
            if self._boilerplate is None and is_boilerplate(element):
                self._boilerplate = element
            self._open_block(element)
        elif tag == "br":
            self._words.append("\n")
        self._links += tag == "a"
        self.say(element.text)

    def close(self, element: Element, *, unseen: bool) -> None:
        if not unseen:
            tag = element.tag
            self._links -= tag == "a"
            if self._grid is not None:
                self._close_in_table(element)
            elif tag in _BLOCK_LEVEL:
                self.flush()
                self._close_block(element)
        self.say(element.tail)

    def leave_out(self, element: Element) -> None:
        """End the words before a block that isn't read."""
        if element.tag in _BLOCK_LEVEL and self._grid is None:
            self.flush()
        elif element.tag in _BLOCK_LEVEL:
            self._words.append(" ")

    def flush(self) -> None:
        """Make a block of the words so far."""
        text, links = resolve("".join(self._words)), self._link_characters
        self._words.clear()
        self._link_characters = 0
        if not self._preformatted:
            text = "\n".join(" ".join(line.split()) for line in text.split("\n"))
        if not text.strip():
            return
        if self._preformatted and self._marker is None:
            self._add("code", text, links=links)
        elif self._heading:
            self._add("heading", text.strip(), level=self._heading, links=links)
        elif self._marker is not None:
            depth = max(0, len(self._lists) - 1)
            self._add("item", text.strip(), level=depth, marker=self._marker, links=links)
            self._marker = ""
        else:
            self._add("paragraph", text.strip(), links=links)

    def _add(
        self, kind: str, text: str, *, level: int = 0, marker: str = "", links: int = 0
    ) -> None:
        hidden = self._boilerplate is not None
        self.blocks.append(Block(kind, text, level, marker, (), links, hidden))

    def _open_block(self, element: Element) -> None:
        tag = element.tag
        if tag in HEADINGS:
            self._heading = HEADINGS[tag]
        elif tag in _LISTS:
            self._lists.append(_List(tag == "ol", _number(element, "start", 1) - 1))
        elif tag in _ITEMS:
            self._marker = self._next_marker(tag)
        elif tag in _PREFORMATTED:
            self._preformatted += 1
        elif tag == "table" and _is_data_table(element):
            self._grid, self._heads = Grid(self._repeats_left), []

    def _close_block(self, element: Element) -> None:
        tag = element.tag
        if tag in HEADINGS:
            self._heading = 0
        elif tag in _LISTS and self._lists:
            self._lists.pop()
            self._marker = "" if self._lists else None
        elif tag in _ITEMS:
            self._marker = None
        elif tag in _PREFORMATTED:
            self._preformatted -= 1
        if element is self._boilerplate:
            self._boilerplate = None
        self.sections.append((self._starts.pop(), len(self.blocks)))

    def _next_marker(self, tag: str) -> str:
        if not self._lists or tag == "dd":
            return "-"
        innermost = self._lists[-1]
        innermost.count += 1
        return f"{innermost.count}." if innermost.ordered else "-"

    def _open_in_table(self, tag: str) -> None:
        assert self._grid is not None
        if tag == "tr":
            self._grid.start_row()
            self._heads.append([])
        if tag in _BLOCK_LEVEL or tag == "br":
            self._words.append(" ")

    def _close_in_table(self, element: Element) -> None:
        assert self._grid is not None
        tag = element.tag
        if tag in _CELLS:
            columns = _number(element, "colspan", 1) or 1
            rows = _number(element, "rowspan", 1) or _TO_THE_END
            self._grid.add(self._taken(), columns=columns, rows=rows)
            self._heads[-1:] = [[*(self._heads[-1] if self._heads else []), tag == "th"]]
        elif tag == "caption" and (caption := self._taken()):
            self._add("paragraph", caption)
        elif tag == "table":
            self._close_table(element)
        elif tag in _BLOCK_LEVEL:
            self._words.append(" ")

    def _close_table(self, element: Element) -> None:
        assert self._grid is not None
        rows, self._repeats_left, self._grid = self._grid.rows, self._grid.repeats_left, None
        if rows and all(heads[0] and not all(heads) for heads in self._heads if heads):
            # Every row has its own head ("Weight | 12 kg"), so none is the head of the others.
            rows = [[""] * len(rows[0]), *rows]
        text = " ".join(cell for row in rows for cell in row if cell)
        if text:
            cells = tuple(tuple(row) for row in rows)
            hidden = self._boilerplate is not None
            self.blocks.append(Block("table", text, rows=cells, boilerplate=hidden))
        self._close_block(element)

    def _taken(self) -> str:
        text = " ".join(resolve("".join(self._words)).split())
        self._words.clear()
        self._link_characters = 0
        return text

    def say(self, text: str | None) -> None:
        """Take words that belong to where the walk is."""
        if not text:
            return
        # A soft hyphen only says where a word may be broken; it would keep it from being found.
        text = text.replace("\xad", "")
        text = text if self._preformatted else _SPACE.sub(" ", text)
        self._words.append(text)
        if self._links > 0:
            self._link_characters += len(text)


def _number(element: Element, name: str, default: int) -> int:
    value = (element.get(name) or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else default


def _is_data_table(table: Element) -> bool:
    """Tell whether a table holds data; old pages use tables to place whole columns of text."""
    if table.get("role") in ("presentation", "none"):
        return False
    if next(table.iterdescendants(*_LAYOUT_SIGNS), None) is not None:
        return False
    counts = [sum(cell.tag in _CELLS for cell in row) for row in table.iter("tr")]
    if len([count for count in counts if count]) < 2 or max(counts) < 2:
        return False
    cells = table.iter(*_CELLS)
    return max(sum(map(len, cell.itertext())) for cell in cells) <= _MAX_CELL_CHARACTERS
