"""Figures as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

GROUPS = ("retrieval", "answers", "citations", "abstention", "latency")
IN_MILLISECONDS = ("p50", "p95", "p99")
LABELS = {
    "retrieval.ndcg@10": "nDCG@10",
    "retrieval.mrr": "MRR",
    "retrieval.hit_rate@1": "hit rate@1",
    "retrieval.hit_rate@5": "hit rate@5",
    "retrieval.hit_rate@10": "hit rate@10",
    "answers.f1": "F1",
    "answers.answerable_exact_match": "exact match, answerable",
    "answers.answerable_f1": "F1, answerable",
    "answers.span_exact_match": "exact match, never abstaining",
    "answers.span_f1": "F1, never abstaining",
    "answers.containment": "answer text holds a gold answer",
    "answers.token_f1": "token F1 of the answer text",
    "answers.right": "right (see Failures)",
    "citations.answer_quoted": "answered with the gold answer quoted",
    "abstention.roc_auc": "ROC AUC of confidence",
    "abstention.average_precision": "average precision of confidence",
    "abstention.f1": "F1 of abstaining",
    "abstention.no_answer_accuracy": "no-answer accuracy",
    "abstention.answered": "answered, of the answerable",
    "abstention.aurc": "area under risk (exact match)",
    "abstention.aurc_right": "area under risk (right)",
    "abstention.ece": "calibration error (answer right)",
    "abstention.ece_answerable": "calibration error (answerable)",
    "latency.throughput_per_s": "questions a second",
}


def figures_of(metrics: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each figure's path and its value with interval, stages and breakdown aside."""
    for group in GROUPS:
        for name, figure in metrics.get(group, {}).items():
            if "value" in figure:
                yield f"{group}.{name}", figure


def metrics_table(metrics: Mapping[str, Any]) -> str:
    """Return the figures with their intervals, one a line."""
    rows = [
        (path, shown(path, figure["value"]), interval(path, figure))
        for path, figure in figures_of(metrics)
    ]
    counts = ", ".join(f"{count} {name}" for name, count in metrics["counts"].items())
    heading = f"{metrics['dataset']['name']} ({metrics['dataset']['format']}): {counts}"
    return "\n".join([heading, *aligned([("figure", "value", "95 % interval"), *rows])])


def label(path: str) -> str:
    """Return a figure's name for people."""
    return LABELS.get(path, path.partition(".")[2].replace("_", " "))


def shown(path: str, value: float | None) -> str:
    """Return a figure for people: four digits of a fraction, milliseconds with a unit."""
    if value is None:
        return "–"
    name = path.rpartition(".")[2]
    if name in IN_MILLISECONDS:
        return f"{value:.1f} ms"
    return f"{value:.1f}/s" if name == "throughput_per_s" else f"{value:.4f}"


def interval(path: str, figure: Mapping[str, Any]) -> str:
    """Return the interval for people, "" where there is none."""
    if figure["value"] is None:
        return ""
    return f"{shown(path, figure['low'])} to {shown(path, figure['high'])}"


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield lines in which columns stand below each other, the first to the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join(cells).rstrip()
