from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep
from typing import Any, cast

import gradio as gr
import pytest

from interface.library import LibraryTab
from interface.strings import UNEXPECTED
from tests.interface.fakes import FakeLibrary


@pytest.fixture
def tab(library: FakeLibrary) -> LibraryTab:
    return LibraryTab(cast("Any", library), [Path("/srv/documents")])


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    return tmp_path


def wait_until(ready: Callable[[], bool]) -> None:
    last = monotonic() + 10.0
    while not ready():
        assert monotonic() < last, "it never came about"
        sleep(0.01)


def write(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def click(sent: object) -> gr.EventData:
    return gr.EventData(None, sent)


def test_the_list_holds_every_document(tab: LibraryTab) -> None:
    view = tab.load()
    assert view["total"] == 3
    assert view["documents"][0]["title"] == "Notice to <i>customers</i>"


def test_the_list_says_what_can_be_indexed_again(tab: LibraryTab) -> None:
    view = tab.load()
    assert [row["has_file"] for row in view["documents"]] == [True, True, False]
    assert view["collections"] == ["default"]
    assert (view["folders"], view["max_file_bytes"]) == (1, 1_000_000)
    assert ".pdf" in view["suffixes"]


def test_documents_beyond_the_list_are_found_by_name(
    tab: LibraryTab, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interface.library.DOCUMENTS_SHOWN", 1)
    last = library.documents()[-1]
    assert last.id not in str(tab.load()["documents"])
    found = tab.find_documents({"query": f" {last.title.upper()}", "collection": "default"})
    assert [each["id"] for each in found["documents"]] == [last.id]
    assert (found["total"], found["error"]) == (1, "")
    everything = tab.find_documents({"query": "", "collection": None})
    assert (len(everything["documents"]), everything["total"]) == (1, 3)


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (None, "query must be a string"),
        ({"query": "", "collection": "none"}, "there is no collection 'none'"),
    ],
)
def test_what_cannot_be_looked_for_says_why(tab: LibraryTab, request_: object, error: str) -> None:
    found = tab.find_documents(request_)
    assert (found["documents"], found["total"]) == ([], 0)
    assert error in found["error"]


def add(tab: LibraryTab, path: Path, **changed: object) -> dict[str, str]:
    request = {"file": {"path": str(path)}, "name": path.name, "collection": "default"}
    (outcome,) = tab.add_file({**request, "token": "t", **changed})["outcomes"]
    return cast("dict[str, str]", outcome)


def test_a_file_is_added_under_its_own_name(
    tab: LibraryTab, uploads: Path, library: FakeLibrary
) -> None:
    path = write(uploads, "new.txt", b"New.")
    outcome = add(tab, path, name="folder/new.txt", collection=" notes ")
    assert outcome == {"state": "added", "source": "folder/new.txt", "reason": ""}
    assert library.filled == "notes"
    again = add(tab, path, name="folder/new.txt", collection="notes")
    assert again["state"] == "unchanged"


def test_a_file_that_cannot_be_added_says_why(
    tab: LibraryTab, uploads: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert add(tab, write(uploads, "empty.txt", b"")) == {
        "state": "refused",
        "source": "empty.txt",
        "reason": "it is empty; add a file with text",
    }
    locked = add(tab, write(uploads, "locked.txt", b"x"))
    assert (locked["state"], locked["reason"]) == ("refused", "the library is locked; try again")
    assert "was not uploaded" in add(tab, Path("/etc/passwd"))["reason"]
    broken = {"id": "broken", "token": "t"}
    assert tab.reindex(broken)["outcomes"][0]["reason"] == UNEXPECTED
    assert "the library could not be changed" in caplog.text


@pytest.mark.parametrize("request_", [None, "x", {}, {"token": 5}, {"token": ""}])
def test_a_request_that_is_none_is_refused(tab: LibraryTab, request_: object) -> None:
    for answer in (tab.add_file(request_), tab.reindex(request_)):
        assert answer["outcomes"][0]["state"] == "refused"


def test_adding_can_be_followed_and_stopped(
    tab: LibraryTab, uploads: Path, library: FakeLibrary
) -> None:
    path = write(uploads, "slow.txt", b"Slow.")
    with ThreadPoolExecutor() as pool:
        work = pool.submit(add, tab, path, token="mine")
        wait_until(lambda: (tab.describe_job("mine") or {}).get("total") == 30)
        assert tab.stop_job("mine")
        library.go_on.set()
        assert work.result()["state"] == "stopped"
    assert tab.describe_job("mine") is None
    assert not tab.stop_job("mine")
    assert tab.load()["total"] == 3


def test_a_document_is_indexed_again(tab: LibraryTab, library: FakeLibrary) -> None:
    outcome = tab.reindex({"id": library.documents()[0].id, "token": "t"})["outcomes"][0]
    assert (outcome["state"], outcome["source"]) == ("added", "notice.txt")


def test_the_folders_are_looked_at_again(tab: LibraryTab, library: FakeLibrary) -> None:
    (outcome,) = tab.rescan("t")["outcomes"]
    assert library.scanned == [Path("/srv/documents")]
    assert (outcome["state"], outcome["reason"]) == ("removed", "its file is gone")


def test_without_a_folder_there_is_nothing_to_look_at(library: FakeLibrary) -> None:
    (outcome,) = LibraryTab(cast("Any", library)).rescan("t")["outcomes"]
    assert outcome["state"] == "refused"
    assert "no folder was named" in outcome["reason"]


def test_a_document_is_removed_by_its_id(tab: LibraryTab, library: FakeLibrary) -> None:
    view = tab.remove(click({"id": library.documents()[2].id}))
    assert view["removed"] == {"title": "A long document", "source": "long.pdf"}
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
