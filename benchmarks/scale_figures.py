"""The figures of the scale benchmark: medians over processes, the table and the plot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.results import cell, markdown_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Row = Mapping[str, Any]
_MB = 1_000_000
HEADER = (
    "chunks",
    "load, chunks/s",
    "training, s",
    "open, ms",
    "search p50, ms",
    "p95",
    "with encoding p50",
    "p95",
    "recall@10",
    "own document found",
    "lost after changes",
    "resident, MB",
    "peak",
    "with encoder",
    "add, ms",
    "worst",
    "remove, ms",
    "worst",
    "disk, MB",
)


def summarize(growth: Row, probes: Sequence[Row]) -> dict[str, Any]:
    """Return a size's figures: medians over the processes that measured it.

    Args:
        growth: What growing to this size gave.
        probes: What `scale_probe.measure` returned in each process.
    """
    singles = [_figures(probe) for probe in probes]
    return {
        **growth,
        **{name: median(single[name] for single in singles) for name in singles[0]},
        "lost": max(probe["lost"] for probe in probes),
        "embedder": probes[0]["embedder"],
    }


def scale_table(rows: Sequence[Row]) -> str:
    """Return the Markdown table: a row for each size."""
    return markdown_table(HEADER, (_cells(row) for row in rows))


def draw(figure: Figure, *, rows: Sequence[Row]) -> None:
    """Draw times, storage and loading against size, all logarithmic."""
    times, storage, loading = figure.subplots(1, 3)
    _draw_lines(
        times,
        rows,
        {
            "search p95": lambda row: row["search_p95_ms"],
            "search p50": lambda row: row["search_p50_ms"],
            "open": lambda row: row["open_ms"],
            "add a document": lambda row: row["add_ms"],
            "remove it": lambda row: row["remove_ms"],
        },
        "ms",
    )
    _draw_lines(
        storage,
        rows,
        {
            "resident": lambda row: row["resident_bytes"] / _MB,
            "peak": lambda row: row["peak_bytes"] / _MB,
            "on disk": lambda row: row["disk_bytes"] / _MB,
        },
        "MB",
    )
    microseconds = {"bulk load": lambda row: 1e6 / row["load_chunks_s"]}
    _draw_lines(loading, rows, microseconds, "µs a chunk")


def _draw_lines(
    axes: Axes, rows: Sequence[Row], lines: Mapping[str, Callable[[Row], float]], unit: str
) -> None:
    sizes = [row["chunks"] for row in rows]
    for name, pick in lines.items():
        axes.loglog(sizes, [pick(row) for row in rows], marker="o", markersize=3, label=name)
    axes.set_xlabel("chunks")
    axes.set_ylabel(unit)
    axes.legend(frameon=False)


def _figures(probe: Row) -> dict[str, float]:
    """Return the figures of one process, a number each."""
    search, encode = np.array(probe["search_ms"]), np.array(probe["encode_ms"])
    # Both were measured apart; every search may meet every encoding.
    both = np.add.outer(search, encode).ravel()
    return {
        "open_ms": probe["open_ms"],
        **_percentiles("search", search),
        **_percentiles("encode", encode),
        **_percentiles("search_and_encode", both),
        "recall": probe["recall"],
        "found": probe["found"],
        **{f"{name}_bytes": value for name, value in probe["memory"].items()},
        "resident_with_encoder_bytes": probe["memory_with_encoder"]["resident"],
        "add_ms": median(probe["add_ms"]),
        "add_worst_ms": max(probe["add_ms"]),
        "remove_ms": median(probe["remove_ms"]),
        "remove_worst_ms": max(probe["remove_ms"]),
    }


def _percentiles(name: str, times_ms: NDArray[np.float64]) -> dict[str, float]:
    p50, p95 = np.percentile(times_ms, (50, 95))
    return {f"{name}_p50_ms": float(p50), f"{name}_p95_ms": float(p95)}


def _cells(row: Row) -> list[str]:
    return [
        cell(row["chunks"], 0),
        cell(row["load_chunks_s"], 0),
        cell(row["training_s"], 1),
        cell(row["open_ms"], 0),
        cell(row["search_p50_ms"]),
        cell(row["search_p95_ms"]),
        cell(row["search_and_encode_p50_ms"]),
        cell(row["search_and_encode_p95_ms"]),
        cell(row["recall"], 4),
        cell(row["found"], 3),
        cell(row["lost"], 0),
        *(cell(row[f"{name}_bytes"] / _MB, 0) for name in ("resident", "peak")),
        cell(row["resident_with_encoder_bytes"] / _MB, 0),
        *(cell(row[name], 0) for name in ("add_ms", "add_worst_ms")),
        *(cell(row[name], 0) for name in ("remove_ms", "remove_worst_ms")),
        cell(row["disk_bytes"] / _MB, 0),
    ]
