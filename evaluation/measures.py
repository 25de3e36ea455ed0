"""The figures: what each is, over weighted questions, so that resampling is a change of weights.

A measure takes weights of shape (draws, questions) and returns one value a draw: rows of ones give
the figure itself, rows of counts drawn at random its bootstrap distribution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.scores import Column, Scores

Floats = npt.NDArray[np.float64]
Compute = Callable[[Floats, Mapping[str, Column]], Floats]
BINS = 10
PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a question set.

    Attributes:
        group: Section of `metrics.json`: `answers`, `retrieval` and so on.
        name: Its name there.
        compute: Weights of shape (draws, questions) and columns to values of shape (draws,).
        columns: The columns that it needs.
        lower_is_better: Whether it is an error.
        yes_no: Name of the column of zeros and ones that it is the mean of, if it is.
    """

    group: str
    name: str
    compute: Compute
    columns: tuple[str, ...]
    lower_is_better: bool = False
    yes_no: str | None = None

    @property
    def path(self) -> str:
        """Return `group.name`."""
        return f"{self.group}.{self.name}"


def measures_for(scores: Scores) -> Iterator[Measure]:
    """Yield the measures that the set has columns for."""
    for measure in MEASURES:
        if all(column in scores.columns for column in measure.columns):
            yield measure


def mean(group: str, name: str, column: str, *, yes_no: bool = False) -> Measure:
    """Return the mean of a column over the questions where it applies."""

    def compute(weights: Floats, columns: Mapping[str, Column]) -> Floats:
        applies = ~np.isnan(columns[column])
        return divided(
            weights @ np.where(applies, columns[column], 0.0), weights @ applies.astype(float)
        )

    return Measure(group, name, compute, (column,), yes_no=column if yes_no else None)


def mean_where(
    group: str, name: str, column: str, *, where: str, equals: float, yes_no: bool = False
) -> Measure:
    """Return the mean of a column over the questions whose `where` column has a value."""

    def compute(weights: Floats, columns: Mapping[str, Column]) -> Floats:
        chosen = (columns[where] == equals).astype(float)
        return divided(weights @ (columns[column] * chosen), weights @ chosen)

    return Measure(group, name, compute, (column, where), yes_no=column if yes_no else None)


def ratio(group: str, name: str, part: str, whole: str) -> Measure:
    """Return the sum of a column as a share of another's."""

    def compute(weights: Floats, columns: Mapping[str, Column]) -> Floats:
        return divided(weights @ columns[part], weights @ columns[whole])

    return Measure(group, name, compute, (part, whole))


def divided(part: Floats, whole: Floats) -> Floats:
    """Return the quotient, NaN where there is nothing to divide by."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(whole > 0, part / whole, np.nan), dtype=np.float64)


def abstention_f1(weights: Floats, columns: Mapping[str, Column]) -> Floats:
    """F1 of abstaining as the way to find the unanswerable questions."""
    declined, unanswerable = columns["abstained"], 1 - columns["answerable"]
    return divided(
        2 * (weights @ (declined * unanswerable)), weights @ declined + weights @ unanswerable
    )


def balanced_accuracy(weights: Floats, columns: Mapping[str, Column]) -> Floats:
    """Mean of the share of answerable questions answered and of unanswerable ones declined."""
    answerable = columns["answerable"]
    shares = [
        divided(weights @ (columns["abstention_right"] * chosen), weights @ chosen)
        for chosen in (answerable, 1 - answerable)
    ]
    return np.asarray(np.mean(shares, axis=0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Questions by falling confidence, those of equal confidence taken together.

    Attributes:
        order: Positions of the questions, most confident first.
        ends: For each distinct confidence the last place in `order` that has it.
    """

    order: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]

    def sums(self, weights: Floats, values: Floats) -> Floats:
        """Return running sums of `weights * values`, shape (draws, distinct confidences)."""
        return np.asarray(
            np.cumsum((weights * values)[:, self.order], axis=1)[:, self.ends], dtype=np.float64
        )


def ranked(confidence: Column) -> Ranked:
    """Sort questions by falling confidence."""
    order = np.argsort(-confidence, kind="stable")
    changes = np.flatnonzero(np.diff(confidence[order]) != 0)
    return Ranked(order, np.append(changes, len(order) - 1))


def roc_auc(weights: Floats, columns: Mapping[str, Column]) -> Floats:
    """Chance that an answerable question has more confidence than an unanswerable one.

    Ties count half; equal to scikit-learn's `roc_auc_score` with sample weights.
    """
    by_confidence = ranked(columns["confidence"])
    positive = by_confidence.sums(weights, columns["answerable"])
    negative = by_confidence.sums(weights, 1 - columns["answerable"])
    step = np.diff(positive, axis=1, prepend=0)
    below = negative[:, -1:] - negative + np.diff(negative, axis=1, prepend=0) / 2
    return divided((step * below).sum(axis=1), positive[:, -1] * negative[:, -1])


def average_precision(weights: Floats, columns: Mapping[str, Column]) -> Floats:
    """Mean precision over the answerable questions, each at its own confidence.

    Equal to scikit-learn's `average_precision_score` with sample weights.
    """
    by_confidence = ranked(columns["confidence"])
    positive = by_confidence.sums(weights, columns["answerable"])
    everything = by_confidence.sums(weights, np.ones_like(columns["answerable"]))
    precision = np.nan_to_num(divided(positive, everything))
    return divided((np.diff(positive, axis=1, prepend=0) * precision).sum(axis=1), positive[:, -1])


