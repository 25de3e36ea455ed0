"""The pieces that a text can be cut into: lines, sentences, runs of whole grapheme clusters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.structure import trim

# A sentence longer than this is cut before its tokens are counted: tokenizers take quadratic time
# over long runs without a space.
LONGEST_PIECE = 600
_WINDOW = 20_000  # characters given to the sentence splitter at once
_WIDE_SPACE = re.compile(r"[^\S\x00-\x7f]")  # before a full stop it makes sentencex 1.0.32 panic


def line_ranges(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the range of each line of `text[start:end]` that isn't blank."""
    for line in text[start:end].split("\n"):
        first, last = trim(text, start, start + len(line))
        if first < last:
            yield first, last
        start += len(line) + 1


def sentence_ranges(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the range of each sentence of `text[start:end]`, without the space around it."""
    import sentencex

    while start < end:
        stop = min(start + _WINDOW, end)
        bounds = sentencex.get_sentence_boundaries("en", _WIDE_SPACE.sub(" ", text[start:stop]))
        # The last sentence of a window may go on in the next one.
        kept = bounds if stop == end or len(bounds) < 2 else bounds[:-1]
        ends = [start + bound["end_index"] for bound in kept] or [stop]
        for place in ends:
            if place <= start:
                continue
            cut = min(cluster_end(text, start, place), end)
            first, last = trim(text, start, cut)
            if first < last:
                yield first, last
            start = cut


def split_long(
    text: str, start: int, end: int, *, longest: int = LONGEST_PIECE
) -> Iterator[tuple[int, int]]:
    """Yield the range in parts of about `longest` characters at most, cut at spaces if possible."""
    while end - start > longest:
        cut = _last_space(text, start, longest) or _cluster_cut(text, start, end, longest)
        yield trim(text, start, cut)
        start, _ = trim(text, cut, end)
    if start < end:
        yield start, end


def cluster_end(text: str, start: int, place: int) -> int:
    """Return `place`, or the end of the grapheme cluster that it lies within."""
    # What is before the first combining character stands for itself.
    if place >= len(text) or text[place] < "\u0300":
        return place
    import regex

    ends = (int(cluster.end()) for cluster in regex.finditer(r"\X", text, pos=start))
    return next(found for found in ends if found >= place)


def _last_space(text: str, start: int, longest: int) -> int | None:
    for position in range(start + longest, start + longest // 2, -1):
        if text[position].isspace():
            return position
    return None


def _cluster_cut(text: str, start: int, end: int, longest: int) -> int:
    """Return the last place between grapheme clusters within `longest` characters, else the first.

    A cluster that is all there is, or longer than LONGEST_PIECE, is cut itself.
    """
    import regex

    place, stop = start, start + longest
    beyond = min(end, start + LONGEST_PIECE + 1)
    for cluster in regex.finditer(r"\X", text, pos=start, endpos=beyond):
        if cluster.end() > stop and place > start:
            break
        place = int(cluster.end())
    return place if start < place < beyond else stop
