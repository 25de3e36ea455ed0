"""Writes the figures of several runs into a page, between its markers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.output import read_metrics, replace_file
from evaluation.records import read_text
from evaluation.tables import figures_of
from index.errors import DatasetError

START, END = "<!-- figures:start -->", "<!-- figures:end -->"
ROWS = {
    "retrieval.ndcg@10": "nDCG@10",
    "retrieval.recall@100": "recall@100",
    "retrieval.hit_rate@1": "right passage first",
    "retrieval.hit_rate@5": "right passage in the first five",
    "answers.exact_match": "exact match",
    "answers.f1": "F1",
    "answers.token_f1": "token F1 of the whole answer",
    "abstention.answered": "answered, of the answerable",
    "citations.answer_quoted": "quote holds the answer, of those answered",
    "citations.precision": "citation precision",
    "citations.recall": "citation recall",
    "citations.verbatim": "verbatim quotes",
    "abstention.roc_auc": "abstention, ROC AUC",
    "abstention.balanced_accuracy": "abstention, balanced accuracy",
    "latency.p50": "latency, median (ms)",
    "latency.p95": "latency, 95th percentile (ms)",
}


def write_figures(page: Path, outputs: Sequence[Path]) -> None:
    """Put a table of the runs' figures between the page's markers.

    Args:
        page: A Markdown file with both markers.
        outputs: Output folders of complete runs, a column each.

    Raises:
        DatasetError: A run is incomplete or of other code, or the page has no markers.
    """
    runs = [read_metrics(output) for output in outputs]
    text = read_text(page)
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise DatasetError(f"{page} lacks {START} or {END}; add both where the table belongs")
    try:
        require_alike(runs, outputs)
        table = list(figures_table(runs))
    except (KeyError, TypeError) as error:
        raise DatasetError(f"a run lacks {error}; run it again") from error
    replace_file(page, "\n".join([before + START, *table, END]) + after)


def require_alike(runs: Sequence[Mapping[str, Any]], outputs: Sequence[Path]) -> None:
    """Refuse runs of different code or machines: they are no one table.

    Raises:
        DatasetError: One differs from the first; names it.
    """
    for name in ("code", "machine"):
        first = runs[0]["provenance"][name]
        for run, output in zip(runs, outputs, strict=True):
            if run["provenance"][name] != first:
                raise DatasetError(
                    f"{output} is a run of another {name} than {outputs[0]}; run it again"
                )


def figures_table(runs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of the table and of the note below it."""
    yield row(["", *(run["dataset"]["name"] for run in runs)])
    yield row(["---", *("---:" for _ in runs)])
    yield row(["questions", *(str(run["counts"]["questions"]) for run in runs)])
    columns = [dict(figures_of(run)) for run in runs]
    for path, label in ROWS.items():
        if any(path in column for column in columns):
            yield row([label, *(cell(path, column.get(path)) for column in columns)])
    facts = runs[0]["provenance"]
    processor, cores = facts["machine"]["processor"], facts["machine"]["cores"]
    yield ""
    yield f"With 95 % bootstrap intervals. Made by `make figures` on {cores} cores of {processor}."


def row(cells: Sequence[str]) -> str:
    """Return a line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def cell(path: str, figure: Mapping[str, Any] | None) -> str:
    """Return a figure with its interval: thousandths, or whole milliseconds."""
    if figure is None or figure["value"] is None:
        return "–"
    form = "{:.0f}" if path.startswith("latency.") else "{:.3f}"
    value, low, high = (form.format(figure[name]) for name in ("value", "low", "high"))
    return value if low == high else f"{value} ({low}–{high})"
