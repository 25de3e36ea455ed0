"""Figures as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

GROUPS = ("retrieval", "answers", "citations", "abstention", "latency")
IN_MILLISECONDS = ("p50", "p95", "p99")


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
