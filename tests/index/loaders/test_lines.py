from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.loaders.lines import Line, join_lines, join_pages, words_of

PAGES = st.lists(st.text(st.characters(exclude_categories=("Cs", "Z", "C")), max_size=20))


def line(
    text: str, bottom: float, *, left: float = 72, right: float = 500, size: float = 12
) -> Line:
    return Line(text, left, right, bottom, size)


def joined(*lines: Line) -> str:
    return join_lines(lines, words=words_of([lines]))


def test_lines_of_a_paragraph_stay_lines() -> None:
    assert joined(line("One", 700), line("two", 686), line("three.", 672)) == "One\ntwo\nthree."


@pytest.mark.parametrize(
    "following",
    [
        line("Next", 660),
        line("Next", 672, size=16),
        line("Next", 672, left=90),
        line("Next", 760),
    ],
    ids=["gap", "size", "indent", "column"],
)
def test_layout_parts_paragraphs(following: Line) -> None:
    text = joined(line("One", 714), line("two", 700), line("three", 686), following)

    assert text == "One\ntwo\nthree\n\nNext"


def test_a_short_line_that_ends_a_sentence_ends_its_paragraph() -> None:
    assert joined(line("End.", 700, right=200), line("Next", 686)) == "End.\n\nNext"


def test_a_short_line_within_a_sentence_ends_nothing() -> None:
    assert joined(line("No end", 700, right=200), line("Next", 686)) == "No end\nNext"


def test_a_sentence_may_run_on_in_the_next_column() -> None:
    assert joined(line("it runs", 100), line("on here.", 760, left=320)) == "it runs\non here."
    assert joined(line("it ends.", 100), line("on here.", 760, left=320)) == "it ends.\n\non here."


def test_a_broken_word_is_whole_where_the_document_has_it_whole() -> None:
    broken = (Line("An exam", 72, 500, 700, 12, broken=True), line("ple of it.", 686))

    assert join_lines(broken, words=frozenset({"example"})) == "An example of it."
    assert join_lines(broken, words=frozenset({"exam"})) == "An exam-\nple of it."


def test_a_word_that_is_broken_at_the_end_of_a_page_keeps_its_hyphen() -> None:
    assert joined(Line("An exam", 72, 500, 700, 12, broken=True)) == "An exam-"


def test_no_lines_are_no_text() -> None:
    assert joined() == ""


@settings(deadline=None)
@given(PAGES)
def test_page_ranges_cover_the_text(pages: list[str]) -> None:
    text, ranges = join_pages(pages)

    assert [text[start:end].rstrip() for start, end in ranges] == pages
    assert [start for start, _ in ranges] == [0, *(end for _, end in ranges)][: len(pages)]
    assert not ranges or ranges[-1][1] == len(text)


def test_a_sentence_runs_on_over_pages() -> None:
    assert join_pages(["It runs", "", "on. ", "New"])[0] == "It runs\non. \n\nNew"
    assert join_pages(["It ends.", "then"])[0] == "It ends.\n\nthen"
