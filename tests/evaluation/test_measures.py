"""The weighted measures against scikit-learn and against resampling in the plainest way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    f1_score,
    roc_auc_score,
)

from evaluation.measures import MEASURES, Measure, measures_for, percentile, risk_coverage
from evaluation.scores import Scores
from evaluation.summary import bootstrap_weights, estimate

BY_PATH = {measure.path: measure for measure in MEASURES}
Columns = Mapping[str, npt.NDArray[np.float64]]


def columns(
    **values: Sequence[float] | npt.NDArray[np.float64],
) -> dict[str, npt.NDArray[np.float64]]:
    return {name: np.array(numbers, dtype=np.float64) for name, numbers in values.items()}


def value(
    measure: Measure,
    given_columns: Columns,
    weights: Sequence[float] | npt.NDArray[np.float64] | None = None,
) -> float:
    questions = len(next(iter(given_columns.values())))
    row = np.ones((1, questions)) if weights is None else np.array([weights], dtype=np.float64)
    return float(measure.compute(row, given_columns)[0])


# Weighted questions with both classes, confidences from a few values so that ties are common.
graded = st.lists(
    st.tuples(
        st.integers(0, 1), st.sampled_from([0.0, 0.2, 0.25, 0.5, 0.75, 1.0]), st.integers(0, 3)
    ),
    min_size=2,
    max_size=30,
).filter(lambda rows: {answerable for answerable, _, weight in rows if weight} == {0, 1})


@given(graded)
def test_roc_auc_and_average_precision_equal_scikit_learns(
    rows: list[tuple[int, float, int]],
) -> None:
    answerable, confidence, weights = map(list, zip(*rows, strict=True))
    given_columns = columns(answerable=answerable, confidence=confidence)
    assert value(BY_PATH["abstention.roc_auc"], given_columns, weights) == pytest.approx(
        roc_auc_score(answerable, confidence, sample_weight=weights)
    )
    assert value(BY_PATH["abstention.average_precision"], given_columns, weights) == pytest.approx(
        average_precision_score(answerable, confidence, sample_weight=weights)
    )


@given(graded, st.floats(0.1, 0.9))
def test_abstention_f1_and_balanced_accuracy_equal_scikit_learns(
    rows: list[tuple[int, float, int]], threshold: float
) -> None:
    answerable, confidence, weights = map(np.array, zip(*rows, strict=True))
    abstained = (confidence < threshold).astype(float)
    given_columns = columns(
        answerable=answerable,
        abstained=abstained,
        abstention_right=(abstained != answerable).astype(float),
    )
    assert value(BY_PATH["abstention.f1"], given_columns, weights) == pytest.approx(
        f1_score(1 - answerable, abstained, sample_weight=weights)
    )
    assert value(BY_PATH["abstention.balanced_accuracy"], given_columns, weights) == pytest.approx(
        balanced_accuracy_score(1 - answerable, abstained, sample_weight=weights)
    )


def test_auc_is_undefined_without_unanswerable_questions() -> None:
    given_columns = columns(answerable=[1, 1], confidence=[0.2, 0.9])
    assert np.isnan(value(BY_PATH["abstention.roc_auc"], given_columns))


def test_the_area_under_the_risk_coverage_curve_is_the_mean_risk() -> None:
    # By falling confidence: right, wrong, right, wrong. The risks are 0, 1/2, 1/3 and 1/2.
    given_columns = columns(confidence=[0.9, 0.8, 0.7, 0.6], span_exact_match=[1, 0, 1, 0])
    assert value(BY_PATH["abstention.aurc"], given_columns) == pytest.approx(
        (0 + 1 / 2 + 1 / 3 + 1 / 2) / 4
    )
    coverage, risk = risk_coverage(np.ones((1, 4)), given_columns, success="span_exact_match")
    assert coverage[0] == pytest.approx([0.25, 0.5, 0.75, 1])
    assert risk[0] == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])


def test_answers_of_equal_confidence_enter_the_curve_together() -> None:
    given_columns = columns(confidence=[0.9, 0.9], span_exact_match=[1, 0])
    coverage, risk = risk_coverage(np.ones((1, 2)), given_columns, success="span_exact_match")
    assert (coverage.tolist(), risk.tolist()) == ([[1.0]], [[0.5]])


def test_the_calibration_error_is_the_weighted_gap_of_each_tenth() -> None:
    # One tenth has confidences .92 and .98, one of two right: |.95 - .5|; the other .3, wrong.
    given_columns = columns(
        confidence=[0.92, 0.98, 0.3], span_right=[1, 0, 0], answerable=[1, 1, 1]
    )
    assert value(BY_PATH["abstention.ece"], given_columns) == pytest.approx(
        (2 * 0.45 + 1 * 0.3) / 3
    )
    assert value(BY_PATH["abstention.ece_answerable"], given_columns) == pytest.approx(
        (2 * 0.05 + 1 * 0.7) / 3
    )


def test_confidence_of_one_belongs_to_the_last_tenth() -> None:
    given_columns = columns(confidence=[1.0, 0.0], span_right=[1, 0], answerable=[1, 0])
    assert value(BY_PATH["abstention.ece"], given_columns) == 0


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=40), st.sampled_from([50, 95, 99]))
def test_percentiles_equal_numpys_inverted_distribution(values: list[float], percent: int) -> None:
    given_columns = columns(latency_ms=values)
    expected = np.percentile(values, percent, method="inverted_cdf")
    assert value(percentile("latency_ms", percent), given_columns) == expected


def test_percentiles_leave_out_questions_without_that_stage() -> None:
    assert value(percentile("ms.read", 50), columns(**{"ms.read": [np.nan, 7, np.nan]})) == 7


def test_a_mean_is_over_the_questions_where_it_applies() -> None:
    measure = BY_PATH["retrieval.mrr"]
    given_columns = columns(mrr=[1.0, np.nan, 0.5])
    assert value(measure, given_columns) == 0.75
    assert value(measure, given_columns, [1, 5, 3]) == pytest.approx((1 + 3 * 0.5) / 4)
    assert np.isnan(value(measure, given_columns, [0, 5, 0]))


def test_citation_precision_is_over_all_citations() -> None:
    given_columns = columns(supported=[2, 0, 0], cited=[3, 1, 0])
    assert value(BY_PATH["citations.precision"], given_columns) == 0.5


def test_throughput_is_questions_over_the_seconds_that_they_took() -> None:
    assert value(BY_PATH["latency.throughput_per_s"], columns(latency_ms=[100, 300])) == 5


def test_measures_without_their_columns_are_left_out() -> None:
    scores = Scores(("a",), {}, columns(latency_ms=[1]))
    assert {measure.group for measure in measures_for(scores)} == {"latency"}


def test_weights_are_counts_of_as_many_questions_as_there_are() -> None:
    blocks = list(bootstrap_weights(300, draws=1000))
    weights = np.concatenate(blocks)
    assert weights.shape == (1000, 300)
    assert np.array_equal(weights.sum(axis=1), np.full(1000, 300.0))
    assert weights.mean(axis=0) == pytest.approx(np.ones(300), abs=0.2)


def test_the_blocks_of_a_large_set_are_small_and_differ() -> None:
    first, second = list(bootstrap_weights(1_000_000, draws=4))
    assert first.shape == (2, 1_000_000)
    assert not np.array_equal(first, second)


def test_the_interval_of_a_share_is_that_of_the_binomial() -> None:
    right = np.repeat([1.0, 0.0], [60, 40])
    scores = Scores(tuple(map(str, range(100))), {}, {"right": right})
    figure = estimate([BY_PATH["answers.right"]], scores)["answers.right"]
    assert figure["value"] == pytest.approx(0.6)
    # The binomial of 100 draws with .6 has its 2.5 % and 97.5 % points at 50 and 70 (69.5).
    assert figure["low"] == pytest.approx(0.5, abs=0.015)
    assert figure["high"] == pytest.approx(0.695, abs=0.015)


def test_intervals_are_the_same_every_time() -> None:
    scores = Scores(tuple("abcd"), {}, columns(right=[1, 0, 0, 1]))
    one, other = (estimate([BY_PATH["answers.right"]], scores) for _ in range(2))
    assert one == other
