from __future__ import annotations

from evaluation.tables import interval, label, metrics_table, shown

METRICS = {
    "dataset": {"name": "seeds", "format": "folder"},
    "counts": {"questions": 2, "answerable": 1},
    "answers": {"f1": {"value": 0.5, "low": 0.25, "high": 0.75}},
    "abstention": {"roc_auc": {"value": None, "low": None, "high": None}},
    "latency": {
        "p50": {"value": 12.34, "low": 11.0, "high": 13.0},
        "throughput_per_s": {"value": 81.0, "low": 80.0, "high": 82.0},
        "stages": {"read": {}},
    },
}


def test_figures_stand_below_each_other_with_their_intervals() -> None:
    assert metrics_table(METRICS).splitlines() == [
        "seeds (folder): 2 questions, 1 answerable",
        "figure                      value       95 % interval",
        "answers.f1                 0.5000    0.2500 to 0.7500",
        "abstention.roc_auc              –",
        "latency.p50               12.3 ms  11.0 ms to 13.0 ms",
        "latency.throughput_per_s   81.0/s    80.0/s to 82.0/s",
    ]


def test_figures_have_names_for_people() -> None:
    assert label("retrieval.ndcg@10") == "nDCG@10"
    assert label("citations.precision") == "precision"
    assert label("answers.exact_match") == "exact match"


def test_an_undefined_figure_has_no_interval() -> None:
    assert shown("answers.f1", None) == "–"
    assert interval("answers.f1", {"value": None}) == ""
