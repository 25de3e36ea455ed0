from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from index.library import Library
from index.settings import Settings
from retrieval import __main__ as command
from retrieval.assistant import Assistant
from retrieval.similarity import SimilarityReader
from retrieval.wire import answer_object
from tests.retrieval.fakes import (
    BRIDGE,
    BY_WORDS,
    MILL,
    StrictEmbedder,
    add_texts,
    make_answer,
    make_library,
)

QUESTION = "When was the bridge at Orlen opened?"


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder in which the command finds two documents, with a fake embedder."""

    def open_library(settings: Settings) -> Library:
        return Library(settings, embedder=StrictEmbedder())

    def open_assistant(library: Library) -> Assistant:
        return Assistant(library, reader=SimilarityReader(library.embedder, BY_WORDS))

    monkeypatch.setattr(command, "Library", open_library)
    monkeypatch.setattr(command, "Assistant", open_assistant)
    library = make_library(tmp_path / "data", {"notes/bridge.txt": BRIDGE, "mill.txt": MILL})
    add_texts(library, {"annals.txt": "The abbey at Orlen was closed in 1540."}, collection="old")
    return tmp_path / "data"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Return the exit code, what was printed and what was complained about."""
    code = command.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def fail(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Return the one line of a known error."""
    code, out, err = run(capsys, *arguments)
    assert (code, out, err.count("\n")) == (1, "", 1)
    return err


# --- ask


def test_an_answer_is_printed_with_its_places(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "ask", QUESTION, "--data-dir", data_dir)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("The bridge at Orlen was opened in 1931. [1]")
    assert lines[1] == ""
    assert lines[2].endswith("(notes/bridge.txt, characters 0 to 39)")
    assert lines[2].startswith("[1] ")


def test_an_answer_names_the_page_where_there_is_one() -> None:
    assert command._as_text(make_answer()).splitlines()[-1] == (
        "[1] The bridge (a/bridge.txt, page 3, characters 0 to 10)"
    )


def test_an_answer_as_json_is_one_object_on_one_line(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "ask", QUESTION, "--data-dir", data_dir, "--json")
    assert (code, err, out.count("\n")) == (0, "", 1)
    answer = json.loads(out)
    assert answer["question"] == QUESTION
    assert answer["abstained"] is False
    citation = answer["citations"][0]
    assert citation["source"] == "notes/bridge.txt"
    assert citation["quote"] == BRIDGE[citation["start"] : citation["end"]]


def test_declining_is_no_error_and_shows_what_came_nearest(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "ask", "How tall is a giraffe?", "--data-dir", data_dir)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:3] == [
        "The documents don't answer this.",
        "",
        "The nearest passages, none of them an answer:",
    ]
    assert len(lines) == 6
    assert all(line.startswith("- ") and len(line) < 140 for line in lines[3:])


def test_a_greeting_shows_no_passages(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ask", "hello", "--data-dir", data_dir)
    assert (code, out.count("\n")) == (0, 1)
    assert out.startswith("Hello.")


def test_only_the_named_collection_is_asked(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "ask", QUESTION, "--data-dir", data_dir, "--collection", "old")
    assert "1931" not in out


# --- search


def test_hits_are_printed_best_first(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "lightning struck the mill"
    code, out, err = run(capsys, "search", query, "--data-dir", data_dir, "--k", "2")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 2
    assert f"mill.txt 0-{len(MILL)}: The mill burned down in 1904" in lines[0]
    scores = [float(line.split()[0]) for line in lines]
    assert scores == sorted(scores, reverse=True)


def test_hits_as_json_are_an_object_on_each_line(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "search", "bridge", "--data-dir", data_dir, "--json")
    hits = [json.loads(line) for line in out.splitlines()]
    assert len(hits) == 3
    keys = ["document_id", "source", "title", "place", "start", "end", "text", "score"]
    assert [*hits[0]] == keys
    assert (hits[0]["source"], hits[0]["text"]) == ("notes/bridge.txt", BRIDGE)


# --- Errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ask", ""), "error: the question is empty; ask something\n"),
        (("ask", "why " * 25_000), "error: the question has 100000 characters, at most 4000 are"),
        (("ask", "When?", "--collection", "new\nline"), r"no collection 'new\nline'; there are:"),
        (("search", "x", "--k", "0"), "error: can't return 0 hits; ask for 1 to"),
        (("search", "x", "--k", str(10**12)), "error: can't return 1000000000000 hits"),
        (("search", " "), "error: the question is empty; ask something"),
    ],
)
def test_a_known_error_is_told_in_one_line(
    arguments: tuple[str, ...], message: str, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in fail(capsys, *arguments, "--data-dir", data_dir)


def test_a_missing_index_names_the_command_that_makes_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "nothing"
    message = fail(capsys, "ask", "When?", "--data-dir", folder)
    assert f"make one with 'python -m index add PATH --data-dir {folder}'" in message
    assert not folder.exists()


def test_a_folder_written_by_another_embedder_names_the_command_that_repairs_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_library(tmp_path / "data", {"mill.txt": MILL})
    message = fail(capsys, "search", "mill", "--data-dir", tmp_path / "data")
    assert "was written with embedder 'fake@1', the setting now is 'all-MiniLM-L6-v2@" in message
    assert "run 'python -m index rebuild --data-dir" in message


def test_bad_settings_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "footnote.toml"
    config.write_text("colour = 'blue'\n")
    assert "unknown setting 'colour'" in fail(capsys, "ask", "When?", "--config", config)
    missing = fail(capsys, "ask", "When?", "--config", tmp_path / "missing.toml")
    assert "missing.toml' can't be read" in missing


def test_settings_of_the_file_are_heeded(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "footnote.toml"
    config.write_text(f"data_dir = '{data_dir}'\nmax_question_characters = 10\n")
    assert "at most 10 are read" in fail(capsys, "ask", "why " * 3, "--config", config)


@pytest.mark.parametrize(
    "arguments",
    [(), ("ask",), ("search",), ("tell", "x"), ("search", "x", "--k", "many"), ("ask", "a", "b")],
)
def test_wrong_usage_exits_with_two(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(arguments)
    assert "usage: python -m retrieval" in capsys.readouterr().err


def test_an_interruption_is_told_in_one_line(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(library: Library) -> Assistant:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "Assistant", interrupt)
    assert run(capsys, "ask", "When?", "--data-dir", data_dir) == (130, "", "interrupted\n")


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"], ["search", "--help"]])
def test_help_is_printed(arguments: list[str]) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "retrieval", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: python -m retrieval")


# --- replay


def test_a_replay_says_what_has_changed(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, kept, _ = run(capsys, "ask", QUESTION, "--data-dir", data_dir, "--json")
    receipt = tmp_path / "receipt.json"
    receipt.write_text(kept, "utf-8")
    again = ("replay", receipt, "--data-dir", data_dir)
    assert run(capsys, *again) == (0, "nothing has changed\n", "")
    library = Library(Settings(data_dir=data_dir), embedder=StrictEmbedder())
    library.remove("notes/bridge.txt")
    code, out, _ = run(capsys, *again)
    assert code == 0
    assert "answer: " in out
    assert "no longer cited: notes/bridge.txt" in out
    assert "index: " in out
    code, out, _ = run(capsys, *again, "--json")
    assert {*json.loads(out)} == {"changes", "answer"}


def test_a_replay_asks_the_documents_that_were_asked(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = Library(Settings(data_dir=data_dir), embedder=StrictEmbedder())
    ids = {each.source: each.id for each in library.documents()}
    assistant = Assistant(library, reader=SimilarityReader(library.embedder, BY_WORDS))
    chosen = [ids["mill.txt"], ids["annals.txt"]]
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(answer_object(assistant.ask(QUESTION, documents=chosen))))
    again = ("replay", receipt, "--data-dir", data_dir)
    assert run(capsys, *again) == (0, "nothing has changed\n", "")  # the bridge isn't asked
    library.remove("annals.txt")
    code, out, _ = run(capsys, *again)
    assert code == 0
    assert out.startswith(f"no longer there: {ids['annals.txt']}\n")
    library.remove("mill.txt")
    assert "none of the 2 documents that were asked is there any more" in fail(capsys, *again)


def test_a_replay_of_something_else_is_refused(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is no receipt" in fail(capsys, "replay", "none.json", "--data-dir", data_dir)


def test_both_sides_of_a_disagreement_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    text = command._as_text(make_answer())
    assert "\n\nTwo.\n- 1931: A [1]\n- 1932: B, 2020 [2]\n" in text
