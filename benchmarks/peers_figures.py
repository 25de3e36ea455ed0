"""From measurements of the systems to figures: medians, ratios, the table, the plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.results import cell, markdown_table, median_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, GREY = "#1f5fa8", "#9a9a9a"
MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table.

    Attributes:
        label: Its heading.
        digits: After the point.
        unit: What one of it is of the figure, 1e6 where bytes are shown as MB.
        compared: Whether the ratio to Footnote stands beside it.
    """

    label: str
    digits: int
    unit: float = 1.0
    compared: bool = False


COLUMNS = {
    "index_per_s": Column("chunks/s", 1, compared=True),
    "memory_bytes": Column("memory (MB)", 0, MEGABYTE, compared=True),
    "disk_bytes": Column("disk (MB)", 1, MEGABYTE, compared=True),
    "query_p50_ms": Column("p50 (ms)", 1, compared=True),
    "query_p95_ms": Column("p95 (ms)", 1, compared=True),
    "recall@1": Column("R@1", 3),
    "recall@5": Column("R@5", 3),
    "ndcg@10": Column("nDCG@10", 3),
}


def figures_of(
    result: Mapping[str, Any], *, embedded: int, relevant: Sequence[str]
) -> dict[str, float | None]:
    """Return the figures of one run of one system, None where it has none.

    Args:
        result: What `systems.measuring.measure` returned.
        embedded: How many chunks were embedded and indexed.
        relevant: The relevant chunk of each judged query; none are judged in later runs.
    """
    p50, p95 = np.percentile(result["query_ms"], (50, 95)).tolist()
    return {
        "index_per_s": embedded / result["index_s"],
        "memory_bytes": result["memory_bytes"],
        "disk_bytes": result["disk_bytes"],
        "query_p50_ms": p50,
        "query_p95_ms": p95,
        **(judge(result["found"], relevant) if relevant else {}),
    }


def judge(found: Sequence[Sequence[str]], relevant: Sequence[str]) -> dict[str, float]:
    """Return recall@1, recall@5 and nDCG@10, where each query has one relevant chunk.

    The gain of the relevant chunk at rank r is 1 / log2(1 + r), and of an ideal ranking 1
    (Järvelin and Kekäläinen, 2002).
    """
    ranks = [
        keys.index(key) + 1 if key in keys else None
        for keys, key in zip(found, relevant, strict=True)
    ]
    return {
        "recall@1": fmean(rank is not None and rank <= 1 for rank in ranks),
        "recall@5": fmean(rank is not None and rank <= 5 for rank in ranks),
        "ndcg@10": fmean(1 / log2(1 + rank) if rank and rank <= 10 else 0.0 for rank in ranks),
    }


def medians(runs: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    """Return the median of each figure over the runs that have it."""
    return {name: median_of(run.get(name) for run in runs) for name in COLUMNS}


def ratios(
    figures: Mapping[str, float | None], base: Mapping[str, float | None]
) -> dict[str, float | None]:
    """Return each figure divided by the base's, None where either is missing or the base is 0."""
    found: dict[str, float | None] = {}
    for name in COLUMNS:
        own, other = figures[name], base[name]
        found[name] = None if own is None or not other else own / other
    return found


def peers_table(systems: Sequence[Mapping[str, Any]]) -> str:
    """Return the table; a system that failed has dashes, and its reason below."""
    rows = [[system["label"], *(shown(name, system) for name in COLUMNS)] for system in systems]
    table = markdown_table(["", *(column.label for column in COLUMNS.values())], rows)
    reasons = [
        f"{system['name']} failed: {reason}"
        for system in systems
        for reason in dict.fromkeys(system["failures"])
    ]
    return "\n".join([table, *(["", *reasons] if reasons else [])])


def shown(name: str, system: Mapping[str, Any]) -> str:
    """Return a figure for the table, with its ratio to Footnote's in brackets."""
    column, value, ratio = COLUMNS[name], system["figures"][name], system["ratios"][name]
    text = cell(None if value is None else value / column.unit, column.digits)
    return f"{text} ({cell(ratio, 2)})" if column.compared and ratio is not None else text


def draw_peers(figure: Figure, systems: Sequence[Mapping[str, Any]]) -> None:
    """Draw indexing and searching side by side, the systems that failed left out."""
    measured = [system for system in systems if system["figures"]["index_per_s"] is not None]
    left, right = figure.subplots(1, 2, sharey=True)
    draw_bars(left, measured, "index_per_s", "chunks indexed a second")
    draw_bars(right, measured, "query_p50_ms", "milliseconds a query (median)")
    left.invert_yaxis()  # the first system on top


def draw_bars(axes: Axes, systems: Sequence[Mapping[str, Any]], name: str, label: str) -> None:
    """Draw a bar for each system, Footnote's in colour."""
    values = [system["figures"][name] for system in systems]
    colours = [BLUE if system["name"] == "Footnote" else GREY for system in systems]
    bars = axes.barh([system["name"] for system in systems], values, color=colours)
    axes.bar_label(bars, fmt="%.1f", padding=3)
    axes.margins(x=0.15)
    axes.set_xlabel(label)
