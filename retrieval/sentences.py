"""The units that can be quoted: sentences, table rows, list items, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from index.pieces import line_ranges, sentence_ranges
from index.structure import FRONT_MATTER, find_blocks, trim

_OWN_LINE = re.compile(r"\s*(?:\||#{1,6}\s|[-*+•]\s|\d+[.)]\s)")
_ITEM = re.compile(r"(?:[-*+•–]|\d{1,2}[.)])[^\S\n]+")
_ONE_LINE = re.compile(r"\||#{1,6}\s")  # what never goes on in the next line
_NUMBERED = re.compile(r"\d+[.)]\s+")
_ROW = re.compile(r"[^|\n]{1,200}: .*? \| ")  # of a table whose rows name their columns
_LABEL = re.compile(rf"\A{FRONT_MATTER.pattern}|^[^\S\n]*#{{1,6}}\s.*", re.MULTILINE)
_RULE = re.compile(r"[\s|:=*_-]+")


def quotable_ranges(text: str) -> Iterator[tuple[int, int]]:
    """Yield the range of each unit of `text` that can stand as a quote, in order.

    Rows of a table, items of a list and headings are units of their own, and so are the lines of a
    paragraph that isn't wrapped to a width; everything else is divided into sentences.
    """
    for block in find_blocks(text, "text"):
        for start, end in _runs(text, block.start, block.end):
            for first, last in _units(text, start, end):
                if not _RULE.fullmatch(text, first, last):
                    yield first, last


def label_ranges(text: str) -> list[tuple[int, int]]:
    """Return where headings and front matter stand, which name what a text is about."""
    return [match.span() for match in _LABEL.finditer(text)]


def find_list(text: str, place: int) -> list[tuple[int, int]]:
    """Return the range of each item of the list around a place, its mark left out.

    Only of a list that a line ending in a colon introduces, as its items are of one kind: those of
    minutes or of a contract's clauses answer different questions. Empty where there is none.
    """
    marks: list[re.Match[str]] = []
    introduced, end = False, 0
    for first, last in line_ranges(text, 0, len(text)):
        item = _ITEM.match(text, first, last)
        after_blank = text.count("\n", end, first) > 1
        if marks and after_blank and not item:
            if place < end:
                break
            marks = []
        if item and (marks or introduced):
            marks.append(item)
        introduced, end = text[last - 1] == ":", last
    if not marks or not marks[0].start() <= place < end:
        return []
    ends = [*(mark.start() for mark in marks[1:]), end]
    return [trim(text, mark.end(), stop) for mark, stop in zip(marks, ends, strict=True)]


def _units(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a stretch; a table's row is one, and an item's number isn't."""
    if text.startswith("|", start) or _ROW.match(text, start, end):
        yield trim(text, start, end)
        return
    number = _NUMBERED.match(text, start, end)
    body = number.end() if number else start
    for first, last in sentence_ranges(text, body, end):
        yield (start if first == body else first), last


def _runs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a paragraph that sentences may not reach across."""
    lines = list(line_ranges(text, start, end))
    if not _is_wrapped([last - first for first, last in lines]):
        yield from lines
        return
    first = start
    for (before, _), (line_start, _) in pairwise(lines):
        starts_anew = _OWN_LINE.match(text, line_start) or _is_one_line(text, line_start)
        if starts_anew or _is_one_line(text, before):
            yield first, line_start
            first = line_start
    yield first, end


def _is_one_line(text: str, start: int) -> bool:
    """Whether the line from `start` never goes on in the next one."""
    return _ONE_LINE.match(text, start) is not None or _ROW.match(text, start) is not None


def _is_wrapped(lengths: list[int]) -> bool:
    """Whether lines of these lengths look like one text that was wrapped to a width."""
    *full, last = lengths
    return not full or (
        max(full) <= 130 and min(full) >= 0.6 * max(full) and last <= max(full) + 10
    )
