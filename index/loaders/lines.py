"""Joins the lines of laid-out pages into paragraphs and pages into one text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

# Wider than this many usual line distances is a gap between paragraphs.
_WIDE_GAP = 1.3
_OTHER_SIZE = 0.12
_INDENT = 0.8
# A line this much shorter than its neighbours, and ending a sentence, ends its paragraph.
_SHORT = 0.85
_SENTENCE_END = re.compile(r"[.!?:。！？：][\"'”’)\]»]*$")
_WORD = re.compile(r"\w+")
_LAST_WORD = re.compile(r"(?<!\w)\w+$")


Bounds = tuple[float, float, float, float]  # left, bottom, right and top, in points


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page; lengths are in points, from the page's lower left corner.

    Attributes:
        text: Its characters, without a hyphen that the line break put in.
        left: Where its first character begins.
        right: Where its last character ends.
        bottom: Where its first character's box ends below.
        size: Size of its first character's font.
        broken: Whether its last word goes on in the next line.
    """

    text: str
    left: float
    right: float
    bottom: float
    size: float
    broken: bool = False


def words_of(pages: Iterable[Sequence[Line]]) -> frozenset[str]:
    """Return all words of some pages, case-folded."""
    lines = (line.text for page in pages for line in page)
    return frozenset(word.casefold() for line in lines for word in _WORD.findall(line))


def join_lines(lines: Sequence[Line], *, words: Set[str]) -> str:
    """Return a page's text: a newline between lines, a blank line between paragraphs.

    A word that a line break cut stays cut, with its hyphen, unless the document has it whole
    elsewhere: `well-known` must not become `wellknown`.

    Args:
        lines: The page's lines in reading order.
        words: All words of the document, case-folded.
    """
    if not lines:
        return ""
    usual = _usual_distance(lines)
    parts = [lines[0].text]
    for line, following in pairwise(lines):
        if line.broken:
            parts.append("" if _is_one_word(line, following, words) else "-\n")
        else:
            parts.append("\n\n" if _is_paragraph_end(line, following, usual) else "\n")
        parts.append(following.text)
    return "".join([*parts, "-" if lines[-1].broken else ""])


def join_pages(pages: Iterable[str]) -> tuple[str, list[tuple[int, int]]]:
    """Return the whole text and each page's range in it; the ranges leave out nothing."""
    text: list[str] = []
    ranges: list[tuple[int, int]] = []
    length = 0
    # A page's range ends with the white space that parts it from the next one.
    for page, following in _with_following(pages):
        part = page + _between_pages(page, following)
        text.append(part)
        ranges.append((length, length + len(part)))
        length += len(part)
    return "".join(text), ranges


def _with_following(pages: Iterable[str]) -> list[tuple[str, str]]:
    """Pair each page with the next one that has text, or with ""."""
    pairs: list[tuple[str, str]] = []
    following = ""
    for page in reversed(list(pages)):
        pairs.append((page, following))
        following = page or following
    return pairs[::-1]


def _between_pages(page: str, following: str) -> str:
    if not page or not following:
        return ""
    runs_on = not _SENTENCE_END.search(page) and following[0].islower()
    return "\n" if runs_on else "\n\n"


def _usual_distance(lines: Sequence[Line]) -> float:
    """Return the usual distance between a line and the next, 0 where none lies below another."""
    distances = [line.bottom - following.bottom for line, following in pairwise(lines)]
    downwards = [distance for distance in distances if distance > 0]
    return median(downwards) if downwards else 0.0


def _is_one_word(line: Line, following: Line, words: Set[str]) -> bool:
    end, start = _LAST_WORD.search(line.text), _WORD.match(following.text)
    return end is not None and start is not None and (end[0] + start[0]).casefold() in words


def _is_paragraph_end(line: Line, following: Line, usual: float) -> bool:
    distance = line.bottom - following.bottom
    if distance <= 0:
        # The next line stands beside or above: another column, where a sentence may run on.
        return bool(_SENTENCE_END.search(line.text)) or not following.text[:1].islower()
    if distance > _WIDE_GAP * usual or abs(line.size - following.size) > _OTHER_SIZE * line.size:
        return True
    if following.left - line.left > _INDENT * following.size:
        return True
    width, next_width = line.right - line.left, following.right - line.left
    return width < _SHORT * next_width and bool(_SENTENCE_END.search(line.text))
