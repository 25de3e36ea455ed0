"""From predictions to the files of the output folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evaluation.datasets import Dataset
from evaluation.identity import machine, versions
from evaluation.journal import Journal
from evaluation.options import Options
from evaluation.output import replace_file
from evaluation.scores import Scores, score
from evaluation.summary import summarise

FILES = ("predictions.jsonl", "scores.jsonl", "metrics.json", "report.html")


def write_results(
    dataset: Dataset, journal: Journal, options: Options, identity: Mapping[str, Any]
) -> dict[str, Any]:
    """Score all predictions and write the results; the predictions come last."""
    from evaluation.report import render_report

    scores = score(dataset, journal.predictions, given_passage=options.given_passage)
    metrics = {
        "dataset": describe(dataset),
        **summarise(scores),
        "provenance": provenance(options, identity),
    }
    output = options.output
    write_scores(output / "scores.jsonl", scores)
    replace_file(output / "metrics.json", json.dumps(metrics, indent=1, ensure_ascii=False) + "\n")
    replace_file(
        output / "report.html", render_report(dataset, journal.predictions, scores, metrics)
    )
    journal.publish(output / "predictions.jsonl")
    return metrics


def write_scores(path: Path, scores: Scores) -> None:
    """Write one row of numbers a question, which comparisons start from."""
    replace_file(path, "".join(json.dumps(row) + "\n" for row in scores.rows()))


def describe(dataset: Dataset) -> dict[str, Any]:
    """Return what was evaluated."""
    return {
        "name": dataset.name,
        "format": dataset.format,
        "digest": dataset.digest,
        "documents": len(dataset.documents),
        "warnings": dict(dataset.warnings),
    }


def provenance(options: Options, identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return where the figures come from."""
    from index.library import VERSION

    chosen = asdict(options)
    for name in ("dataset", "output", "data_dir"):
        chosen[name] = None if chosen[name] is None else str(chosen[name])
    return {
        "footnote": VERSION,
        "options": chosen,
        **identity,
        "versions": versions(),
        "machine": machine(),
    }
