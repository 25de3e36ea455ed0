from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.questions import classify
from retrieval.spans import find_span

WORKERS = "Consequently, by December 22, 2019, 115 North Korean workers were sent home."


def span(question: str, text: str) -> str:
    start, end = find_span(text, question, classify(question))
    return text[start:end]


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("How many North Korean workers went home?", WORKERS, "115"),
        ("How much did it cost?", "It cost $240,000.50.", "$240,000.50"),
        ("How much is exported?", "Some 62.5 percent is exported.", "62.5 percent"),
        ("How many live there?", "By 1990, 1.5 million lived there.", "1.5 million"),
        ("How many looms are there?", "In 3 halls it has twenty-two looms.", "twenty-two"),
        ("How many halls are there?", "In 3 halls it has twenty-two looms.", "3"),
        ("How many halls with looms are there?", "In 3 halls it has 22 looms.", "3"),
        ("How many of the 115 left?", "Of the 115, 62 left.", "62"),
        ("How many ships called?", "From four to five ships called.", "four to five"),
        ("How many ships called?", "No one saw the 14 ships.", "14"),
        ("How many came?", "In the end 12.", "12"),
        ("How old is the pier?", "The pier dates from 1931.", "1931"),  # nothing else is there
    ],
)
def test_a_number_is_the_one_of_what_is_counted(question: str, text: str, expected: str) -> None:
    assert span(question, text) == expected


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("How wide is it?", "It is 3.5 m wide.", "3.5 m"),
        ("How many metres wide is it?", "It is 3.5 metres wide.", "3.5"),
        ("How long did it last?", "It lasted around 2 minutes.", "2 minutes"),
        ("How large is it?", "It has 53,500 square metres.", "53,500 square metres"),
        ("How much land is it?", "It is 53 acres (21 hectares) of land.", "53 acres"),
        ("How far is it?", "It is far (2 miles).", "2 miles"),  # nothing but an aside
    ],
)
def test_a_measure_has_its_unit_unless_the_question_names_it(
    question: str, text: str, expected: str
) -> None:
    assert span(question, text) == expected


def test_a_share_is_wanted_where_the_question_says_so_and_not_elsewhere() -> None:
    text = "Some 30 percent of children work, or 25,000 children in all."
    assert span("What percentage of children work?", text) == "30 percent"
    assert span("How many children work?", text) == "25,000"


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("When did the workers go home?", WORKERS, "December 22, 2019"),
        ("When was it?", "It was on the 3rd of May 1954.", "3rd of May 1954"),
        ("In what year was it?", "It was on the 3rd of May 1954.", "1954"),
        ("In which year was it?", "It was on the 3rd of May.", "3rd of May"),
        ("When was it?", "It was on Friday, 3 May 1954.", "3 May 1954"),
        ("When was it?", "It may have been in the 16th century.", "16th century"),
        ("When is it open?", "It is open from 9:30 a.m.", "9:30 a.m."),
        ("When after 1931 did it close?", "It opened in 1931 and closed in 1954.", "1954"),
        ("When was the mill closed?", "The pier opened in 1931, the mill closed in 1954.", "1954"),
    ],
)
def test_a_date_is_the_nearest_to_the_questions_words(
    question: str, text: str, expected: str
) -> None:
    assert span(question, text) == expected


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who came?", "Seven came."),
        ("How many came?", "Nobody came."),
        ("How many of the 12 left?", "The 12 stayed."),
        ("When may it open?", "It may open."),
        ("How many?", ""),
    ],
)
def test_without_a_number_or_date_that_is_new_the_sentence_stands_for_itself(
    question: str, text: str
) -> None:
    assert span(question, text) == text


@given(st.text(max_size=60), st.sampled_from(["number", "date", "thing"]), st.text(max_size=9))
def test_a_span_always_lies_within_the_sentence(text: str, kind: str, question: str) -> None:
    start, end = find_span(text, question, kind)
    assert 0 <= start <= end <= len(text)
    assert start < end or not text


@given(st.lists(st.sampled_from(["115 ", "$3.5", " to ", "m ", "may ", "1931", "-", "("])))
def test_numbers_and_dates_in_any_order_have_a_span(parts: list[str]) -> None:
    text = "".join(parts)
    for kind in ("number", "date"):
        start, end = find_span(text, "How many m in what year?", kind)
        assert 0 <= start <= end <= len(text)
