from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.loaders.pdf_places import Box, Glyph, GlyphPage, find_places, mark_range

WIDE, HIGH = 6.0, 10.0


def line_of(text: str, top: float = 0.0, left: float = 0.0) -> list[Glyph]:
    """Return the glyphs of a line: each 6 points wide and 10 high, its ink within."""
    glyphs = []
    for place, character in enumerate(text):
        x = left + place * WIDE
        ink = Box(x, top, x, top) if character.isspace() else Box(x + 1, top + 2, x + 5, top + 8)
        glyphs.append(Glyph(character, ink, Box(x, top, x + WIDE, top + HIGH)))
    return glyphs


def break_of(top: float = 0.0) -> list[Glyph]:
    """Return the line break that the library puts between two lines."""
    nowhere = Box(0, top, 0, top)
    return [Glyph(character, nowhere, nowhere) for character in "\r\n"]


def page_of(*lines: Sequence[Glyph]) -> GlyphPage:
    return GlyphPage(600.0, 800.0, tuple(glyph for line in lines for glyph in line))


def mark(page: GlyphPage, text: str, quote: str) -> tuple[Box, ...]:
    start = text.index(quote)
    return mark_range(page, text, start, start + len(quote))


def test_a_line_is_marked_with_one_box() -> None:
    page = page_of(line_of("The bank closed.", 20.0, 100.0))

    assert mark(page, "The bank closed.", "bank") == (Box(124.0, 20.0, 148.0, 30.0),)


def test_each_line_has_a_box_of_its_own() -> None:
    page = page_of(line_of("The bank", 20.0), break_of(), line_of("closed it.", 32.0))

    found = mark(page, "The bank\nclosed it.", "bank\nclosed")

    assert found == (Box(24.0, 20.0, 48.0, 30.0), Box(0.0, 32.0, 36.0, 42.0))


def test_a_word_that_a_line_break_cut_is_marked_on_both_lines() -> None:
    cut = [*line_of("an exam", 20.0), Glyph("\x02", Box(0, 0, 0, 0), Box(42.0, 20.0, 48.0, 30.0))]
    page = page_of(cut, line_of("ple of it", 32.0))

    mended = mark(page, "an example of it", "example")
    kept = mark(page, "an exam-\nple of it", "exam-\nple")

    assert mended == kept == (Box(18.0, 20.0, 48.0, 30.0), Box(0.0, 32.0, 18.0, 42.0))


@pytest.mark.parametrize("drawn", ["e\ufb03cient", "efficient"])
@pytest.mark.parametrize("loaded", ["e\ufb03cient", "efficient"])
def test_ligatures_are_the_letters_that_they_stand_for(drawn: str, loaded: str) -> None:
    page = page_of(line_of(f"An {drawn} bank", 20.0))

    (box,) = mark(page, f"An {loaded} bank", loaded)

    assert (box.left, box.right) == (18.0, 18.0 + WIDE * len(drawn))


def test_the_mark_of_a_raised_number_is_not_on_the_page() -> None:
    page = page_of(line_of("10", 20.0), line_of("6", 16.0, 12.0), line_of(" cells", 20.0, 18.0))

    assert mark(page, "10^6 cells", "10^6") == (Box(0.0, 16.0, 18.0, 30.0),)


def test_characters_beyond_the_first_plane_come_in_two_halves() -> None:
    halves = ("a", " ", "\ud835", "\udd18", "b")

    assert find_places("a 𝔘b", 2, 3, halves) == (2, 2)
    assert find_places("a 𝔘b", 3, 4, halves) == (4, 4)


def test_the_second_of_two_equal_sentences_is_the_second() -> None:
    page = page_of(line_of("It moved. It moved.", 20.0))
    text = "It moved. It moved."

    assert mark_range(page, text, 10, 19) == (Box(60.0, 20.0, 114.0, 30.0),)


def test_columns_are_not_joined_over_the_gutter() -> None:
    page = page_of(line_of("left", 20.0), line_of("right", 20.0, 100.0))

    assert len(mark(page, "left\nright", "left\nright")) == 2


def test_vertical_text_is_marked_along_its_line() -> None:
    glyphs = [
        Glyph(letter, box, box, upright=False)
        for place, letter in enumerate("upwards")
        for box in [Box(50.0, 100.0 - 6 * place, 60.0, 106.0 - 6 * place)]
    ]

    assert mark(page_of(glyphs), "upwards", "upw") == (Box(50.0, 88.0, 60.0, 106.0),)


