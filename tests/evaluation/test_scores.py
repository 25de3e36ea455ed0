from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evaluation.datasets import Dataset, load_dataset
from evaluation.predictions import Found, Prediction, Quote
from evaluation.scores import Scores, question_word, read_scores, score
from index.errors import DatasetError
from tests.evaluation.fakes import FIRST, declined, prediction, write_beir, write_squad


@pytest.fixture
def engine(tmp_path: Path) -> Dataset:
    return load_dataset(write_squad(tmp_path))


def row(dataset: Dataset, *predictions: Prediction) -> list[dict[str, float]]:
    scores = score(dataset, predictions)
    return [
        {
            name: float(column[n])
            for name, column in scores.columns.items()
            if not np.isnan(column[n])
        }
        for n in range(len(scores.ids))
    ]


def test_a_right_answer_and_two_abstentions(engine: Dataset) -> None:
    when, where, died = row(engine, prediction("when"), declined("where"), declined("died"))
    assert when == {
        "answerable": 1,
        "abstained": 0,
        "answered": 1,
        "abstention_right": 1,
        "confidence": 0.9,
        "exact_match": 1,
        "f1": 1,
        "right": 1,
        "containment": 1,
        "token_f1": 0.5,
        "span_exact_match": 1,
        "span_f1": 1,
        "span_right": 1,
        "cited": 1,
        "supported": 1,
        "verbatim": 1,
        "any_supported": 1,
        "quotes_answer": 1,
        "latency_ms": 10,
        "ms.search": 4,
        "ms.read": 6,
        "ndcg@10": 1,
        "mrr": 1,
        "recall@1": 1,
        "recall@5": 1,
        "recall@10": 1,
        "hit_rate@1": 1,
        "hit_rate@5": 1,
        "hit_rate@10": 1,
    }
    assert (where["exact_match"], where["right"], where["abstention_right"]) == (1, 1, 1)
    assert where["span_right"] == where["span_exact_match"] == 0
    assert not {"mrr", "containment", "any_supported", "quotes_answer"} & set(where)
    assert (died["exact_match"], died["right"], died["abstention_right"]) == (0, 0, 0)
    assert (died["mrr"], died["any_supported"], died["containment"]) == (0, 0, 0)
    assert "quotes_answer" not in died


def test_an_answer_to_an_unanswerable_question_supports_nothing(engine: Dataset) -> None:
    _, where, _ = row(engine, prediction("when"), prediction("where"), declined("died"))
    assert (where["exact_match"], where["right"], where["supported"]) == (0, 0, 0)
    assert (where["cited"], where["verbatim"]) == (1, 1)


def test_a_quote_that_is_no_slice_is_not_verbatim(engine: Dataset) -> None:
    wrong = Quote(1, "Engine", 0, 36, FIRST[1:37], 0.9)
    when, *_ = row(engine, prediction("when", citations=(wrong,)), declined(), declined())
    assert when["verbatim"] == 0


@pytest.mark.parametrize(
    ("short", "text", "right"),
    [
        ("1843", "", 1),
        ("in the year 1843", "", 1),  # contains the gold answer
        ("1842", "1842", 0),
        ("a program", "It was 1843.", 1),  # the whole text shares half of its words
        ("a program", "It was written long ago in 1843.", 0),
    ],
)
def test_an_answer_is_right_by_containing_or_by_half_of_its_words(
    engine: Dataset, short: str, text: str, right: int
) -> None:
    said = prediction("when", short_answer=short, answer=text)
    when, *_ = row(engine, said, declined(), declined())
    assert when["right"] == right


def test_a_given_passage_is_not_judged_for_retrieval(engine: Dataset) -> None:
    scores = score(engine, [prediction(), declined(), declined()], given_passage=True)
    assert not {"mrr", "ndcg@10"} & set(scores.columns)


def test_a_retrieval_set_has_no_answers(tmp_path: Path) -> None:
    dataset = load_dataset(write_beir(tmp_path))
    hits = tuple(Found(name, 0, 5, 1.0) for name in ("a", "b", "d", "c"))
    (numbers,) = row(dataset, declined("q1", hits=hits))
    assert numbers["recall@100"] == 1
    assert numbers["mrr"] == 0.5
    assert not {"exact_match", "confidence", "cited"} & set(numbers)


def test_scores_survive_being_written(engine: Dataset, tmp_path: Path) -> None:
    scores = score(engine, [prediction(), declined(), declined()])
    (tmp_path / "scores.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in scores.rows()), "utf-8"
    )
    again = read_scores(tmp_path)
    assert (again.ids, again.labels) == (scores.ids, scores.labels)
    for name, column in scores.columns.items():
        np.testing.assert_array_equal(again.columns[name], column)


def test_scores_that_are_not_there_are_missed(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"there is no .*scores\.jsonl; give the output folder"):
        read_scores(tmp_path)


def test_nothing_is_measured_of_retrieval_where_nothing_is_relevant(engine: Dataset) -> None:
    unanswerable = Dataset(
        **{
            **{name: getattr(engine, name) for name in Dataset.__dataclass_fields__},
            "questions": engine.questions[1:2],
        }
    )
    assert "mrr" not in score(unanswerable, [declined("where")]).columns


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("When was it?", "when"),
        ("In which year did she die?", "which"),
        ("Whose idea was it?", "who"),
        ("To whom?", "who"),
        ("How many were there, and why?", "how"),
        ("Did Ada write it?", "yes/no"),
        ("“What” is meant?", "what"),
        ("Name the author.", "other"),
        ("Somewhat late", "other"),
        ("", "other"),
    ],
)
def test_questions_are_grouped_by_their_question_word(question: str, word: str) -> None:
    assert question_word(question) == word


def test_labels_are_kept_for_the_breakdown(engine: Dataset) -> None:
    scores: Scores = score(engine, [prediction(), declined(), declined()])
    assert scores.labels == {
        "kind": ("answerable", "unanswerable", "answerable"),
        "document": ("Engine", "Engine", "Engine"),
        "question_word": ("when", "where", "who"),
    }
