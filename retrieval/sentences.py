"""The units that can be quoted: sentences, table rows, list items, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.pieces import line_ranges, sentence_ranges
from index.structure import FRONT_MATTER, find_blocks, trim

_OWN_LINE = re.compile(
    r"\s*(?:\||#{1,6}\s|[-*+•]\s|\d{1,3}\.\s|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})\)\s)"
)
_ITEM = re.compile(r"(?:[-*+•–]|\d{1,2}[.)])[^\S\n]+")
_ONE_LINE = re.compile(r"\||#{1,6}\s")  # what never goes on in the next line
_MARK = re.compile(r"(?:[-*+•]|#{1,6})\s+")  # of an item or a heading
_NUMBERED = re.compile(r"\d+[.)]\s+")
_ROW = re.compile(r"[^|\n]{1,200}: .*? \| ")  # of a table whose rows name their columns
_LABEL = re.compile(rf"\A{FRONT_MATTER.pattern}|^[^\S\n]*#{{1,6}}\s.*", re.MULTILINE)
# What the sentence splitter takes for a sentence's end, though a name follows or no capital.
_SHORTENED = re.compile(
    r"(?<!\w)(?:approx|max|min|incl|excl|ed|est|avg|resp|tel|vol|para|km|lbs|[ap]\.m|p\.a)\.\Z"
)
_COURTESY_TITLE = re.compile(r"(?<!\w)M[sx]\.\Z")
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


def end_of_unit(text: str, place: int) -> int:
    """Return where the paragraph, item or table cell around a place ends, before any white space.

    What answers doesn't reach over such a border: what follows is about something else.
    """
    for block in find_blocks(text, "text"):
        for start, end in _runs(text, block.start, block.end):
            if start <= place < end:
                row = text.startswith("|", start) or _ROW.match(text, start, end)
                border = text.find("|", place, end) if row else -1
                return trim(text, place, border if border > place else end)[1]
    return len(text)


def find_list(text: str, place: int) -> list[tuple[int, int]]:
    """Return the range of each item of the list around a place, its mark left out.

    Only of a list that a line ending in a colon introduces, as its items are of one kind: those of
    minutes or of a contract's clauses answer different questions. Empty where there is none.
    """
    marks: list[re.Match[str]] = []
    introduced = hangs = pending = False
    before = end = 0
    for first, last in line_ranges(text, 0, len(text)):
        item = _ITEM.match(text, first, last)
        if marks and not item and text.count("\n", before, first) > 1:
            if place < end:
                break
            marks = []
        if item and (marks or introduced):
            marks.append(item)
            # Where an item went on without an indent, the last one may, too.
            hangs, pending = hangs or pending, False
        if item or hangs or text[first - 1 : first] != "\n":
            end = last
        elif marks:
            pending = True
        introduced, before = text[last - 1] == ":", last
    if not marks or not marks[0].start() <= place < end:
        return []
    ends = [*(mark.start() for mark in marks[1:]), end]
    return [trim(text, mark.end(), stop) for mark, stop in zip(marks, ends, strict=True)]


def _units(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a stretch; a table's row is one, and a mark before it isn't."""
    if text.startswith("|", start) or _ROW.match(text, start, end):
        yield trim(text, start, end)
        return
    mark = _MARK.match(text, start, end)
    start = mark.end() if mark else start
    number = _NUMBERED.match(text, start, end)
    body = number.end() if number else start
    begun = start
    for _, last in sentence_ranges(text, body, end):
        if last < end and _goes_on(text, body, last, end):
            continue
        yield begun, last
        begun = trim(text, last, end)[0]


def _goes_on(text: str, start: int, place: int, end: int) -> bool:
    """Whether a sentence goes on where the splitter ended it."""
    rest = text[place:end].lstrip()[:1]
    shortened = not (rest.isupper() or rest in "\"“'‘(") and _SHORTENED.search(text, start, place)
    return bool(shortened or _COURTESY_TITLE.search(text, start, place))


def _runs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a paragraph that sentences may not reach across."""
    groups: list[list[tuple[int, int]]] = []
    for line in line_ranges(text, start, end):
        if (
            not groups
            or _OWN_LINE.match(text, line[0])
            or _is_one_line(text, line[0])
            or _is_one_line(text, groups[-1][-1][0])
        ):
            groups.append([])
        groups[-1].append(line)
    for group in groups:
        first, last = group[0][0], group[-1][1]
        lengths = [stop - begin for begin, stop in group]
        if _OWN_LINE.match(text, first) or _is_wrapped(lengths):
            yield first, last
        else:
            yield from group


def _is_one_line(text: str, start: int) -> bool:
    """Whether the line from `start` never goes on in the next one."""
    return _ONE_LINE.match(text, start) is not None or _ROW.match(text, start) is not None


def _is_wrapped(lengths: list[int]) -> bool:
    """Whether lines of these lengths look like one text that was wrapped to a width."""
    *full, last = lengths
    return not full or (
        max(full) <= 130 and min(full) >= 0.6 * max(full) and last <= max(full) + 10
    )
