"""The report: one HTML page that opens from disk and needs nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.datasets import Dataset
from evaluation.failures import MEANINGS, Failure, find_failures
from evaluation.plots import draw_plots
from evaluation.predictions import Prediction
from evaluation.relevance import is_relevant, is_supported
from evaluation.scores import Scores
from evaluation.tables import GROUPS, figures_of, interval, label, shown

TEMPLATE = Path(__file__).with_name("report.html")
HITS_SHOWN = 5
EXCERPT_CHARACTERS = 300
SHORT = {"citations.precision": "cit. prec.", "citations.recall": "cit. recall"}
SHORT |= {
    "answers.exact_match": "EM",
    "answers.right": "right",
    "abstention.accuracy": "abst. acc.",
}
FAILURES_SHOWN = 300  # of each class; a page of thousands is slow to open


def render_report(
    dataset: Dataset,
    predictions: Sequence[Prediction],
    scores: Scores,
    metrics: Mapping[str, Any],
) -> str:
    """Return the page. Everything that comes from documents or questions is escaped."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    given_passage = metrics["provenance"]["given_passage"]
    sorts: dict[str, list[Failure]] = defaultdict(list)
    for failure in find_failures(dataset, predictions, scores, given_passage=given_passage):
        sorts[failure.sort].append(failure)
    texts = {document.name: document.text for document in dataset.documents}
    plots = draw_plots(scores.columns, metrics["curves"])
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(TEMPLATE.read_text("utf-8"))
    return template.render(
        metrics=metrics,
        groups=list(figure_groups(metrics)),
        stages=stage_rows(metrics),
        plots=[(caption, Markup(svg)) for caption, svg in plots.items()],  # noqa: S704
        breakdown=list(breakdown_tables(metrics)),
        sorts=[
            {
                "name": sort,
                "meaning": meaning,
                "count": len(sorts[sort]),
                "rows": [describe(failure, texts) for failure in sorts[sort][:FAILURES_SHOWN]],
            }
            for sort, meaning in MEANINGS.items()
            if sorts[sort]
        ],
        wrong=sum(len(failures) for failures in sorts.values()),
        provenance=list(flat(metrics["provenance"])),
    )


def figure_groups(metrics: Mapping[str, Any]) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Yield each group's name with its figures as (name, value, interval)."""
    for group in GROUPS:
        rows = [
            (label(path), shown(path, figure["value"]), interval(path, figure))
            for path, figure in figures_of(metrics)
            if path.startswith(f"{group}.")
        ]
        if rows:
            yield group, rows


def stage_rows(metrics: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Return each stage's name with its percentiles."""
    return [
        (stage, [shown(name, figure["value"]) for name, figure in percentiles.items()])
        for stage, percentiles in metrics["latency"]["stages"].items()
    ]


def breakdown_tables(metrics: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a table for each label: its columns, and its rows as (value, questions, cells)."""
    for kind, groups in metrics["breakdown"].items():
        if not groups:
            continue
        paths = [path for path in next(iter(groups.values())) if path != "questions"]
        yield {
            "label": kind.replace("_", " "),
            "columns": [SHORT.get(path, label(path)) for path in paths],
            "rows": [
                (value, group["questions"], [brief(path, group[path]["value"]) for path in paths])
                for value, group in groups.items()
            ],
        }


def brief(path: str, value: float | None) -> str:
    """Return a figure in little space: thousandths, or whole milliseconds."""
    if value is None or path.startswith("latency."):
        return shown(path, value)
    return f"{value:.3f}"


def describe(failure: Failure, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page shows of a failure."""
    question, prediction = failure.question, failure.prediction
    return {
        "id": question.id,
        "question": question.text,
        "history": question.history,
        "gold": list(dict.fromkeys(question.answers)),
        "wanted": [passage.document for passage in question.passages[:HITS_SHOWN]],
        "prediction": prediction,
        "citations": [
            (citation, is_supported(question, citation)) for citation in prediction.citations
        ],
        "hits": [
            (
                hit,
                excerpt(texts[hit.document][hit.start : hit.end]),
                any(is_relevant(hit, passage) for passage in question.passages),
            )
            for hit in prediction.hits[:HITS_SHOWN]
        ],
    }


def excerpt(text: str) -> str:
    """Return the beginning of a passage."""
    one_line = " ".join(text.split())
    if len(one_line) <= EXCERPT_CHARACTERS:
        return one_line
    return one_line[:EXCERPT_CHARACTERS] + "…"


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield nested values as (dotted name, text), without those that are None."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        elif value is not None:
            yield f"{prefix}{name}", str(value)
