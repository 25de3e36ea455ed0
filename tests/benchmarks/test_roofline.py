from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from benchmarks import roofline
from benchmarks.roofline import add_arguments, measure_peak, run, useful_operations
from index.model_files import BertConfig


def test_useful_work_is_that_of_the_layers_products() -> None:
    """One layer of width 2 and inner width 8, three tokens.

    A token has 4 * 2 * 2 + 2 * 2 * 8 = 48 weights, and 2 * 3 * 2 = 12 products with other tokens;
    that is 2 * 3 * 60 operations.
    """
    config = BertConfig(layers=1, heads=1, width=2, inner=8, epsilon=1e-12, positions=16)
    assert useful_operations(config, 3) == 360.0


def test_the_peak_is_some_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roofline, "SIZES", (64,))
    monkeypatch.setattr(roofline, "_SECONDS", 0.01)
    assert measure_peak("bf16") > 0
    assert measure_peak("f32") > 0


@pytest.mark.model
def test_the_share_is_printed_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(roofline, "SIZES", (64,))
    monkeypatch.setattr(roofline, "_SECONDS", 0.01)
    paragraphs = [{"context": f"Ship {n} carried salt.", "qas": []} for n in range(5)]
    data = {"version": "1", "data": [{"title": "Ships", "paragraphs": paragraphs}]}
    (tmp_path / "ships.json").write_text(json.dumps(data))
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    flags = ["--data", str(tmp_path / "ships.json"), "--texts", "4", "--output", str(tmp_path)]
    run(parser.parse_args(flags))
    assert "| share of the peak |" in capsys.readouterr().out
    figures = json.loads((tmp_path / "roofline.json").read_text())
    assert figures["texts"] == 4
    assert figures["share_of_peak"] == pytest.approx(
        figures["useful_operations_s"] / figures["peak_operations_s"], rel=0.9
    )
