from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from retrieval.pairs import plain
from training.questions import WRITTEN, WRITTEN_HELD_OUT, load_articles

ROOT = Path(__file__).parents[2]
MEASURED_ON = [ROOT / "seeds/questions.jsonl", ROOT / "tests/harbour/questions.jsonl"]


@pytest.fixture(scope="module")
def articles() -> list[dict[str, Any]]:
    """Return all of them: what is held out for the calibration, then what is learnt from."""
    return [*load_articles(WRITTEN_HELD_OUT), *load_articles(WRITTEN)]


def questions(articles: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for article in articles:
        for paragraph in article["paragraphs"]:
            for item in paragraph["qas"]:
                yield paragraph["context"], item


def test_every_answer_stands_at_its_place(articles: list[dict[str, Any]]) -> None:
    for context, item in questions(articles):
        for answer in item["answers"]:
            start = answer["answer_start"]
            assert context[start : start + len(answer["text"])] == answer["text"] != ""


def test_nothing_is_asked_twice_of_a_text(articles: list[dict[str, Any]]) -> None:
    asked = Counter((context, plain(item["question"])) for context, item in questions(articles))
    assert [each for each, count in asked.items() if count > 1] == []
    for names in (
        [article["title"] for article in articles],
        [item["id"] for _, item in questions(articles)],
        [part["context"] for article in articles for part in article["paragraphs"]],
    ):
        assert len(names) == len(set(names))


def test_most_is_learnt_from_and_most_questions_have_an_answer() -> None:
    held_out, learnt = load_articles(WRITTEN_HELD_OUT), load_articles(WRITTEN)
    assert len(learnt) > 4 * len(held_out)
    for part in (held_out, learnt):
        answered = [bool(item["answers"]) for _, item in questions(part)]
        assert 0.5 < sum(answered) / len(answered) < 0.8


@pytest.mark.parametrize("path", MEASURED_ON, ids=lambda path: path.parent.name)
def test_what_is_measured_on_is_not_learnt(path: Path, articles: list[dict[str, Any]]) -> None:
    learnt = {plain(item["question"]) for _, item in questions(articles)}
    measured = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert learnt.isdisjoint(plain(each["question"]) for each in measured)
