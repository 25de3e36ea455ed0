"""From scores to the figures of `metrics.json`: values, intervals and breakdowns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.measures import (
    PERCENTILES,
    Floats,
    Measure,
    measures_for,
    percentile,
    reliability,
    risk_coverage,
)
from evaluation.scores import LABELS, Scores

DRAWS = 1000
SEED = 0
BLOCK = 2_000_000  # weights held at once
CURVE_POINTS = 200
MOST_GROUPS = 100
BROKEN_DOWN = (
    "retrieval.ndcg@10",
    "retrieval.hit_rate@1",
    "retrieval.hit_rate@5",
    "answers.exact_match",
    "answers.f1",
    "answers.right",
    "citations.precision",
    "citations.recall",
    "abstention.accuracy",
    "latency.p50",
)


def bootstrap_weights(questions: int, *, draws: int = DRAWS, seed: int = SEED) -> Iterator[Floats]:
    """Yield blocks of shape (some, questions): how often each draw takes each question."""
    generator = np.random.default_rng(seed)
    at_once = max(1, BLOCK // questions)
    for start in range(0, draws, at_once):
        some = min(at_once, draws - start)
        drawn = generator.integers(questions, size=(some, questions))
        drawn += np.arange(some)[:, None] * questions
        counts = np.bincount(drawn.ravel(), minlength=some * questions)
        yield counts.reshape(some, questions).astype(np.float64)


def estimate(
    measures: Sequence[Measure], scores: Scores, *, seed: int = SEED
) -> dict[str, dict[str, Any]]:
    """Return each measure's value and 95 % bootstrap interval, by its path.

    A value is None where it is undefined (nothing was cited, say). The interval leaves out draws
    in which it is.
    """
    questions = len(scores.ids)
    once = np.ones((1, questions))
    values = {measure.path: float(measure.compute(once, scores.columns)[0]) for measure in measures}
    drawn: dict[str, list[Floats]] = {measure.path: [] for measure in measures}
    for weights in bootstrap_weights(questions, seed=seed):
        for measure in measures:
            drawn[measure.path].append(measure.compute(weights, scores.columns))
    return {
        path: figure(value, np.concatenate(drawn[path]) if drawn[path] else np.empty(0))
        for path, value in values.items()
    }


def figure(value: float, drawn: Floats) -> dict[str, Any]:
    """Return a value with the interval of its bootstrap distribution."""
    if np.isnan(value):
        return {"value": None, "low": None, "high": None}
    low, high = np.percentile(drawn[~np.isnan(drawn)], (2.5, 97.5))
    return {"value": value, "low": float(low), "high": float(high)}


def summarise(scores: Scores) -> dict[str, Any]:
    """Return all figures, by group and name, with stages, breakdown and curves."""
    measures = list(measures_for(scores))
    stages = [
        replace(percentile(column, percent), group=column)
        for column in scores.columns
        if column.startswith("ms.")
        for percent in PERCENTILES
    ]
    estimates = estimate([*measures, *stages], scores)
    summary: dict[str, Any] = {}
    for measure in measures:
        summary.setdefault(measure.group, {})[measure.name] = estimates[measure.path]
    summary["latency"]["stages"] = {}
    for stage in stages:
        name = stage.group.removeprefix("ms.")
        summary["latency"]["stages"].setdefault(name, {})[stage.name] = estimates[stage.path]
    summary["counts"] = count(scores)
    summary["breakdown"] = {label: break_down(scores, label) for label in LABELS}
    summary["curves"] = curves(scores)
    return summary


def count(scores: Scores) -> dict[str, int]:
    """Return how many questions there are, and of which sort."""
    columns = scores.columns
    counts = {"questions": len(scores.ids)}
    if "answerable" in columns:
        counts["answerable"] = int(columns["answerable"].sum())
        counts["abstained"] = int(columns["abstained"].sum())
    if "mrr" in columns:
        counts["with_relevant_passages"] = int(np.count_nonzero(~np.isnan(columns["mrr"])))
    return counts


def break_down(scores: Scores, label: str) -> dict[str, Any]:
    """Return the main figures for each value of a label, the hundred most frequent first."""
    values = Counter(value for value in scores.labels[label] if value)
    if len(values) < 2:
        return {}
    measures = [measure for measure in measures_for(scores) if measure.path in BROKEN_DOWN]
    groups = {}
    for value, questions in values.most_common(MOST_GROUPS):
        chosen = np.array([found == value for found in scores.labels[label]])
        part = subset(scores, np.flatnonzero(chosen))
        groups[value] = {"questions": questions, **estimate(measures, part)}
    return groups


def subset(scores: Scores, positions: npt.NDArray[np.intp]) -> Scores:
    """Return the scores of the questions at `positions`."""
    return Scores(
        ids=tuple(scores.ids[position] for position in positions),
        labels={
            label: tuple(values[position] for position in positions)
            for label, values in scores.labels.items()
        },
        columns={name: column[positions] for name, column in scores.columns.items()},
    )


def curves(scores: Scores) -> Mapping[str, Any]:
    """Return the points of the risk-coverage curve and of the reliability diagram."""
    columns = scores.columns
    if "confidence" not in columns:
        return {}
    once = np.ones((1, len(scores.ids)))
    coverage, risk = risk_coverage(once, columns, success="span_exact_match")
    _, risk_right = risk_coverage(once, columns, success="span_right")
    points = np.unique(np.linspace(0, coverage.shape[1] - 1, CURVE_POINTS).astype(int))
    weight, confidence, right = (part[0] for part in reliability(once, columns, event="span_right"))
    full = np.flatnonzero(weight)
    return {
        "risk_coverage": [
            {
                "coverage": float(coverage[0, i]),
                "exact_match": float(risk[0, i]),
                "right": float(risk_right[0, i]),
            }
            for i in points
        ],
        "reliability": [
            {
                "questions": int(weight[i]),
                "confidence": float(confidence[i] / weight[i]),
                "right": float(right[i] / weight[i]),
            }
            for i in full
        ],
    }
