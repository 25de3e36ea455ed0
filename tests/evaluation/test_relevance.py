from __future__ import annotations

from dataclasses import replace

import pytest

from evaluation.datasets import Passage, Question
from evaluation.predictions import Found, Quote
from evaluation.relevance import is_relevant, is_supported, quotes_answer, rank_passages

# A SQuAD paragraph at 100 to 200 with an answer at 150 to 160.
PARAGRAPH = Passage("d", ((100, 200),), ((150, 160),))
# A quote of 40 characters that occurs twice.
QUOTED = Passage("d", ((10, 50), (310, 350)), enough=20)
WHOLE = Passage("d")


def found(start: int, end: int, document: str = "d") -> Found:
    return Found(document, start, end, 1.0)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (150, 160, True),  # just the answer
        (0, 160, True),  # holds it, though most of the hit lies outside
        (0, 159, False),  # one character short of it, and less than half inside
        (151, 250, False),  # 49 of 99 characters inside, half of the answer
        (151, 249, True),  # 49 of 98
        (50, 150, True),  # exactly half
        (49, 150, False),
        (110, 140, True),  # all inside, without the answer
        (0, 100, False),  # touches the paragraph
        (200, 260, False),
    ],
)
def test_a_hit_shows_a_paragraph_by_the_answer_or_by_half_of_itself(
    start: int, end: int, expected: bool
) -> None:
    assert is_relevant(found(start, end), PARAGRAPH) is expected
    assert not is_relevant(found(start, end, "another"), PARAGRAPH)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 400, True),  # holds the quote
        (0, 30, True),  # half of the quote
        (0, 29, True),  # most of the hit
        (0, 29 + 19, True),
        (31, 400, True),  # the second occurrence
        (31, 310, False),
        (40, 70, False),
        (340, 360, True),
        (60, 300, False),
    ],
)
def test_a_hit_shows_a_quote_by_half_of_either_at_any_occurrence(
    start: int, end: int, expected: bool
) -> None:
    assert is_relevant(found(start, end), QUOTED) is expected


def test_any_part_of_a_document_shows_it_where_no_passage_is_named() -> None:
    assert is_relevant(found(5, 6), WHOLE)
    assert not is_relevant(found(5, 6, "another"), WHOLE)


def asked(*passages: Passage, answers: tuple[str, ...] = ("1843",)) -> Question:
    return Question("q", "?", answers, passages, "answerable")


def test_only_the_first_hit_that_shows_a_passage_counts() -> None:
    hits = [found(0, 9), found(100, 190), found(110, 200), found(10, 50, "e")]
    ranking = rank_passages(asked(PARAGRAPH, Passage("e")), hits)
    assert ranking == [None, 0, None, 1]


def test_a_hit_that_shows_two_passages_takes_two_places() -> None:
    assert rank_passages(asked(QUOTED, PARAGRAPH), [found(0, 400), found(0, 5)]) == [0, 1, None]


def test_without_passages_nothing_counts() -> None:
    assert rank_passages(asked(), [found(0, 400)]) == [None]


def quote(start: int, end: int, text: str = "nothing", document: str = "d") -> Quote:
    return Quote(1, document, start, end, text, 1.0)


@pytest.mark.parametrize(
    ("citation", "supported", "quoted"),
    [
        (quote(159, 300), True, False),  # a character of the answer
        (quote(160, 300), False, False),
        (quote(100, 149), False, False),  # the paragraph alone doesn't support
        (quote(0, 5, "it was in 1843."), True, True),  # its words say so
        (quote(150, 160), True, True),
        (quote(150, 160, document="e"), False, False),
    ],
)
def test_a_citation_supports_by_the_place_or_the_words_of_an_answer(
    citation: Quote, supported: bool, quoted: bool
) -> None:
    question = asked(PARAGRAPH)
    assert is_supported(question, citation) is supported
    assert quotes_answer(question, citation) is quoted


def test_a_citation_supports_by_overlapping_the_quoted_evidence() -> None:
    assert is_supported(asked(QUOTED), quote(349, 500))
    assert not is_supported(asked(QUOTED), quote(350, 500))


def test_a_citation_of_the_document_supports_where_nothing_else_is_named() -> None:
    assert is_supported(asked(WHOLE), quote(7, 8))
    assert not is_supported(asked(WHOLE), quote(7, 8, document="e"))


def test_nothing_supports_an_answer_to_a_question_that_has_none() -> None:
    assert not is_supported(replace(asked(WHOLE), answers=()), quote(7, 8))
