"""Two runs side by side: what changed, and whether it could be chance."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.measures import Floats, Measure, measures_for
from evaluation.output import read_result
from evaluation.scores import Scores, read_scores
from evaluation.summary import bootstrap_weights, subset
from evaluation.tables import aligned, shown
from index.errors import DatasetError

RIGHT = ("right", "hit_rate@10")  # what decides whether a question went right, where it is known
QUESTIONS_SHOWN = 20


def compare(before: Path, after: Path, *, tolerance: float = 0.01) -> dict[str, Any]:
    """Compare two runs over the questions that both asked, in the same words under the same id.

    Significance is McNemar's exact test where a figure is a share of questions, else the paired
    bootstrap: both runs are resampled alike.

    Args:
        before: Output folder of the first run.
        after: Output folder of the second run.
        tolerance: How much worse a figure may be.

    Returns:
        `figures` by path, the names of those that `fell` by more than the tolerance (latency
        never counts), and the ids of questions that went `right_to_wrong` and `wrong_to_right`.

    Raises:
        DatasetError: A folder holds no complete run, or the runs share no question.
    """
    first, second = (read_scores(folder) for folder in (before, after))
    asked, asked_again = question_texts(before), question_texts(after)
    # Sets that number their questions from 1 have ids in common, but no questions.
    shared = {
        each for each in {*first.ids} & {*second.ids} if asked.get(each) == asked_again.get(each)
    }
    if not shared:
        raise DatasetError(f"{before} and {after} share no question; compare runs of one set")
    a, b = aligned_scores(first, shared), aligned_scores(second, shared)
    known = {measure.path for measure in measures_for(b)}
    measures = [measure for measure in measures_for(a) if measure.path in known]
    figures = dict(compare_measures(measures, a, b))
    return {
        "before": str(before),
        "after": str(after),
        "tolerance": tolerance,
        "questions": len(shared),
        "only_before": len(first.ids) - len(shared),
        "only_after": len(second.ids) - len(shared),
        "figures": figures,
        "fell": [
            measure.path
            for measure in measures
            if measure.group != "latency" and has_fallen(measure, figures[measure.path], tolerance)
        ],
        **changed_questions(a, b, asked_again),
    }


def aligned_scores(scores: Scores, shared: set[str]) -> Scores:
    """Return the shared questions' scores, ordered by id."""
    positions = {identifier: place for place, identifier in enumerate(scores.ids)}
    return subset(scores, np.array([positions[identifier] for identifier in sorted(shared)]))


def compare_measures(
    measures: Sequence[Measure], a: Scores, b: Scores
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each figure before and after with the difference, its interval and its p value."""
    once = np.ones((1, len(a.ids)))
    drawn: dict[str, list[Floats]] = {measure.path: [] for measure in measures}
    for weights in bootstrap_weights(len(a.ids)):
        for measure in measures:
            drawn[measure.path].append(
                measure.compute(weights, b.columns) - measure.compute(weights, a.columns)
            )
    for measure in measures:
        values = [float(measure.compute(once, scores.columns)[0]) for scores in (a, b)]
        if np.isnan(values).any():
            yield measure.path, {"before": None, "after": None, "difference": None}
            continue
        differences = np.concatenate(drawn[measure.path])
        differences = differences[~np.isnan(differences)]
        low, high = np.percentile(differences, (2.5, 97.5))
        column = measure.yes_no
        yield (
            measure.path,
            {
                "before": values[0],
                "after": values[1],
                "difference": values[1] - values[0],
                "low": float(low),
                "high": float(high),
                "p": bootstrap_p(differences)
                if column is None
                else mcnemar_p(a.columns[column], b.columns[column]),
                "test": "paired bootstrap" if column is None else "McNemar, exact",
            },
        )


def bootstrap_p(differences: Floats) -> float:
    """Return how likely draws are to fall on the other side of zero, doubled for two sides."""
    draws = len(differences)
    below = (1 + np.count_nonzero(differences <= 0)) / (1 + draws)
    above = (1 + np.count_nonzero(differences >= 0)) / (1 + draws)
    return float(min(1.0, 2 * min(below, above)))


def mcnemar_p(a: Floats, b: Floats) -> float:
    """Return the exact binomial p value of McNemar's test over the questions that changed."""
    from scipy.stats import binomtest  # type: ignore[import-untyped]

    gained = int(np.count_nonzero(b > a))
    lost = int(np.count_nonzero(a > b))
    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


def has_fallen(measure: Measure, figure: Mapping[str, Any], tolerance: float) -> bool:
    """Tell whether a figure got worse by more than the tolerance."""
    if figure["difference"] is None:
        return False
    loss = figure["difference"] if measure.lower_is_better else -figure["difference"]
    return bool(loss > tolerance + 1e-12)


def changed_questions(a: Scores, b: Scores, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the questions that went from right to wrong and the other way round."""
    column = next((name for name in RIGHT if name in a.columns and name in b.columns), None)
    if column is None:
        return {"right_to_wrong": [], "wrong_to_right": []}
    was, now = a.columns[column], b.columns[column]

    def chosen(where: np.ndarray[Any, np.dtype[np.bool_]]) -> list[dict[str, str]]:
        ids = [a.ids[position] for position in np.flatnonzero(where)]
        return [{"id": identifier, "question": texts.get(identifier, "")} for identifier in ids]

    return {"right_to_wrong": chosen(was > now), "wrong_to_right": chosen(now > was)}


def question_texts(output: Path) -> dict[str, str]:
    """Return the questions of a run's predictions by their ids."""
    lines = read_result(output, "predictions.jsonl").split("\n")
    rows = [json.loads(line) for line in lines if line]
    return {row["id"]: row["question"] for row in rows}


def comparison_table(comparison: Mapping[str, Any]) -> str:
    """Return a comparison as text for a terminal."""
    rows = [("figure", "before", "after", "difference", "95 % interval", "p", "")]
    for path, figure in comparison["figures"].items():
        if figure["difference"] is None:
            continue
        fell = "fell" if path in comparison["fell"] else ""
        low, high = shown(path, figure["low"]), shown(path, figure["high"])
        cells = [shown(path, figure[name]) for name in ("before", "after", "difference")]
        rows.append((path, *cells, f"{low} to {high}", f"{figure['p']:.3f}", fell))
    lines = list(aligned(rows))
    for name in ("right_to_wrong", "wrong_to_right"):
        changed = comparison[name]
        lines.append(f"\n{name.replace('_', ' ')}: {len(changed)}")
        lines += [f"  {each['id']}  {each['question']}" for each in changed[:QUESTIONS_SHOWN]]
        if len(changed) > QUESTIONS_SHOWN:
            lines.append(f"  and {len(changed) - QUESTIONS_SHOWN} more; --json has them all")
    for name in ("before", "after"):
        if comparison[f"only_{name}"]:
            lines.append(f"{comparison[f'only_{name}']} questions are in {comparison[name]} alone")
    return "\n".join(lines)
