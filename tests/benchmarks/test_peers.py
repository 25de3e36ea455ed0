from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import peers
from benchmarks.__main__ import main
from benchmarks.peers import Sizes, System, compare
from benchmarks.peers_data import Material, Question, write_chunks

CHUNKS = (("c0", "eight lanes"), ("c1", "twenty minutes"), ("c2", "a lighthouse"))
QUESTIONS = (Question("how many minutes", "c1"), Question("the lighthouse", "c2"))
HERE = Path(sys.executable)
WORDS = System("Footnote", "tests.benchmarks.fakes:Words", HERE)
BROKEN = System("Broken", "tests.benchmarks.fakes:Broken", HERE)


@pytest.fixture
def job(tmp_path: Path) -> dict[str, Any]:
    np.save(tmp_path / "vectors.npy", np.eye(3, dtype=np.float32))
    return {
        "model": "nowhere",
        "chunks": str(write_chunks(CHUNKS, tmp_path / "chunks.jsonl")),
        "vectors": str(tmp_path / "vectors.npy"),
    }


def compare_both(job: dict[str, Any], folder: Path, *, runs: int) -> list[dict[str, Any]]:
    sizes = Sizes(chunks=2, queries=1, judged=2, runs=runs)
    material = Material(CHUNKS, QUESTIONS)
    return compare([WORDS, BROKEN], job, material, sizes=sizes, logs=folder / "logs")


def test_one_system_that_fails_leaves_the_other_its_figures(
    job: dict[str, Any], tmp_path: Path
) -> None:
    ours, broken = compare_both(job, tmp_path, runs=1)
    assert ours["label"] == "Footnote (by words)"
    assert ours["figures"]["recall@1"] == 1.0
    assert ours["ratios"]["index_per_s"] == 1.0
    assert ours["failures"] == []
    assert broken["label"] == "Broken (failed)"
    assert broken["failures"] == ["RuntimeError: the index is on fire"]
    assert set(broken["figures"].values()) == {None}


def test_runs_alternate_between_systems_and_the_first_is_judged(
    job: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, broken = compare_both(job, tmp_path, runs=2)
    assert capsys.readouterr().err.splitlines() == [
        "run 1 of 2: Footnote",
        "run 1 of 2: Broken",
        "run 2 of 2: Footnote",
        "run 2 of 2: Broken",
    ]
    assert ["recall@1" in each["figures"] for each in ours["runs"]] == [True, False]
    assert len(broken["failures"]) == 2


def test_a_system_that_takes_too_long_is_a_failure(
    job: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "LONGEST_S", 0.001)
    ours, _ = compare_both(job, tmp_path, runs=1)
    assert ours["failures"] == ["not done after 0 s"]


def test_a_system_that_says_nothing_fails_with_its_exit_code(
    job: dict[str, Any], tmp_path: Path
) -> None:
    silent = System("Silent", "any:Thing", Path("/bin/false"))
    material = Material(CHUNKS, QUESTIONS)
    (found,) = compare([silent], job, material, sizes=Sizes(2, 1, 2, 1), logs=tmp_path)
    assert found["failures"] == ["exit code 1"]


def test_the_command_prints_the_table_and_writes_the_results(
    job: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    material = Material(CHUNKS, QUESTIONS)
    monkeypatch.setattr(peers, "read_material", lambda *_, **__: material)
    monkeypatch.setattr(peers, "prepare_environment", lambda _: HERE)
    monkeypatch.setattr(peers, "write_vectors", lambda *_: job["vectors"])
    monkeypatch.setattr(peers, "OURS", WORDS.place)
    monkeypatch.setattr(peers, "PEERS", {"Missing": "NoSuchClass"})
    folders = ["--folder", str(tmp_path / "work"), "--output", str(tmp_path / "out")]
    assert main(["peers", "--chunks", "2", "--library", "3", "--runs", "1", *folders]) == 0
    shown = capsys.readouterr().out
    assert "| Footnote (by words) |" in shown
    assert "has no attribute 'NoSuchClass'" in shown
    result = json.loads((tmp_path / "out" / "peers.json").read_text("utf-8"))
    assert result["sizes"] == {"chunks": 2, "queries": 200, "judged": 1000, "runs": 1, "library": 3}
    assert [system["name"] for system in result["systems"]] == ["Footnote", "Missing"]
    assert (tmp_path / "out" / "peers.svg").exists()
