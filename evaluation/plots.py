"""The adapter of matplotlib: the report's plots, as SVG to be put into the page."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.measures import BINS
from evaluation.scores import Column

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, GREY = "#1f5fa8", "#d1660f", "#888888"
SIZE_INCHES = (4.6, 3.1)
ABOVE: dict[str, Any] = {
    "frameon": False,
    "loc": "lower center",
    "bbox_to_anchor": (0.5, 1),
    "ncol": 2,
}


def draw_plots(columns: Mapping[str, Column], curves: Mapping[str, Any]) -> dict[str, str]:
    """Return the plots that the figures allow, as SVG by their caption."""
    plots: dict[str, Callable[[Axes], None]] = {}
    if curves:
        plots["Risk and coverage: what is wrong among the most confident answers"] = partial(
            draw_risk, points=curves["risk_coverage"]
        )
        plots["Reliability: how often an answer is right, by its confidence"] = partial(
            draw_reliability, bins=curves["reliability"]
        )
        plots["Confidence of answerable and of unanswerable questions"] = partial(
            draw_confidence, confidence=columns["confidence"], answerable=columns["answerable"]
        )
    plots["Latency of all questions"] = partial(draw_latency, latency_ms=columns["latency_ms"])
    return {caption: as_svg(draw, caption) for caption, draw in plots.items()}


def draw_risk(axes: Axes, points: Sequence[Mapping[str, float]]) -> None:
    """Draw the share of wrong answers over the share of questions answered."""
    coverage = [point["coverage"] for point in points]
    for name, colour, label in (
        ("exact_match", BLUE, "no exact match"),
        ("right", ORANGE, "not right"),
    ):
        axes.plot(coverage, [point[name] for point in points], color=colour, label=label)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="coverage", ylabel="risk")
    axes.legend(**ABOVE)


def draw_reliability(axes: Axes, bins: Sequence[Mapping[str, float]]) -> None:
    """Draw how often answers of each tenth of confidence are right, larger where more are."""
    most = max(each["questions"] for each in bins)
    axes.plot((0, 1), (0, 1), color=GREY, linestyle="--", linewidth=1)
    axes.scatter(
        [each["confidence"] for each in bins],
        [each["right"] for each in bins],
        s=[20 + 180 * each["questions"] / most for each in bins],
        color=BLUE,
        alpha=0.8,
    )
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share right")


def draw_confidence(axes: Axes, confidence: Column, answerable: Column) -> None:
    """Draw two histograms over each other."""
    edges = np.linspace(0, 1, 2 * BINS + 1).tolist()
    for chosen, colour, label in ((1, BLUE, "answerable"), (0, ORANGE, "unanswerable")):
        values = confidence[answerable == chosen]
        if len(values):
            shares = np.full(len(values), 1 / len(values))
            axes.hist(values, edges, weights=shares, color=colour, alpha=0.6, label=label)
    axes.set(xlim=(0, 1), xlabel="confidence", ylabel="share of these questions")
    axes.legend(**ABOVE)


def draw_latency(axes: Axes, latency_ms: Column) -> None:
    """Draw a histogram with the median and the 95th percentile marked."""
    median, high, end = np.percentile(latency_ms, (50, 95, 99.5))
    axes.hist(latency_ms, np.linspace(0, max(end, 1e-3), 41).tolist(), color=BLUE, alpha=0.8)
    for value, text, side in ((median, "p50 ", "right"), (high, " p95", "left")):
        axes.axvline(value, color=ORANGE, linewidth=1)
        axes.annotate(text, (value, 1), xycoords=("data", "axes fraction"), ha=side, va="bottom")
    axes.set(xlim=(0, max(end, 1e-3)), xlabel="milliseconds", ylabel="questions")


def as_svg(draw: Callable[[Axes], None], caption: str) -> str:
    """Return a plot as an SVG element, its words as text, with ids made from the caption."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.fonttype": "none", "svg.hashsalt": caption, "font.size": 9}):
        figure = Figure(figsize=SIZE_INCHES, layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        written = io.StringIO()
        empty = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(written, format="svg", metadata=empty)
    page = written.getvalue()
    return page[page.index("<svg") :]
