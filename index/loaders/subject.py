"""Chooses the blocks of a page that are about its subject, led by what trafilatura keeps.

trafilatura knows well where the main text lies, but flattens merged cells, drops lists inside
tables and escapes punctuation; so it only points, and the page's own blocks are taken.
"""

from __future__ import annotations

from collections.abc import Set
from itertools import accumulate
from typing import Any

from index.loaders.limits import Limits
from index.loaders.markup import MarkdownWriter
from index.loaders.page import Block, Page

# lxml's elements have no types of their own.
Element = Any

# Shorter results come from its loosest heuristics, which keep menus and lose headings.
_MIN_MAIN_CHARACTERS = 250
# Finding less than this of the page's running text means that the main text wasn't found.
_MIN_FOUND_SHARE = 0.5
# The smallest section with this much of what was found is where the main text lies; the rest
# is strays.
_MIN_SECTION_SHARE = 0.9
_LINK_SHARE = 0.9
_RUNNING_LINK_SHARE = 0.5


def subject_blocks(page: Page, main: Element) -> list[Block]:
    """Return the blocks about the page's subject, in order.

    Args:
        page: The whole page.
        main: The body that trafilatura made of it, or None.
    """
    words = _texts(main) if main is not None else frozenset()
    blocks = page.blocks
    found = [_squeezed(block) in words for block in blocks]
    start, end = _section(page, found)
    inside = [block for block in blocks[start:end] if not block.boilerplate]
    drop_links = end - start < len(blocks) and _mostly_words(inside)
    chosen = [
        block
        for position, block in enumerate(blocks)
        if (found[position] and not block.boilerplate)
        or (start <= position < end and _belongs(block, drop_links=drop_links))
    ]
    # A page of nothing but navigation is a page about just that.
    return chosen or list(blocks)


def as_markdown(blocks: list[Block], *, limits: Limits) -> str:
    """Return blocks as Markdown; raises RefusedFileError where the text gets too long."""
    writer = MarkdownWriter(limits)
    for block in blocks:
        if block.kind == "heading":
            writer.heading(block.text, level=block.level)
        elif block.kind == "item":
            writer.item(block.text, depth=block.level, marker=block.marker)
        elif block.kind == "code":
            writer.code(block.text)
        elif block.kind == "table":
            writer.table(block.rows)
        else:
            writer.paragraph(block.text)
    return writer.text()


def _section(page: Page, found: list[bool]) -> tuple[int, int]:
    """Return the range of blocks in which the main text lies: all where that can't be told."""
    everything = (0, len(page.blocks))
    sizes = [len(block.text) for block in page.blocks]
    found_sizes = [size if hit else 0 for size, hit in zip(sizes, found, strict=True)]
    total = sum(found_sizes)
    running = sum(len(block.text) for block in page.blocks if _is_running_text(block))
    if total < _MIN_MAIN_CHARACTERS or total < _MIN_FOUND_SHARE * running:
        return everything
    length = [0, *accumulate(sizes)]
    covered = [0, *accumulate(found_sizes)]
    enough = [
        (start, end)
        for start, end in page.sections
        if covered[end] - covered[start] >= _MIN_SECTION_SHARE * total
    ]
    return min(enough, key=lambda ends: length[ends[1]] - length[ends[0]], default=everything)


def _is_running_text(block: Block) -> bool:
    return not block.boilerplate and not _is_linked(block, _RUNNING_LINK_SHARE)


def _is_linked(block: Block, share: float) -> bool:
    return block.link_characters > share * len(block.text)


def _mostly_words(blocks: list[Block]) -> bool:
    """Tell whether links are the smaller part; a directory's links are its content."""
    linked = sum(len(block.text) for block in blocks if _is_linked(block, _LINK_SHARE))
    return 2 * linked < sum(len(block.text) for block in blocks)


def _belongs(block: Block, *, drop_links: bool) -> bool:
    if block.boilerplate:
        return False
    return not drop_links or block.kind == "heading" or not _is_linked(block, _LINK_SHARE)


def _texts(main: Element) -> Set[str]:
    """Return the text of every element that trafilatura kept, without any white space."""
    elements = main.iter("p", "head", "item", "quote", "code", "table")
    return {"".join("".join(element.itertext()).split()) for element in elements}


def _squeezed(block: Block) -> str:
    return "".join(block.text.split())
