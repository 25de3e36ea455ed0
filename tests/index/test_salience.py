from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.salience import faint_lines, split, within
from index.values import Chunk
from tests.index.texts import texts


def faint(text: str, markup: str = "text") -> list[str]:
    return [text[start:end] for start, end in faint_lines(text, markup)]


def make_chunk(start: int, text: str) -> Chunk:
    return Chunk("c", "d", 0, start, start + len(text), text, "", None)


def test_a_repeated_line_is_faint_from_the_second_time_on() -> None:
    text = "It was said that the bridge had closed.\nOther words were said, too.\n" * 2
    ranges = faint_lines(text, "text")
    assert ranges == ((68, 107), (108, 135))


@pytest.mark.parametrize(
    "line",
    [
        "Home",
        "Leave a Reply",
        "About us",
        "Share",
        "1204",
        "3",
        "* * *",
        "Names Only",
        "Five words make no sentence",
    ],
)
def test_a_line_without_a_sentence_is_faint_in_plain_text(line: str) -> None:
    assert faint(line) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "The bridge was closed on Monday",
        "(* - “The bridge” was closed on Monday",
        "It rained.",
        "Is it true?",
        "He said “yes”",
        "Founded 1889",
        "これは文書検索装置についての長い文章ですがまだ続きます",
    ],
)
def test_a_line_that_says_something_is_prominent(line: str) -> None:
    assert faint(line) == []


def test_short_lines_of_markdown_are_items_and_headings() -> None:
    assert faint("# Title\n\n- item\n", "markdown") == []


def test_repeated_lines_of_markdown_are_faint_unless_they_are_marks() -> None:
    assert faint("- item\n---\n- item\n---\n", "markdown") == ["- item"]


@given(texts, st.sampled_from(["text", "markdown"]))
def test_faint_lines_are_whole_lines_in_order(text: str, markup: str) -> None:
    ranges = faint_lines(text, markup)
    assert all("\n" in text[one[1] : other[0]] for one, other in pairwise(ranges))
    assert all("\n" not in text[start:end].strip("\n") for start, end in ranges)


def test_faint_ranges_are_counted_from_the_chunks_start() -> None:
    chunk = make_chunk(10, "Menu\nThe bridge is closed.")
    assert within(chunk, ((0, 4), (10, 14), (40, 44))) == ((0, 4),)


def test_a_line_that_isnt_wholly_in_the_chunk_counts_in_full() -> None:
    assert within(make_chunk(10, "Menu and more"), ((8, 14), (15, 99))) == ()


def test_a_chunk_of_faint_lines_alone_counts_in_full() -> None:
    assert within(make_chunk(0, "Ada\nBob"), ((0, 3), (4, 7))) == ()


def test_a_text_is_split_into_what_counts_and_what_hardly_does() -> None:
    assert split("Menu\nThe bridge is closed.\nShare", ((0, 4), (27, 32))) == (
        "The bridge is closed.",
        "Menu\nShare",
    )
    assert split("all of it", ()) == ("all of it", "")
