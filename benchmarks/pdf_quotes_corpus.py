"""Makes PDFs of many layouts whose every word has a known place."""

from __future__ import annotations

import io
import random
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from benchmarks.pdf_quotes_styles import STYLES, Style, register_font

WORDS = (
    "office file final benefit fifty flow reflect efficient sufficient official find field first "
    "profile conflict waffle affluent harbour bridge council report water inspection schedule "
    "maintenance engineer temperature remarkable administration responsibility documentation "
    "infrastructure the a of and in by for with under over between after before was were is had "
    "opened closed measured recorded repaired replaced extended reduced counted moved well-known "
    "long-term north-east café naïve Zürich São crane vessel pilot quay storm cargo tide"
).split()
LIGATURES = (("ffi", "\ufb03"), ("ffl", "\ufb04"), ("fi", "\ufb01"), ("fl", "\ufb02"))
MARGIN = 54.0
GUTTER = 24.0


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word, or a part of one that a line's end broke, in points of the page as it is seen."""

    text: str
    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class MadePdf:
    """A PDF and the truth about it: the size of its pages, its words in reading order."""

    style: Style
    data: bytes
    size: tuple[float, float]
    words: tuple[PlacedWord, ...]


def letters_of(text: str) -> str:
    """Return the letters and digits alone, ligatures resolved."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))


def make_pdf(style: Style, seed: int) -> MadePdf:
    """Return a PDF of two or three pages in this style."""
    chance = random.Random(f"{style.name} {seed}")  # noqa: S311 - no secret
    return _Press(style, chance).print(chance.randint(2, 3))


class _Press:
    """Sets words on pages and remembers where."""

    def __init__(self, style: Style, chance: random.Random) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self.style, self.chance = style, chance
        self.packed = io.BytesIO()
        self.sheet = chance.choice(((595.0, 842.0), (612.0, 792.0), (420.0, 595.0)))
        self.canvas: Any = Canvas(self.packed, pagesize=self.sheet, invariant=1)
        self.font = chance.choice(style.fonts)
        self.size = chance.choice((8.5, 9.0, 10.0, 11.0, 12.0))
        self.leading = self.size * chance.choice((1.15, 1.2, 1.35, 1.5))
        self.words: list[PlacedWord] = []
        self.page = 0

    def print(self, pages: int) -> MadePdf:
        """Fill the pages and return the PDF."""
        for font in self.style.fonts:
            register_font(font)
        text = self._text()
        for self.page in range(1, pages + 1):
            self._begin_page()
            self._fill(text)
            self.canvas.showPage()
        self.canvas.save()
        return MadePdf(self.style, self.packed.getvalue(), self._size, tuple(self.words))

    @property
    def _size(self) -> tuple[float, float]:
        wide, high = self.sheet
        return (wide - 40, high - 44) if self.style.cropped else self.sheet

    def _begin_page(self) -> None:
        wide, high = self.sheet
        if self.style.rotation:
            # The viewer turns the page, so what is on it lies the other way round.
            self.canvas.setPageRotation(self.style.rotation)  # which turns the sheet, too
            origin = {90: (high, 0), 180: (wide, high), 270: (0, wide)}[self.style.rotation]
            self.canvas.translate(*origin)
            self.canvas.rotate(self.style.rotation)
        if self.style.cropped:
            self.canvas.setCropBox((30, 20, wide - 10, high - 24))
        if self.style.scanned:
            self.canvas.setFillGray(0.93)
            self.canvas.rect(0, 0, wide, high, stroke=0, fill=1)
            self.canvas.setFillGray(0)

    def _fill(self, text: Iterator[str]) -> None:
        wide, high = self.sheet
        if self.style.sideways:
            self.canvas.translate(wide, 0)
            self.canvas.rotate(90)
            wide, high = high, wide
        count = self.style.columns
        width = (wide - 2 * MARGIN - (count - 1) * GUTTER) / count
        self._set_line(["Page", "head", str(self.page)], MARGIN, high - 36, width)
        for column in range(count):
            left = MARGIN + column * (width + GUTTER)
            bottom = high - MARGIN - self.leading
            while bottom > MARGIN:
                self._set_line(self._take(text, width), left, bottom, width)
                bottom -= self.leading * self.chance.choice((1, 1, 1, 1, 1, 2))

    def _take(self, text: Iterator[str], width: float) -> list[str]:
        """Take as many words as fit into a line; what is left of one goes back."""
        taken: list[str] = []
        room = width
        while True:
            word = self._left or next(text)
            self._left = ""
            room -= self._width(word + " ", self._widest)
            if room >= 0:
                taken.append(word)
                continue
            self._left = word
            cut = len(word) // 2
            part = word[:cut] + "-"
            room += self._width(word + " ", self._widest)
            may_break = self.style.hyphenated and len(word) > 7 and word.isalpha()
            if may_break and self._width(part, self._widest) <= room:
                taken.append(part)
                self._left = word[cut:]
            return taken

    _left = ""

    @property
    def _widest(self) -> str:
        return "Courier" if self.style.mixed else self.font

    def _set_line(self, words: Sequence[str], left: float, bottom: float, width: float) -> None:
        fonts = [self._font_of(word) for word in words]
        widths = [self._width(word, font) for word, font in zip(words, fonts, strict=True)]
        space = self._width(" ", self.font)
        if self.style.placed and len(words) > 3:
            space = min(2.5 * space, (width - sum(widths)) / (len(words) - 1))
        line = self.canvas.beginText(left, bottom)
        line.setTextRenderMode(3 if self.style.scanned == "layer" else 0)
        for number, (word, font, wide) in enumerate(zip(words, fonts, widths, strict=True)):
            self._remember(word, left, bottom, wide)
            if self.style.scanned != "picture":
                line.setFont(font, self.size)
                if self.style.placed:
                    line.setTextOrigin(left, bottom)
                    line.textOut(word)
                else:
                    line.textOut(word)
                    line.setFont(self.font, self.size)
                    line.textOut(" " if number + 1 < len(words) else "")
            if self.style.scanned:
                self._stain(left, bottom, wide)
            left += wide + space
        self.canvas.drawText(line)

    def _stain(self, left: float, bottom: float, wide: float) -> None:
        """Draw a word of a scan: a picture, which has no characters."""
        picture = _stain_picture(max(2, int(wide)), 8)
        self.canvas.drawImage(picture, left, bottom, wide, self.size * 0.7)

    def _remember(self, word: str, left: float, bottom: float, wide: float) -> None:
        corners = [
            self._seen(x, y)
            for x in (left, left + wide)
            for y in (bottom, bottom + 0.55 * self.size)
        ]
        across, down = [corner[0] for corner in corners], [corner[1] for corner in corners]
        place = (min(across), min(down), max(across), max(down))
        self.words.append(PlacedWord(word, self.page, *place))

    def _seen(self, x: float, y: float) -> tuple[float, float]:
        """Return where a place on the sheet is seen, from the page's upper left corner."""
        wide, high = self.sheet
        if self.style.sideways:
            x, y = wide - y, x
        if self.style.cropped:
            return x - 30, (high - 24) - y
        return x, high - y

    def _font_of(self, word: str) -> str:
        if not self.style.mixed:
            return self.font
        # The same word has the same font wherever it stands.
        return self.style.fonts[sum(map(ord, word)) % len(self.style.fonts)]

    def _width(self, text: str, font: str) -> float:
        return float(self.canvas.stringWidth(text, font, self.size))

    def _text(self) -> Iterator[str]:
        """Yield words of sentences for ever."""
        kept: list[list[str]] = []
        while True:
            if self.style.repeated and kept and self.chance.random() < 0.3:
                sentence = self.chance.choice(kept)
            else:
                sentence = self._sentence()
                kept.append(sentence)
            yield from sentence

    def _sentence(self) -> list[str]:
        words = self.chance.choices(WORDS, k=self.chance.randint(5, 22))
        words.insert(self.chance.randrange(1, len(words)), str(self.chance.randint(2, 9_999)))
        words[0] = words[0][:1].upper() + words[0][1:]
        words[-1] += "."
        if self.style.ligatures:
            words = [_ligated(word, self.font) for word in words]
        return words


def _ligated(word: str, font: str) -> str:
    from reportlab.pdfbase import pdfmetrics

    known = pdfmetrics.getFont(font).face.charToGlyph
    for letters, ligature in LIGATURES:
        if ord(ligature) in known:  # fonts of one width have few
            word = word.replace(letters, ligature)
    return word


@cache
def _stain_picture(wide: int, high: int) -> Any:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    return ImageReader(Image.new("L", (wide, high), 60))


def make_corpus(count: int, seed: int) -> Iterator[MadePdf]:
    """Yield so many PDFs, the styles in turn."""
    for number in range(count):
        yield make_pdf(replace(STYLES[number % len(STYLES)]), seed + number)
