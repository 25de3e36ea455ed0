from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation.options import Options
from evaluation.run import run as evaluate
from index.library import Library
from index.settings import Settings
from interface import __main__ as command
from interface.conversation import finished_turn
from interface.keeping.judgements import Opinion
from interface.keeping.kept import Kept, open_kept
from retrieval.assistant import Assistant
from retrieval.similarity import SimilarityReader
from tests.interface.serving import PROJECT
from tests.retrieval.fakes import BRIDGE, BY_WORDS, MILL, StrictEmbedder, make_library

ANNA = "user:anna"
QUESTION = "When was the bridge at Orlen opened?"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder with two documents, one answer that is liked and one that isn't."""
    library = make_library(tmp_path / "data", {"notes/bridge.txt": BRIDGE, "mill.txt": MILL})
    assistant = Assistant(library, reader=SimilarityReader(library.embedder, BY_WORDS))
    kept = open_kept(library.data_dir)
    judge(kept, assistant, QUESTION, Opinion("up", (), ""))
    judge(
        kept,
        assistant,
        "Who built\n\x1b[31mthe mill?",
        Opinion("down", ("wrong answer", "other"), "The abbey"),
    )
    return library.data_dir


def judge(kept: Kept, assistant: Assistant, question: str, opinion: Opinion) -> None:
    answer = assistant.ask(question)
    _, view = kept.conversations.keep(ANNA, None, answer=answer, view=finished_turn(answer))
    kept.judgements.judge(ANNA, view["id"], opinion)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = command.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_feedback_is_listed_for_people(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "feedback", "list", "--data-dir", data_dir)
    assert (code, err) == (0, "")
    assert f" up by {ANNA}\n  asked: {QUESTION}\n  answer: " in out
    assert f" down (wrong answer, other) by {ANNA}\n" in out
    assert "  right answer: The abbey\n" in out
    assert "\x1b" not in out


def test_feedback_is_listed_for_programs(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "feedback", "list", "--json", "--data-dir", data_dir)
    first, second = map(json.loads, out.splitlines())
    assert first["answer"]["question"] == QUESTION
    assert second["opinion"] == {
        "verdict": "down",
        "reasons": ["wrong answer", "other"],
        "right_answer": "The abbey",
    }


def test_no_feedback_is_an_empty_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "feedback", "list", "--data-dir", tmp_path / "none") == (0, "", "")


def test_feedback_is_exported_as_a_question_set(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "set"
    code, out, err = run(capsys, "feedback", "export", folder, "--data-dir", data_dir)
    assert (code, err) == (0, "")
    assert out == f"2 questions, 2 documents in {folder}\n"
    code, out, err = run(capsys, "feedback", "export", folder, "--data-dir", data_dir)
    assert (code, out) == (1, "")
    assert "isn't empty" in err


def test_what_is_left_out_is_told(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Library(Settings(data_dir=data_dir), embedder=StrictEmbedder()).remove("notes/bridge.txt")
    folder = tmp_path / "set"
    code, out, err = run(capsys, "feedback", "export", folder, "--json", "--data-dir", data_dir)
    assert code == 0
    assert json.loads(out)["documents"] == 1
    assert err == "left out: the document 'notes/bridge.txt' is no longer there\n"


@pytest.mark.model
def test_evaluation_runs_on_exported_feedback(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "feedback", "export", tmp_path / "set", "--data-dir", data_dir)
    metrics = evaluate(Options(tmp_path / "set", tmp_path / "output"), tell=lambda _: None)
    assert metrics["counts"]["questions"] == 2
    rows = (tmp_path / "output" / "predictions.jsonl").read_text("utf-8").splitlines()
    assert json.loads(rows[0])["question"] == QUESTION


def test_wrong_usage_exits_with_2_and_loads_no_gradio() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "interface", "feedback"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "required: COMMAND" in done.stderr
    assert "| gradio" not in done.stderr
