from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.systems import measuring
from benchmarks.systems.footnote import Footnote, Remembering
from benchmarks.systems.measuring import main, measure, peak_memory_bytes
from benchmarks.systems.peers import SentenceTransformersFaiss
from index.packaged_model import packaged_folder
from tests.fakes import FakeEmbedder

CHUNKS = [("c0", "The bridge carries eight lanes."), ("c1", "The ferry takes twenty minutes.")]


@pytest.fixture
def job(tmp_path: Path) -> dict[str, Any]:
    lines = "".join(json.dumps({"id": key, "text": text}) + "\n" for key, text in CHUNKS)
    (tmp_path / "chunks.jsonl").write_text(lines)
    np.save(tmp_path / "vectors.npy", np.eye(2, dtype=np.float32))
    return {
        "system": "tests.benchmarks.fakes:Words",
        "model": "nowhere",
        "chunks": str(tmp_path / "chunks.jsonl"),
        "vectors": str(tmp_path / "vectors.npy"),
        "embed": 1,
        "warm": ["twenty"],
        "timed": ["ferry", "bridge", "lanes"],
        "judged": ["ferry", "eight lanes."],
        "folder": str(tmp_path / "index"),
    }


def test_a_system_is_measured(job: dict[str, Any]) -> None:
    result = measure(job)
    assert result["found"] == [["c1", "c0"], ["c0", "c1"]]
    assert len(result["query_ms"]) == 3
    assert result["disk_bytes"] == sum(len(text) for _, text in CHUNKS)
    assert result["variant"] == "by words"
    assert result["versions"] == {"numpy": np.__version__}


def test_the_result_is_written_for_the_parent(job: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text(json.dumps(job))
    main(str(tmp_path / "job.json"), str(tmp_path / "result.json"))
    assert json.loads((tmp_path / "result.json").read_text())["variant"] == "by words"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says")
def test_the_peak_is_what_the_process_had_resident_at_most() -> None:
    before = peak_memory_bytes()
    block = np.ones(2**23)  # 64 MiB
    after = peak_memory_bytes()
    assert before is not None
    assert after is not None
    assert after >= block.nbytes


def test_elsewhere_the_peak_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "Path", lambda _: Path("nowhere"))
    assert peak_memory_bytes() is None


def test_footnote_finds_chunks_by_their_ids(tmp_path: Path) -> None:
    system = Footnote(tmp_path)
    system.embedder = FakeEmbedder()
    system.index(CHUNKS, tmp_path / "data")
    assert system.search("How many minutes takes the ferry?", 2) == ["c1", "c0"]
    assert system.variant == "hand"


def test_footnote_takes_vectors_that_are_ready(tmp_path: Path) -> None:
    system, embedder = Footnote(tmp_path), FakeEmbedder()
    system.embedder = embedder
    system.index(CHUNKS, tmp_path / "data", embedder.embed([text for _, text in CHUNKS]))
    assert embedder.calls == 1
    assert system.search("ferry", 1) == ["c1"]
    assert embedder.texts[2:] == ["ferry"]


def test_vectors_are_remembered_by_text() -> None:
    embedder = FakeEmbedder()
    remembering = Remembering(embedder, ["a"], np.full((1, 32), 0.5, np.float32))
    np.testing.assert_array_equal(remembering.embed(["a", "a"]), np.full((2, 32), 0.5))
    np.testing.assert_array_equal(remembering.embed(["a", "b"]), embedder.embed(["a", "b"]))


@pytest.mark.model
def test_the_plainest_peer_finds_the_chunk(tmp_path: Path) -> None:
    system = SentenceTransformersFaiss(packaged_folder())
    system.index(CHUNKS, tmp_path / "one")
    assert system.search("How long is the crossing by boat?", 1) == ["c1"]
    system.index(CHUNKS, tmp_path / "two", np.eye(2, 384, dtype=np.float32))
    assert sorted(system.search("anything", 2)) == ["c0", "c1"]
    assert {path.name for path in (tmp_path / "two").iterdir()} == {"vectors.faiss", "chunks.json"}
