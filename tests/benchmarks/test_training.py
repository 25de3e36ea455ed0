from __future__ import annotations

from dataclasses import replace
from itertools import repeat

import numpy as np
import pytest

from benchmarks.training import (
    EVERYTHING,
    LEFT_OUT,
    STRANGERS,
    counts_of,
    figures_of,
    leave_out,
    scale,
)
from retrieval.calibration import MEASURES, Spotted
from tests.retrieval.fakes import make_document, make_hit
from training.calibration import Asked

HIT = make_hit(make_document("x"))


def make_asked(answerable_score: float, *, right: bool, answerable: bool) -> Asked:
    measures = tuple(float(right) for _ in MEASURES)
    spotted = Spotted(HIT, 0, 1, answerable_score, measures)
    return Asked([spotted], np.array([right]), answerable)


def test_a_recipe_is_scaled_in_its_proportions() -> None:
    half = scale(EVERYTHING, 10_000)
    assert sum(counts_of(half).values()) == 10_000
    assert half.answered / half.written == pytest.approx(EVERYTHING.answered / EVERYTHING.written)
    assert replace(half, **counts_of(EVERYTHING)) == EVERYTHING


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_left_out_is_made_up_for_by_answered_questions(name: str) -> None:
    kinds = LEFT_OUT[name]
    counts = counts_of(leave_out(EVERYTHING, kinds))
    assert sum(counts.values()) == sum(counts_of(EVERYTHING).values())
    kept = {kind for kind, count in counts.items() if count}
    assert kept == counts_of(EVERYTHING).keys() - set(kinds)


def test_kinds_of_questions_are_judged_apart() -> None:
    kinds = [*repeat("SQuAD", 4), "typed", STRANGERS]
    asked = [
        make_asked(2.0, right=True, answerable=True),
        make_asked(0.0, right=False, answerable=True),
        make_asked(1.0, right=False, answerable=False),
        make_asked(-1.0, right=False, answerable=False),
        make_asked(0.0, right=True, answerable=True),
        make_asked(-2.0, right=False, answerable=False),
    ]
    figures = figures_of(kinds, asked)
    assert figures == {
        "SQuAD: right": 0.5,
        "SQuAD: AUC": 0.75,
        "typed: right": 1.0,
        "SQuAD: AUC against strangers": 1.0,
    }
