"""The same set in process and through a server gives the same predictions."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from evaluation.options import Options
from evaluation.run import run
from tests.evaluation.fakes import folder_question, write_folder

PROJECT = Path(__file__).resolve().parents[2]
TOLERANCE = 0.001
OTHERS = "The first program was written long ago, for an engine. Who wrote it?\n\n" * 9

pytestmark = [pytest.mark.model, pytest.mark.server, pytest.mark.enable_socket]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Run the application with documents of its own, and give its address.

    They stand in another collection, so they must not change a ranking or a confidence.
    """
    (folder / "others").mkdir()
    (folder / "others" / "engines.txt").write_text(OTHERS, "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "app.py", "--port", str(port), "--data-dir", str(folder / "data")]
    with subprocess.Popen(
        [*command, "--source", str(folder / "others")],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ,
    ) as process:
        assert process.stdout is not None
        try:
            assert "http://" in process.stdout.readline(), "the server did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def predictions(output: Path) -> list[dict[str, Any]]:
    rows = [
        json.loads(line) for line in (output / "predictions.jsonl").read_text("utf-8").splitlines()
    ]
    for row in rows:
        del row["latency_ms"]
    return rows


def assert_alike(one: Any, other: Any) -> None:
    """Check that two JSON values are the same, floats within the tolerance."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_alike(one[key], other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for first, second in zip(one, other, strict=True):
            assert_alike(first, second)
    elif isinstance(one, float):
        assert one == pytest.approx(other, abs=TOLERANCE)
    else:
        assert one == other


def test_a_server_predicts_what_this_process_predicts(tmp_path: Path) -> None:
    history = [{"role": "user", "content": "Who wrote the first program?"}]
    follow_up = folder_question(
        id="when",
        question="When was that?",
        answers=["1843"],
        evidence=[{"document": "engine.txt", "quote": "in 1843"}],
        history=history,
    )
    unknown = folder_question(id="none", answers=[], unanswerable=True, evidence=[])
    unknown["question"] = "Who invented the telephone?"
    dataset = write_folder(tmp_path / "set", folder_question(), follow_up, unknown)
    outputs = [tmp_path / "local", tmp_path / "server"]
    run(Options(dataset, outputs[0]), tell=lambda _: None)
    with served(tmp_path) as address:
        metrics = run(Options(dataset, outputs[1], server=address), tell=lambda _: None)
        again = Options(dataset, tmp_path / "again", server=address, limit=1)
        assert run(again, tell=lambda _: None)["counts"]["questions"] == 1
    assert_alike(*map(predictions, outputs))
    assert metrics["latency"]["stages"]["network and queue"]["p50"]["value"] > 0
