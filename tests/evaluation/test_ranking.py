"""The retrieval measures on an example that can be worked out by hand."""

from __future__ import annotations

from math import log2

import pytest

from evaluation.ranking import measure_rankings

# Three questions. The first has three relevant passages of grades 3, 2 and 1; the ranking shows the
# one of grade 2 in the first place, that of grade 3 in the fourth, and never the last.
GRADES = {"one": [3, 2, 1], "two": [1], "three": [1, 1]}
RANKINGS = {
    "one": [1, None, None, 0],
    "two": [None] * 10 + [0],
    "three": [],
}
IDEAL = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
BY_HAND = {
    "ndcg@10": {"one": (2 / log2(2) + 3 / log2(5)) / IDEAL, "two": 0, "three": 0},
    "mrr": {"one": 1, "two": 1 / 11, "three": 0},
    "recall@1": {"one": 1 / 3, "two": 0, "three": 0},
    "recall@5": {"one": 2 / 3, "two": 0, "three": 0},
    "recall@10": {"one": 2 / 3, "two": 0, "three": 0},
    "recall@100": {"one": 2 / 3, "two": 1, "three": 0},
    "hit_rate@1": {"one": 1, "two": 0, "three": 0},
    "hit_rate@5": {"one": 1, "two": 0, "three": 0},
    "hit_rate@10": {"one": 1, "two": 0, "three": 0},
}


def test_the_measures_are_as_worked_out_by_hand() -> None:
    values = measure_rankings(GRADES, RANKINGS, depth=100)
    assert set(values) == set(BY_HAND)
    for name, expected in BY_HAND.items():
        assert values[name] == pytest.approx(expected, abs=1e-6), name


def test_the_order_given_is_the_order_measured() -> None:
    ranking: list[int | None] = [None] * 99 + [0]
    values = measure_rankings({"q": [1]}, {"q": ranking}, depth=100)
    assert values["mrr"]["q"] == pytest.approx(1 / 100)
    assert values["recall@100"]["q"] == 1


def test_measures_that_look_further_than_was_asked_for_are_left_out() -> None:
    values = measure_rankings({"q": [1]}, {"q": [0]}, depth=10)
    assert "recall@100" not in values
    assert values["ndcg@10"] == {"q": 1}
