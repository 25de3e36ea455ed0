from __future__ import annotations

from pathlib import Path

import pytest

from evaluation import failures
from evaluation.datasets import Dataset, load_dataset
from evaluation.predictions import Found, Prediction, Quote
from evaluation.scores import score
from tests.evaluation.fakes import FIRST, declined, prediction, write_beir, write_squad

ELSEWHERE = (Found("Engine", 80, 119, 0.9),)
OTHER_QUOTE = (Quote(1, "Engine", 37, 67, FIRST[37:67], 0.9),)


@pytest.fixture
def engine(tmp_path: Path) -> Dataset:
    return load_dataset(write_squad(tmp_path))


def sort(
    dataset: Dataset, when: Prediction, where: Prediction | None = None, **given: bool
) -> list[str]:
    said = [when, where or declined("where"), prediction("died", short_answer="Babbage")]
    scores = score(dataset, said)
    found = failures.find_failures(dataset, said, scores, given_passage=given.get("passage", False))
    return [failure.sort for failure in found]


WRONG = {"short_answer": "1999", "answer": "1999"}


def test_what_is_right_is_no_failure(engine: Dataset) -> None:
    assert sort(engine, prediction("when")) == []


def test_an_answer_without_the_passage_was_not_retrieved(engine: Dataset) -> None:
    assert sort(engine, prediction("when", **WRONG, hits=ELSEWHERE)) == [failures.NOT_RETRIEVED]
    assert sort(engine, declined("when", hits=ELSEWHERE)) == [failures.NOT_RETRIEVED]


def test_a_passage_that_was_given_needs_no_retrieving(engine: Dataset) -> None:
    found = sort(engine, declined("when", hits=()), passage=True)
    assert found == [failures.SHOULD_NOT_HAVE_ABSTAINED]


def test_declining_with_the_passage_found_should_not_have_happened(engine: Dataset) -> None:
    assert sort(engine, declined("when")) == [failures.SHOULD_NOT_HAVE_ABSTAINED]


def test_another_span_of_the_right_place_is_a_wrong_span(engine: Dataset) -> None:
    assert sort(engine, prediction("when", **WRONG)) == [failures.WRONG_SPAN]


def test_an_answer_from_elsewhere_was_retrieved_but_not_answered(engine: Dataset) -> None:
    found = sort(engine, prediction("when", **WRONG, citations=OTHER_QUOTE))
    assert found == [failures.NOT_ANSWERED]


def test_an_answer_to_an_unanswerable_question_should_have_been_declined(engine: Dataset) -> None:
    assert sort(engine, prediction("when"), prediction("where")) == [failures.SHOULD_HAVE_ABSTAINED]


@pytest.mark.parametrize(("names", "expected"), [("ab", []), ("ad", [failures.NOT_RETRIEVED])])
def test_a_search_fails_where_nothing_relevant_is_among_the_first(
    tmp_path: Path, names: str, expected: list[str]
) -> None:
    dataset = load_dataset(write_beir(tmp_path))
    said = [declined("q1", hits=tuple(Found(name, 0, 5, 1.0) for name in names))]
    found = failures.find_failures(dataset, said, score(dataset, said), given_passage=False)
    assert [failure.sort for failure in found] == expected