def risk_coverage(
    weights: Floats, columns: Mapping[str, Column], *, success: str
) -> tuple[Floats, Floats]:
    """Return coverage and risk, each of shape (draws, distinct confidences).

    At each confidence, coverage is the share of questions with at least that much, and risk the
    share of these whose best span isn't a success (El-Yaniv and Wiener, 2010).
    """
    by_confidence = ranked(columns["confidence"])
    covered = by_confidence.sums(weights, np.ones_like(columns["confidence"]))
    wrong = by_confidence.sums(weights, 1 - columns[success])
    return divided(covered, covered[:, -1:]), np.nan_to_num(divided(wrong, covered))


def area_under_risk(name: str, success: str) -> Measure:
    """Return the area under the risk-coverage curve: the mean risk over all confidences."""

    def compute(weights: Floats, columns: Mapping[str, Column]) -> Floats:
        coverage, risk = risk_coverage(weights, columns, success=success)
        area = (np.diff(coverage, axis=1, prepend=0) * risk).sum(axis=1)
        return np.asarray(area, dtype=np.float64)

    return Measure("abstention", name, compute, ("confidence", success), lower_is_better=True)


def reliability(
    weights: Floats, columns: Mapping[str, Column], *, event: str
) -> tuple[Floats, Floats, Floats]:
    """Return weight, summed confidence and summed event by tenth, each (draws, BINS)."""
    tenths = np.minimum((columns["confidence"] * BINS).astype(np.intp), BINS - 1)
    member = np.eye(BINS)[tenths]  # (questions, BINS)
    return (
        weights @ member,
        weights @ (member * columns["confidence"][:, None]),
        weights @ (member * columns[event][:, None]),
    )


def calibration_error(name: str, event: str) -> Measure:
    """Return the expected calibration error over ten bins of equal width (Guo et al., 2017)."""

    def compute(weights: Floats, columns: Mapping[str, Column]) -> Floats:
        _, confidence, happened = reliability(weights, columns, event=event)
        return divided(np.abs(confidence - happened).sum(axis=1), weights.sum(axis=1))

    return Measure("abstention", name, compute, ("confidence", event), lower_is_better=True)


def percentile(column: str, percent: int) -> Measure:
    """Return a percentile: the smallest value that so many per cent don't exceed."""

    def compute(weights: Floats, columns: Mapping[str, Column]) -> Floats:
        values = columns[column]
        order = np.argsort(values)[: int(np.count_nonzero(~np.isnan(values)))]
        below = np.cumsum(weights[:, order], axis=1)
        # A hair less than the rank, so that rounding doesn't move on to the next value.
        rank = below[:, -1:] * (percent / 100 - 1e-12)
        return np.asarray(values[order][(below >= rank).argmax(axis=1)], dtype=np.float64)

    return Measure("latency", f"p{percent}", compute, (column,), lower_is_better=True)


def throughput(weights: Floats, columns: Mapping[str, Column]) -> Floats:
    """Questions a second, one after the other."""
    return divided(1000 * weights.sum(axis=1), weights @ columns["latency_ms"])


CONFIDENCE = ("confidence", "answerable")
MEASURES: tuple[Measure, ...] = (
    mean("retrieval", "ndcg@10", "ndcg@10"),
    *(mean("retrieval", f"recall@{depth}", f"recall@{depth}") for depth in (1, 5, 10, 100)),
    mean("retrieval", "mrr", "mrr"),
    *(
        mean("retrieval", f"hit_rate@{depth}", f"hit_rate@{depth}", yes_no=True)
        for depth in (1, 5, 10)
    ),
    mean("answers", "exact_match", "exact_match", yes_no=True),
    mean("answers", "f1", "f1"),
    mean_where("answers", "answerable_exact_match", "exact_match", where="answerable", equals=1),
    mean_where("answers", "answerable_f1", "f1", where="answerable", equals=1),
    mean_where("answers", "span_exact_match", "span_exact_match", where="answerable", equals=1),
    mean_where("answers", "span_f1", "span_f1", where="answerable", equals=1),
    mean("answers", "containment", "containment", yes_no=True),
    mean("answers", "token_f1", "token_f1"),
    mean("answers", "right", "right", yes_no=True),
    ratio("citations", "precision", "supported", "cited"),
    mean("citations", "recall", "any_supported", yes_no=True),
    mean("citations", "answer_quoted", "quotes_answer"),
    ratio("citations", "verbatim", "verbatim", "cited"),
    Measure("abstention", "roc_auc", roc_auc, CONFIDENCE),
    Measure("abstention", "average_precision", average_precision, CONFIDENCE),
    mean("abstention", "accuracy", "abstention_right", yes_no=True),
    Measure(
        "abstention", "balanced_accuracy", balanced_accuracy, ("abstention_right", "answerable")
    ),
    Measure("abstention", "f1", abstention_f1, ("abstained", "answerable")),
    mean_where("abstention", "no_answer_accuracy", "abstained", where="answerable", equals=0),
    mean_where("abstention", "answered", "answered", where="answerable", equals=1),
    area_under_risk("aurc", "span_exact_match"),
    area_under_risk("aurc_right", "span_right"),
    calibration_error("ece", "span_right"),
    calibration_error("ece_answerable", "answerable"),
    *(percentile("latency_ms", percent) for percent in PERCENTILES),
    Measure("latency", "throughput_per_s", throughput, ("latency_ms",)),
)
