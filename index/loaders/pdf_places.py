"""Finds where on a PDF's page a range of the text that was made of it stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce

# Marks of broken words and of raised numbers, and what stands for a character that is none: loaders
# change them.
_DROPPED = frozenset("-^\xad\u2010\u2011\x02\ufffe\uffff\ufffd")
_CONTEXT_LETTERS = 24
_FEWEST_LETTERS = 12
_SURROGATES = range(0xD800, 0xE000)
# A gap wider than this many heights of the line is no space between words.
_WIDEST_GAP = 1.2
_OVERLAP = 0.5
_MOST_COMPARISONS = 5_000_000


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page as it is seen, in points from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Its width, not negative in a box that is one."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its height, not negative in a box that is one."""
        return self.bottom - self.top

    def around(self, other: Box) -> Box:
        """Return the smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def holds_centre(self, other: Box) -> bool:
        """Tell whether the middle of another box lies in this one."""
        across, down = (other.left + other.right) / 2, (other.top + other.bottom) / 2
        return self.left < across < self.right and self.top < down < self.bottom


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character of a page's text layer.

    Attributes:
        text: The character, or half of a pair of surrogates.
        ink: What it covers; without area for white space.
        line: Its part of the line: as wide as its advance, as high as its font.
        upright: True for horizontal text, False for vertical text, None for slanted text.
    """

    text: str
    ink: Box
    line: Box
    upright: bool | None = True


@dataclass(frozen=True, slots=True)
class GlyphPage:
    """A page as it is seen: its size in points, and its characters in reading order."""

    width: float
    height: float
    glyphs: tuple[Glyph, ...]


def mark_range(page: GlyphPage, text: str, start: int, end: int) -> tuple[Box, ...]:
    """Return the boxes, one a line or more, that cover `text[start:end]` on the page.

    Args:
        page: The page.
        text: What the loader made of the page.
        start: Offset in `text` of the first character to mark.
        end: Offset after the last one.

    Returns:
        Boxes that lie within the page; none where the place isn't certain.
    """
    found = find_places(text, start, end, tuple(glyph.text for glyph in page.glyphs))
    if found is None:
        return ()
    first, last = found
    drawn = [glyph for glyph in page.glyphs[first : last + 1] if glyph.line.width > 0]
    if not drawn:
        return ()
    whole = reduce(Box.around, (glyph.line for glyph in drawn))
    others = [
        glyph
        for glyph in (*page.glyphs[:first], *page.glyphs[last + 1 :])
        if whole.holds_centre(glyph.ink) and glyph.ink.width > 0 and glyph.ink.height > 0
    ]
    for boxes in (
        list(_join(drawn)),
        [glyph.line for glyph in drawn],
        [glyph.ink for glyph in drawn if not glyph.text.isspace()],
    ):
        if len(boxes) * len(others) > _MOST_COMPARISONS:
            return ()
        if not any(box.holds_centre(other.ink) for other in others for box in boxes):
            return _within(page, boxes)
    return ()


def find_places(
    text: str, start: int, end: int, characters: tuple[str, ...]
) -> tuple[int, int] | None:
    """Return the first and the last of a page's characters that `text[start:end]` was made of.

    White space, hyphens and ligatures differ between the two, so only what is left without them is
    compared. Where all of that is the same, the place is certain. Where it isn't, the range must
    stand there once, among the same neighbours.

    Args:
        text: What was made of the page.
        start: Offset of the first character.
        end: Offset after the last one.
        characters: The page's characters in order, UTF-16 units or code points.

    Returns:
        Positions in `characters`, both inclusive; None where the place isn't certain.
    """
    ours, offsets = _skeleton(text)
    theirs, places = _skeleton(characters)
    wanted = [place for place, offset in enumerate(offsets) if start <= offset < end]
    if not wanted:
        return None
    first, last = wanted[0], wanted[-1]
    shift = 0 if ours == theirs else _find_shift(ours, theirs, first, last)
    return None if shift is None else (places[first + shift], places[last + shift])


def _find_shift(ours: str, theirs: str, first: int, last: int) -> int | None:
    if last - first + 1 < _FEWEST_LETTERS:
        return None
    low = max(0, first - _CONTEXT_LETTERS)
    sought = ours[low : last + 1 + _CONTEXT_LETTERS]
    found = theirs.find(sought)
    if found < 0 or theirs.find(sought, found + 1) >= 0:
        return None
    return found - low


@lru_cache(maxsize=8)  # many quotes of one page come one after another
def _skeleton(characters: str | tuple[str, ...]) -> tuple[str, list[int]]:
    """Return the letters that both sides have, and the position that each comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(_joined(characters)):
        for letter in _letters(character):
            letters.append(letter)
            places.append(place)
    return "".join(letters), places


@lru_cache(maxsize=4096)
def _letters(character: str) -> str:
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKC", character)
        if letter not in _DROPPED
        and not letter.isspace()
        and unicodedata.category(letter) not in ("Cc", "Cf", "Cs")
    )


def _joined(characters: Sequence[str]) -> list[str]:
    """Join pairs of surrogates: the whole character first, then nothing in its second place."""
    joined = list(characters)
    for place in range(len(joined) - 1):
        high, low = joined[place], joined[place + 1]
        if high and low and ord(high) in _SURROGATES and ord(low) in _SURROGATES:
            pair = (high + low).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
            joined[place : place + 2] = [pair, ""]
    return joined


def _join(glyphs: Sequence[Glyph]) -> Iterator[Box]:
    """Yield the boxes of consecutive characters, those of one line joined."""
    current: Box | None = None
    upright: bool | None = None
    for glyph in glyphs:
        if current is None:
            current = glyph.line
        elif glyph.upright == upright and _goes_on(current, glyph.line, upright):
            current = current.around(glyph.line)
        else:
            yield current
            current = glyph.line
        upright = glyph.upright
    if current is not None:
        yield current


def _goes_on(line: Box, glyph: Box, upright: bool | None) -> bool:
    if upright is None:
        return False
    if not upright:
        line, glyph = _turned(line), _turned(glyph)
    shared = min(line.bottom, glyph.bottom) - max(line.top, glyph.top)
    gap = max(glyph.left - line.right, line.left - glyph.right)
    height = min(line.height, glyph.height)
    return shared >= _OVERLAP * height and gap <= _WIDEST_GAP * height


def _turned(box: Box) -> Box:
    return Box(box.top, box.left, box.bottom, box.right)


def _within(page: GlyphPage, boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Return the boxes cut to the page; none where one of them can't be seen there."""
    cut = tuple(
        Box(
            max(0.0, box.left),
            max(0.0, box.top),
            min(page.width, box.right),
            min(page.height, box.bottom),
        )
        for box in boxes
    )
    return cut if all(box.width > 0 and box.height > 0 for box in cut) else ()
