from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from retrieval.calibration import MEASURES, Spotted
from retrieval.questions import words
from tests.retrieval.fakes import make_document, make_hit
from training.calibration import Asked, _is_right, choose_threshold, fit_confidence, fit_measures
from training.card import NAMES, write_card

HIT = make_hit(make_document("x"))


def make_asked(margins: list[float], right: list[bool], *, answerable: bool = True) -> Asked:
    spotted = [
        Spotted(HIT, 0, 1, margin, tuple(margin if name == "margin" else 0.0 for name in MEASURES))
        for margin in margins
    ]
    return Asked(spotted, np.array(right), answerable)


def make_many() -> list[Asked]:
    """Return questions for which a higher margin is likelier right, and others with low ones."""
    chance = np.random.default_rng(0)
    answered = [
        make_asked([margin, margin - 2], [bool(chance.random() < 1 / (1 + np.exp(-margin))), False])
        for margin in chance.normal(2, 1.5, 600)
    ]
    return answered + [
        make_asked([margin], [False], answerable=False) for margin in chance.normal(-2, 1.5, 200)
    ]


def test_what_speaks_for_a_span_is_weighed() -> None:
    weights = fit_measures(make_many())
    assert weights[MEASURES.index("margin")] > 0
    assert weights[MEASURES.index("fusion")] == pytest.approx(0)


def test_the_confidence_is_a_probability() -> None:
    asked = make_many()
    best = [each.best(fit_measures(asked)) for each in asked]
    weight, bias = fit_confidence(best)
    sure = 1 / (1 + np.exp(-np.array([weight * e.spotted.answerable + bias for e in best])))
    right = np.array([each.right for each in best])
    assert sure.mean() == pytest.approx(right.mean(), abs=0.01)
    high = sure > 0.7
    assert sure[high].mean() == pytest.approx(right[high].mean(), abs=0.1)


def test_the_threshold_tells_answerable_questions_from_others() -> None:
    asked = make_many()
    best = [each.best(fit_measures(asked)) for each in asked]
    threshold, figures = choose_threshold(best, fit_confidence(best))
    assert 0 < threshold < 1
    answered, declined = figures["answerable_answered"][0], figures["unanswerable_declined"][0]
    assert min(answered, declined) > 0.85
    assert figures["auc_answerable"][0] > 0.9
    for value, low, high in figures.values():
        assert low <= value <= high


def test_the_card_states_every_figure_and_the_threshold(tmp_path: Path) -> None:
    figures = {name: [0.5 + place / 100, 0.4, 0.6] for place, name in enumerate(NAMES)}
    fields = {"sha256": "abc123", "questions": 2_600, "threshold": 0.25, "held_out": figures}
    stages: list[dict[str, object]] = [
        {"answered": 900, "seed": 1},
        {"answered": 300, "teacher": ["large 1a", "larger 2b"], "share": 0.7},
    ]
    write_card(tmp_path, fields, stages=stages, longest=30, strangers=300)
    card = (tmp_path / "README.md").read_text("utf-8")
    for name, label in NAMES.items():
        assert f"| {label} | {figures[name][0]:.3f} | 0.400 to 0.600 |" in card
    assert "- `--answered 900 --seed 1`\n" in card
    assert "- `--answered 300 --teacher large 1a --teacher larger 2b --share 0.7`\n" in card
    for part in ("abc123", "2,600 questions", "300 of them", "confidence of 0.250", "30 tokens"):
        assert part in card


@pytest.mark.parametrize(
    ("span", "gold", "right"),
    [
        ("1931", "1931", True),
        ("in May 1931", "1931", True),  # all of it
        ("Ann Berg", "the engineer Ann Berg", True),  # half of it
        ("Berg", "the engineer Ann Berg of Orlen", False),
        ("1932", "1931", False),
    ],
)
def test_a_span_is_right_by_its_words(span: str, gold: str, right: bool) -> None:
    spotted = Spotted(make_hit(make_document(f"So: {span}.")), 4, 4 + len(span), 0.0, ())
    assert _is_right(spotted, [Counter(words("x")), Counter(words(gold))]) is right
    assert not _is_right(spotted, [])
