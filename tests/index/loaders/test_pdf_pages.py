from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from benchmarks.pdf_quotes_corpus import MadePdf, make_pdf
from benchmarks.pdf_quotes_styles import STYLES, Style
from index.errors import NotFoundError, RefusedFileError
from index.loaders import pdf_pages
from index.loaders.pdf_pages import draw_page, read_glyphs

MakePdf = Callable[..., bytes]
DARK = 128


def style(name: str) -> Style:
    return next(each for each in STYLES if each.name == name)


def open_picture(data: bytes, number: int = 1, *, width_px: int = 1_200) -> Image.Image:
    return Image.open(io.BytesIO(draw_page(data, number, width_px=width_px))).convert("L")


def test_draws_a_page_as_wide_as_asked(make_pdf: MakePdf) -> None:
    picture = open_picture(make_pdf(("Hello",), ("Again",)), 2, width_px=600)

    assert picture.width == 600
    assert darkest(picture) < DARK


def test_never_draws_more_than_so_many_pixels(make_pdf: MakePdf) -> None:
    picture = open_picture(make_pdf(("Hello",)), width_px=10_000)

    assert picture.width * picture.height == pytest.approx(pdf_pages.MOST_PIXELS, rel=0.01)


def test_draws_what_was_filled_in() -> None:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(200, 100))
    canvas.drawString(10, 80, "Name")
    canvas.acroForm.textfield(value="XXXXXX", x=50, y=40, width=100, height=20)
    canvas.save()

    inside = open_picture(file.getvalue(), width_px=200).crop((55, 45, 145, 55))
    assert darkest(inside) < DARK


def darkest(picture: Image.Image) -> int:
    return min(picture.tobytes())


def ink_under(made: MadePdf, picture: Image.Image) -> float:
    """Return the share of the words of page 1 that have ink where their maker says they are."""
    scale = picture.width / made.size[0]
    words = [word for word in made.words if word.page == 1]
    inked = 0
    for word in words:
        place = [round(side * scale) for side in (word.left, word.top, word.right, word.bottom)]
        left, top, right, bottom = place
        inked += darkest(picture.crop((left, top, right, bottom))) < DARK
    return inked / len(words)


@pytest.mark.parametrize("name", [each.name for each in STYLES])
def test_the_corpus_has_its_words_where_it_says(name: str) -> None:
    made = make_pdf(style(name), 1)

    assert ink_under(made, open_picture(made.data)) == 1.0


@pytest.mark.parametrize("name", ["one column", "turned by 90", "cropped sheet", "sideways text"])
def test_characters_have_their_places_on_the_page_as_it_is_seen(name: str) -> None:
    made = make_pdf(style(name), 1)

    page = read_glyphs(made.data, 1)

    assert (round(page.width), round(page.height)) == tuple(map(round, made.size))
    word = next(word for word in made.words if word.page == 1)
    (letter, *_) = [glyph for glyph in page.glyphs if not glyph.text.isspace()]
    assert letter.text == word.text[0]
    across = (letter.ink.left + letter.ink.right) / 2
    down = (letter.ink.top + letter.ink.bottom) / 2
    assert word.left - 2 < across < word.right + 2
    assert word.top - 3 < down < word.bottom + 2


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_page_that_is_not_there_is_not_found(number: int, make_pdf: MakePdf) -> None:
    data = make_pdf(("Hello",), ("Again",))

    with pytest.raises(NotFoundError, match=f"there is no page {number} in a PDF of 2"):
        draw_page(data, number, width_px=600)
    with pytest.raises(NotFoundError, match=f"there is no page {number} in a PDF of 2"):
        read_glyphs(data, number)


def test_a_damaged_pdf_is_refused() -> None:
    with pytest.raises(RefusedFileError, match="the PDF is damaged"):
        draw_page(b"%PDF-1.4 nonsense", 1, width_px=600)


def test_a_page_that_takes_for_ever_is_given_up(
    make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_pages, "SECONDS_TO_DRAW", -1.0)

    with pytest.raises(RefusedFileError, match="couldn't be drawn within"):
        draw_page(make_pdf(("Hello",) * 40), 1, width_px=600)


def test_a_page_with_too_many_characters_is_refused(
    make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_pages, "MOST_GLYPHS", 4)

    with pytest.raises(RefusedFileError, match="the page holds 5 characters"):
        read_glyphs(make_pdf(("Hello",)), 1)


def test_threads_draw_pages_without_harm(make_pdf: MakePdf) -> None:
    data = make_pdf(*[("Hello",) * 20] * 8)

    with ThreadPoolExecutor(8) as pool:
        numbers = range(1, 9)
        pictures = list(pool.map(lambda number: open_picture(data, number, width_px=600), numbers))

    assert len({picture.tobytes() for picture in pictures}) == 1
