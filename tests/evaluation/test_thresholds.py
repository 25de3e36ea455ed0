from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.thresholds import check, check_table
from index.errors import DatasetError


@pytest.fixture
def output(tmp_path: Path) -> Path:
    figures = {
        "answers": {"f1": {"value": 0.7, "low": 0.6, "high": 0.8}},
        "retrieval": {"hit_rate@5": {"value": 0.9, "low": 0.8, "high": 1.0}},
        "abstention": {"ece": {"value": 0.2, "low": 0.1, "high": 0.3}, "roc_auc": {"value": None}},
        "latency": {"p50": {"value": 12.0, "low": 11.0, "high": 13.0}, "stages": {}},
    }
    (tmp_path / "metrics.json").write_text(json.dumps(figures), "utf-8")
    return tmp_path


def thresholds(folder: Path, text: str) -> Path:
    path = folder / "thresholds.toml"
    path.write_text(text, "utf-8")
    return path


def test_figures_that_reach_their_thresholds_pass(output: Path) -> None:
    text = '[at_least.answers]\nf1 = 0.7\n[at_least.retrieval]\n"hit_rate@5" = 0.9\n'
    text += "[at_most.abstention]\nece = 0.2\n[at_most.latency]\np50 = 12\n"
    found = check(output, thresholds(output, text))
    assert found["missed"] == []
    assert found["checked"]["answers.f1"] == {"value": 0.7, "at_least": 0.7}
    assert "missed" not in check_table(found)


def test_figures_on_the_wrong_side_miss(output: Path) -> None:
    text = "[at_least.answers]\nf1 = 0.71\n[at_most.abstention]\nece = 0.19\n"
    found = check(output, thresholds(output, text))
    assert found["missed"] == ["answers.f1", "abstention.ece"]
    lines = check_table(found).splitlines()
    assert lines[1].split() == ["answers.f1", "0.7000", "at", "least", "0.7100", "missed"]


def test_a_figure_may_have_a_threshold_on_each_side(output: Path) -> None:
    text = "[at_least.answers]\nf1 = 0.71\n[at_most.answers]\nf1 = 0.9\n"
    found = check(output, thresholds(output, text))
    assert found["missed"] == ["answers.f1"]
    lines = [line.split()[2:] for line in check_table(found).splitlines()[1:]]
    assert lines == [["at", "least", "0.7100", "missed"], ["at", "most", "0.9000"]]


def test_a_figure_without_a_value_misses(output: Path) -> None:
    path = thresholds(output, "[at_least.abstention]\nroc_auc = 0.5\n")
    assert check(output, path)["missed"] == ["abstention.roc_auc"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[at_least.answers]\nf2 = 0.5\n", r"'answers\.f2' is no figure of .*; correct its name"),
        ("[above.answers]\nf1 = 0.5\n", "'above' isn't a table at_least or at_most"),
        ("at_least = 1\n", "'at_least' isn't a table"),
        ("[at_least]\nf1 = 0.5\n", r"at_least\.f1 isn't a table of figures"),
        ('[at_least.answers]\nf1 = "0.5"\n', r"at_least\.answers\.f1 isn't a number"),
        ("[at_least.answers]\nf1 = true\n", r"at_least\.answers\.f1 isn't a number"),
        ("[at_least", "can't read thresholds from .*; correct it"),
    ],
)
def test_malformed_thresholds_are_named(output: Path, text: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        check(output, thresholds(output, text))


def test_a_run_that_is_not_there_is_missed(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"there is no .*metrics\.json; give the output folder"):
        check(tmp_path, thresholds(tmp_path, ""))
