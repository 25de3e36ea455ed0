from __future__ import annotations

from math import log2
from typing import Any

import pytest
from matplotlib.figure import Figure

from benchmarks.peers_figures import (
    COLUMNS,
    draw_peers,
    figures_of,
    judge,
    medians,
    peers_table,
    ratios,
)

NONE: dict[str, float | None] = dict.fromkeys(COLUMNS)


def system(name: str, figures: dict[str, float | None], *failures: str) -> dict[str, Any]:
    whole = NONE | figures
    base = NONE | {"index_per_s": 50.0, "memory_bytes": 8e8}
    return {
        "name": name,
        "label": f"{name} (1.0)",
        "figures": whole,
        "ratios": ratios(whole, base),
        "failures": list(failures),
    }


def test_hits_are_judged_by_the_rank_of_the_one_relevant_chunk() -> None:
    found = [["a", "b"], ["a", "b"], [*"ghijklmnopa"], ["x"]]
    judged = judge(found, ["a", "b", "a", "a"])
    assert judged["recall@1"] == 1 / 4
    assert judged["recall@5"] == 2 / 4
    assert judged["ndcg@10"] == pytest.approx((1 + 1 / log2(3)) / 4)  # rank 11 is too late


def test_a_run_has_its_rate_and_percentiles() -> None:
    result = {
        "index_s": 4.0,
        "memory_bytes": 1,
        "disk_bytes": 2,
        "query_ms": [float(value) for value in range(101)],
        "found": [["a"]],
    }
    figures = figures_of(result, embedded=100, relevant=["a"])
    assert figures["index_per_s"] == 25.0
    assert (figures["query_p50_ms"], figures["query_p95_ms"]) == (50.0, 95.0)
    assert figures["recall@1"] == 1.0
    assert "recall@1" not in figures_of(result, embedded=100, relevant=[])


def test_medians_are_of_the_runs_that_have_the_figure() -> None:
    found = medians([{"index_per_s": 1.0, "recall@1": 0.5}, {"index_per_s": 3.0}])
    assert (found["index_per_s"], found["recall@1"]) == (2.0, 0.5)
    assert found["disk_bytes"] is None


def test_a_ratio_needs_both_figures() -> None:
    base = NONE | {"index_per_s": 50.0, "disk_bytes": 0.0, "recall@1": 0.8}
    own = NONE | {"index_per_s": 25.0, "disk_bytes": 1.0, "query_p50_ms": 7.0}
    assert ratios(own, base) == NONE | {"index_per_s": 0.5}


def test_the_table_has_ratios_where_they_say_something() -> None:
    first, second = peers_table(
        [system("Footnote", {"index_per_s": 50.0, "memory_bytes": 8e8, "recall@1": 0.8})]
    ).splitlines()[::2]
    assert first.startswith("|  | chunks/s | memory (MB) |")
    assert second == "| Footnote (1.0) | 50.0 (1.00) | 800 (1.00) | – | – | – | 0.800 | – | – |"


def test_a_system_that_failed_keeps_its_row_and_says_why() -> None:
    table = peers_table([system("Chroma", {}, "no disk", "no disk"), system("txtai", {})])
    assert "| Chroma (1.0) | – |" in table
    assert table.endswith("\n\nChroma failed: no disk")


def test_the_plot_has_a_bar_for_each_system_that_was_measured() -> None:
    figure = Figure()
    speeds: dict[str, float | None] = {"index_per_s": 50.0, "query_p50_ms": 9.0}
    draw_peers(figure, [system("Footnote", speeds), system("Chroma", {}), system("txtai", speeds)])
    assert [len(axes.patches) for axes in figure.axes] == [2, 2]
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["Footnote", "txtai"]
