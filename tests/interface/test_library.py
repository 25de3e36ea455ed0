from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import gradio as gr
import pytest

from interface.endpoints import UNEXPECTED
from interface.library import LibraryTab
from tests.interface.fakes import FakeLibrary


@pytest.fixture
def tab(library: FakeLibrary) -> LibraryTab:
    return LibraryTab(cast("Any", library))


class Recorder:
    """Stands in for Gradio's progress bar."""

    def __init__(self) -> None:
        self.steps: list[tuple[object, str | None]] = []

    def __call__(self, step: object, desc: str | None = None) -> None:
        self.steps.append((step, desc))


def write(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def click(sent: object) -> gr.EventData:
    return gr.EventData(None, sent)


def test_the_list_holds_every_document(tab: LibraryTab) -> None:
    view = tab.load()
    assert view["total"] == 3
    assert view["documents"][0]["title"] == "Notice to <i>customers</i>"


def test_uploads_are_reported_one_by_one_with_progress(tab: LibraryTab, tmp_path: Path) -> None:
    progress = Recorder()
    paths = [write(tmp_path, "new.txt", b"New."), write(tmp_path, "empty.txt", b"")]
    view, emptied = tab.add(paths, cast("Any", progress))
    assert emptied is None
    assert [row["source"] for row in view["report"]["added"]] == ["new.txt"]
    assert view["report"]["refused"][0]["reason"] == "it is empty; add a file with text"
    assert view["total"] == 4
    assert progress.steps == [((1, 2), "indexing"), ((2, 2), "indexing")]


def test_nothing_uploaded_changes_nothing(tab: LibraryTab) -> None:
    assert tab.add(None)[0]["total"] == 3


def test_an_upload_that_fails_says_why(
    tab: LibraryTab, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    view, _ = tab.add([write(tmp_path, "locked.txt", b"x")], cast("Any", Recorder()))
    assert (view["message"], view["failed"]) == ("the library is locked; try again", True)
    view, _ = tab.add([str(tmp_path / "missing.txt")], cast("Any", Recorder()))
    assert view["message"] == UNEXPECTED
    assert "uploaded files could not be added" in caplog.text


def test_a_document_is_removed_by_its_id(tab: LibraryTab, library: FakeLibrary) -> None:
    view = tab.remove(click({"id": library.documents()[2].id}))
    assert view["message"] == "Removed A long document (long.pdf)."
    assert view["total"] == 2


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"id": "x"}, "there is no document 'x'; list them first"),
        ({}, "id must be a string, not null"),
        (None, "id must be a string, not null"),
        ({"id": "broken"}, UNEXPECTED),
    ],
)
def test_a_removal_that_fails_says_why(tab: LibraryTab, sent: object, message: str) -> None:
    view = tab.remove(click(sent))
    assert (view["message"], view["failed"], view["total"]) == (message, True, 3)
