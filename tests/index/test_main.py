from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from index import __main__ as command
from index.diagnosis import Finding
from index.library import VERSION, Library
from index.settings import Settings
from index.values import digest
from tests.fakes import FakeEmbedder
from tests.index.library_views import write

Run = Callable[..., int]


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with the fake embedder in the data folder `data`."""
    monkeypatch.setattr(command, "Library", partial(Library, embedder=FakeEmbedder()))
    return lambda *arguments: command.main([*arguments, "--data-dir", "data"])


@pytest.fixture
def filled(run: Run, docs: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    write(docs, "a.txt", "Alpha is here.")
    write(docs, "b.md", "---\ndate: 2020-02-21\n---\n# Beta\n\nBeta is there.")
    assert run("add", "docs") == 0
    capsys.readouterr()
    return run


def error(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line on stderr, where nothing must be on stdout."""
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert printed.out == ""
    return line


def objects(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_adding_tells_what_became_of_each_file(
    run: Run, docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(docs, "a.txt", "Alpha.")
    gone = write(docs, "b.txt", "Beta.")
    assert run("add", "docs") == 0
    assert capsys.readouterr().out.splitlines() == [
        "added a.txt",
        "added b.txt",
        "2 added, 0 unchanged, 0 refused, 0 removed",
    ]
    gone.unlink()
    assert run("add", "docs") == 0
    assert capsys.readouterr().out.splitlines() == [
        "removed b.txt: its file is gone",
        "0 added, 1 unchanged, 0 refused, 1 removed",
    ]


def test_a_refused_file_makes_adding_fail_with_the_rest_indexed(
    run: Run, docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(docs, "a.txt", "Alpha.")
    write(docs, "empty.txt", "")
    assert run("add", "docs", "nothing") == 1
    printed = capsys.readouterr()
    assert "refused empty.txt: the file is empty\n" in printed.err
    assert "refused nothing: no such file or folder: nothing; check the path\n" in printed.err
    assert printed.out.splitlines()[-1] == "1 added, 0 unchanged, 2 refused, 0 removed"


def test_adding_shows_its_progress_on_stderr(
    run: Run, docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(docs, "a.txt", "Alpha.")
    run("add", "docs", "--json")
    printed = capsys.readouterr()
    assert "files" in printed.err
    assert "passages" in printed.err
    assert json.loads(printed.out)["added"][0]["source"] == "a.txt"


def test_adding_as_json_gives_one_object(
    run: Run, docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(docs, "a.txt", "Alpha.")
    write(docs, "empty.txt", "")
    assert run("add", "docs", "--json", "--collection", "letters") == 1
    (report,) = objects(capsys)
    assert report == {
        "added": [{"id": digest("letters", "a.txt"), "source": "a.txt", "reason": ""}],
        "unchanged": [],
        "refused": [{"id": None, "source": "empty.txt", "reason": "the file is empty"}],
        "removed": [],
    }


def test_the_list_shows_a_line_for_each_document(
    filled: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert filled("list") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == (
        f"{digest('default', 'a.txt')}  a.txt  “a.txt”  undated  "
        "14 characters in 1 chunks  [default]"
    )
    assert "“Beta”  2020-02-21" in second


def test_the_list_as_json_gives_an_object_a_line(
    filled: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert filled("list", "--json", "--collection", "default") == 0
    first, second = objects(capsys)
    assert (first["source"], first["size"], first["chunks"]) == ("a.txt", 14, 1)
    assert (second["title"], second["date"]) == ("Beta", "2020-02-21")
    assert first.keys() == {
        "id",
        "source",
        "title",
        "date",
        "size",
        "chunks",
        "modified",
        "collection",
    }


def test_documents_are_removed_by_source_or_id(
    filled: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert filled("remove", "a.txt", digest("default", "b.md")) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[:2] for line in lines] == [
        [f"removed {digest('default', 'a.txt')}", "a.txt"],
        [f"removed {digest('default', 'b.md')}", "b.md"],
    ]
    assert filled("list") == 0
    assert capsys.readouterr().out == ""


def test_removing_as_json_gives_what_was_removed(
    filled: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert filled("remove", "a.txt", "--json") == 0
    assert [removed["source"] for removed in objects(capsys)] == ["a.txt"]


def test_status_tells_what_is_there(filled: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert filled("status") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [f"version: {VERSION}", "generation: 1", "documents: 2", "chunks: 3"]
    assert "healthy: True" in lines
    assert filled("status", "--json") == 0
    (status,) = objects(capsys)
    assert (status["documents"], status["models"]["embedder"]) == (2, "fake@1")
    assert (status["healthy"], status["problems"]) == (True, [])


def test_the_status_of_nothing_says_so(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("status", "--json") == 0
    (status,) = objects(capsys)
    assert status["healthy"] is False
    assert status["problems"] == ["nothing was added to 'data' yet"]


def test_verify_says_that_all_is_well_or_what_is_not(
    filled: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert filled("verify") == 0
    assert capsys.readouterr().out == "all is well\n"
    Path("data/index/1.faiss").unlink()
    assert filled("verify") == 1
    assert capsys.readouterr().out == ("index: 1.faiss is damaged; run 'python -m index rebuild'\n")
    assert filled("verify", "--json") == 1
    assert objects(capsys) == [
        {"problems": ["index: 1.faiss is damaged; run 'python -m index rebuild'"]}
    ]


def test_rebuild_makes_it_well_again(filled: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Path("data/index/1.faiss").unlink()
    assert filled("rebuild") == 0
    assert capsys.readouterr().out == "3 chunks are searchable\n"
    assert filled("verify", "--json") == 0
    assert objects(capsys) == [{"problems": []}]
    assert filled("rebuild", "--json") == 0
    assert objects(capsys) == [{"chunks": 3}]


@pytest.mark.parametrize("good", [True, False])
def test_the_doctor_tells_each_finding(
    good: bool, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = (Finding("token table", True, "fine"), Finding("port", good, "in use"))
    monkeypatch.setattr(command, "examine", lambda settings: found)
    assert run("doctor") == (0 if good else 1)
    second = "ok   port: in use" if good else "FAIL port: in use"
    assert capsys.readouterr().out.splitlines() == ["ok   token table: fine", second]
    run("doctor", "--json")
    assert objects(capsys)[1] == {"what": "port", "good": good, "detail": "in use"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["list"], "error: there is no index in 'data'; make one with 'python -m index add PATH"),
        (["verify"], "error: there is no index in 'data'"),
        (["rebuild"], "error: there is no index in 'data'"),
        (["remove", "x"], "error: there is no index in 'data'"),
        (["add", ".", "--collection", "a/b"], "error: a collection can't be called 'a/b'; use up"),
        (["list", "--config", "no.toml"], "error: the settings file 'no.toml' can't be read"),
    ],
)
def test_an_error_is_told_in_one_line(
    arguments: list[str], message: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 1
    assert error(capsys).startswith(message)
    assert not Path("data").exists()


def test_what_isnt_there_is_told(filled: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert filled("remove", "x\ny") == 1
    assert error(capsys).startswith(r"error: no document has the id or source 'x\ny', or")
    assert filled("list", "--collection", "x") == 1
    assert error(capsys) == "error: there is no collection 'x'; there are: default"


def test_a_setting_that_makes_no_sense_is_told(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_CHUNK_TOKENS", "few")
    assert run("status") == 1
    assert error(capsys).startswith("error: setting 'chunk_tokens' can't be 'few': ")


def test_a_folder_of_another_embedder_is_told(
    filled: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = partial(Library, embedder=FakeEmbedder("another@1"))
    monkeypatch.setattr(command, "Library", theirs)
    assert filled("add", "docs") == 1
    line = error(capsys)
    assert "written with embedder 'fake@1', the setting now is 'another@1'" in line
    assert line.endswith("run 'python -m index rebuild --data-dir data' to index everything anew")


@pytest.mark.parametrize(
    "arguments", [[], ["add"], ["remove"], ["list", "x"], ["nonsense"], ["add", ".", "--no-such"]]
)
def test_wrong_usage_is_told_with_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(arguments)
    assert "usage: python -m index" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["add", "remove", "list", "status", "verify", "rebuild", "doctor", ""]
)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        command.main([name, "--help"] if name else ["--help"])
    printed = capsys.readouterr()
    assert printed.out.startswith("usage: python -m index")
    assert printed.err == ""


def test_an_interruption_is_told_in_one_line(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Library, "status", interrupt)
    assert run("status") == 130
    assert error(capsys) == "interrupted; what was committed is kept, run it again to go on"


def test_the_settings_file_here_is_read(run: Run, docs: Path) -> None:
    write(docs, "a.txt", "Alpha.")
    Path("footnote.toml").write_text("chunk_tokens = 99\n")
    run("add", "docs")
    with Library(Settings(data_dir=Path("data"))).catalogue.read() as reader:
        assert reader.setting("chunk_tokens") == "99"


@pytest.mark.model
def test_the_module_can_be_run_with_the_packaged_model(
    docs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(docs, "a.txt", "Alpha is here.")
    for arguments in (["add", "docs"], ["verify"]):
        monkeypatch.setattr(sys, "argv", ["index", *arguments, "--data-dir", "real"])
        monkeypatch.delitem(sys.modules, "index.__main__", raising=False)
        with pytest.raises(SystemExit, match="0"):
            runpy.run_module("index", run_name="__main__")
    assert capsys.readouterr().out.splitlines() == [
        "added a.txt",
        "1 added, 0 unchanged, 0 refused, 0 removed",
        "all is well",
    ]
