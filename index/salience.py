"""Which lines of a text say little: those that repeat, and those that carry no sentence.

Web pages saved as plain text are full of them (captions said twice, menus, comment forms). They
stay in the text and can be found, but they count for little when passages are ranked.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from index.pieces import line_ranges
from index.values import Chunk

Ranges = tuple[tuple[int, int], ...]

# Six words make a sentence. Possessive, so that a line is gone through once.
_SIX_WORDS = re.compile(r"\W*+(?:\w++\W++){5}\w")
_SENTENCE_END = re.compile(r"[.!?:;…。！？。”\"')\]]$")
_WORD = re.compile(r"\w+")


def faint_lines(text: str, markup: str) -> Ranges:
    """Return the ranges of the lines that count for little, in order.

    Args:
        text: The document's text.
        markup: In `markdown`, short lines are list items, table rows and headings, so only repeated
            lines are faint; in `text`, short lines without a sentence are, too.
    """
    seen: set[str] = set()
    ranges = []
    for start, end in line_ranges(text, 0, len(text)):
        line = text[start:end]
        if line in seen or (markup == "text" and not _carries_sentence(line)):
            ranges.append((start, end))
        elif len(line) > 3:
            seen.add(line)
    return tuple(ranges)


def within(chunk: Chunk, ranges: Ranges) -> Ranges:
    """Return the document's `ranges` that lie in `chunk`, as offsets into its text.

    A chunk that consists of nothing else has none: a list of names has to be found by them.
    """
    first, last = (bisect_left(ranges, (place,)) for place in (chunk.start, chunk.end))
    inside = tuple(
        (start - chunk.start, end - chunk.start)
        for start, end in ranges[first:last]
        if end <= chunk.end
    )
    return inside if inside and split(chunk.text, inside)[0] else ()


def split(text: str, ranges: Ranges) -> tuple[str, str]:
    """Return the part of `text` outside `ranges` and the part inside."""
    outside: list[str] = []
    inside: list[str] = []
    place = 0
    for start, end in ranges:
        outside.append(text[place:start])
        inside.append(text[start:end])
        place = end
    outside.append(text[place:])
    return "".join(outside).strip(), "\n".join(inside)


def _carries_sentence(line: str) -> bool:
    if _SIX_WORDS.match(line):
        return True
    words: list[str] = _WORD.findall(line)
    if len(words) > 1 and _SENTENCE_END.search(line):
        return True
    # A line with a number and a name in it is a fact, a lone number is a counter. Scripts without
    # spaces make long words.
    has_digit = any(character.isdigit() for character in line)
    return (len(words) > 1 and has_digit) or any(len(word) > 20 for word in words)