def test_slanted_text_is_marked_letter_by_letter() -> None:
    glyphs = [
        Glyph(letter, box, box, upright=None)
        for place, letter in enumerate("slant")
        for box in [Box(6.0 * place, 4.0 * place, 6.0 * place + 5, 4.0 * place + 5)]
    ]

    assert len(mark(page_of(glyphs), "slant", "slant")) == 5


def test_a_picture_has_nothing_to_mark() -> None:
    assert mark(page_of(), "Read by text recognition.", "Read by") == ()


def test_a_page_that_says_something_else_is_not_marked() -> None:
    page = page_of(line_of("A caption that is printed under the scanned picture.", 20.0))

    assert mark(page, "The harbour was closed for the winter.", "The harbour was closed") == ()


HEAD = "Head of the page"
BODY = "The harbour was closed for the winter. The crane was sold. The quay was sold to the town."


def test_what_loaders_leave_out_is_no_hindrance_where_the_neighbours_are_the_same() -> None:
    page = page_of(line_of(HEAD, 0.0), break_of(), line_of(BODY, 20.0))

    (box,) = mark(page, BODY, "The crane was sold.")

    assert box.left == WIDE * BODY.index("The crane")


def test_where_the_neighbours_differ_nothing_is_marked() -> None:
    page = page_of(line_of(BODY.replace("winter", "summer"), 20.0))

    assert mark(page, BODY, "The crane was sold.") == ()


def test_of_equal_places_none_is_marked_where_the_texts_differ() -> None:
    page = page_of(line_of(BODY, 0.0), break_of(), line_of(BODY, 20.0))

    assert mark(page, BODY, "The crane was sold.") == ()


def test_white_space_alone_is_nothing_to_mark() -> None:
    assert mark_range(page_of(line_of("a b")), "a b", 1, 2) == ()


def test_a_place_beyond_the_edge_of_the_page_is_not_marked() -> None:
    page = GlyphPage(600.0, 800.0, tuple(line_of("hidden", 900.0)))

    assert mark(page, "hidden", "hidden") == ()


def test_boxes_that_would_cover_other_words_are_made_smaller_or_left_out() -> None:
    tall = [
        Glyph(glyph.text, glyph.ink, Box(glyph.line.left, 0.0, glyph.line.right, 100.0))
        for glyph in line_of("tall", 20.0)
    ]
    below = line_of("below", 60.0)

    assert {box.height for box in mark(page_of(tall, below), "tall\nbelow", "tall")} == {6.0}
    over = line_of("over", 20.0)
    assert mark(page_of(line_of("text", 20.0), over), "text\nover", "text") == ()


WORDS = st.lists(
    st.text(
        st.characters(codec="utf-16", exclude_categories=["Cc", "Cf", "Cs", "Cn", "Co", "Z"]),
        min_size=1,
        max_size=8,
    ),
    min_size=1,
    max_size=12,
)


@given(words=WORDS, data=st.data())
def test_what_is_found_spells_the_quote(words: list[str], data: st.DataObject) -> None:
    """Draw a page with line breaks, cut words and halves of characters; load it without them."""
    drawn: list[str] = []
    text = ""
    for word in words:
        cut = data.draw(st.integers(0, len(word)))
        for part in (word[:cut], word[cut:]):
            units = part.encode("utf-16-le")
            drawn += [units[at : at + 2].decode("utf-16-le", "surrogatepass")
                      for at in range(0, len(units), 2)]  # fmt: skip
            drawn += data.draw(st.sampled_from([[], ["\x02"], ["\r", "\n"], ["\ufffe"]]))
        drawn.append(" ")
        text += word + data.draw(st.sampled_from([" ", "\n", "\n\n", "-\n"]))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))

    found = find_places(text, start, end, tuple(drawn))

    wanted = spelling(text[start:end])
    if found is None:
        assert wanted == ""
    else:
        first, last = found
        found_units = "".join(drawn[first : last + 2 if len(drawn) > last + 1 else last + 1])
        joined = found_units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
        assert spelling(joined).startswith(wanted)


def spelling(text: str) -> str:
    kept = "".join(c for c in unicodedata.normalize("NFKC", text) if not c.isspace())
    return "".join(
        c for c in kept if c not in "-\xad\u2010\u2011\x02\ufffe\ufffd" and not _is_format(c)
    )


def _is_format(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs")
