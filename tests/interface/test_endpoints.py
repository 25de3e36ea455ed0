from __future__ import annotations

import inspect
import json
import logging
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import gradio as gr
import pytest
from gradio.utils import get_upload_folder

from index.errors import InvalidInputError, NotFoundError
from interface.endpoints import Endpoints, _guard, report_errors
from retrieval.values import Turn
from retrieval.wire import UNEXPECTED
from tests.interface.fakes import BANK_QUOTE, NOTICE, FakeAssistant, FakeLibrary

ANSWER_KEYS = {
    "question",
    "standalone_question",
    "answer",
    "short_answer",
    "abstained",
    "confidence",
    "sentences",
    "citations",
    "disagreement",
    "hits",
    "timings_ms",
    "provenance",
}


@pytest.fixture
def uploads() -> Iterator[Path]:
    folder = Path(get_upload_folder()) / "0123"
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    for file in folder.iterdir():
        file.unlink()


def upload(folder: Path, name: str, content: bytes) -> dict[str, Any]:
    (folder / name).write_bytes(content)
    return {"path": str(folder / name), "meta": {"_type": "gradio.FileData"}}


def test_ask_returns_the_answer_object(endpoints: Endpoints, library: FakeLibrary) -> None:
    answer = endpoints.ask("How many accounts were closed?")
    assert answer.keys() >= ANSWER_KEYS
    assert json.loads(json.dumps(answer))["answer"].startswith(f"{BANK_QUOTE} [1]")
    for citation in answer["citations"]:
        text = library.document(citation["document_id"]).text
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_ask_passes_the_history_on_as_turns(endpoints: Endpoints, assistant: FakeAssistant) -> None:
    endpoints.ask("And that?", [{"role": "user", "content": "Which bank?"}], "default")
    assert assistant.histories == [(Turn("user", "Which bank?"),)]


def test_single_documents_are_asked_and_searched(
    endpoints: Endpoints, library: FakeLibrary
) -> None:
    notice, hostile, _ = library.held
    question = "How many accounts were closed?"
    assert endpoints.ask(question, None, None, [hostile])["abstained"]
    answer = endpoints.ask(question, None, None, [notice, hostile])
    assert {citation["document_id"] for citation in answer["citations"]} == {notice}
    assert json.loads(json.dumps(answer))["provenance"]["documents"] == sorted([notice, hostile])
    assert list(endpoints.chat(question, None, "default", [notice]))[-1] == answer["answer"]
    assert [hit["document_id"] for hit in endpoints.search("a", 5, None, [hostile])] == [hostile]
    with pytest.raises(NotFoundError, match="no document 'gone'"):
        endpoints.search("a", 5, None, ["gone"])


def test_chat_streams_the_same_answer(endpoints: Endpoints) -> None:
    question = "How many accounts were closed?"
    first, *others = endpoints.chat(question)
    assert first == f"{BANK_QUOTE} [1]"
    assert all(later.startswith(first) for later in others)
    assert others[-1] == endpoints.ask(question)["answer"]


def test_search_returns_as_many_hits_as_wanted(endpoints: Endpoints) -> None:
    hits = endpoints.search("bank", 2)
    assert len(hits) == 2
    assert hits[0].keys() == {
        "document_id",
        "source",
        "title",
        "place",
        "start",
        "end",
        "text",
        "score",
    }


def test_documents_are_listed_and_read_by_their_id(endpoints: Endpoints) -> None:
    listed = endpoints.list_documents()
    assert listed[0]["source"] == "notice.txt"
    assert listed[0].keys() == {
        "id",
        "source",
        "title",
        "date",
        "size",
        "chunks",
        "modified",
        "collection",
    }
    document = endpoints.document(listed[0]["id"])
    assert document.keys() == {"id", "title", "source", "date", "text", "pages"}
    assert document["text"] == NOTICE
    pages = endpoints.document(listed[2]["id"])["pages"]
    assert [page["number"] for page in pages] == [1, 2]


def test_added_files_are_reported_in_three_lists(endpoints: Endpoints, uploads: Path) -> None:
    files = [
        upload(uploads, "new.txt", b"Something new."),
        upload(uploads, "empty.txt", b""),
        upload(uploads, "binary.txt", b"\xff\xfe"),
    ]
    report = endpoints.add_documents(cast("Any", files))
    assert report.keys() == {"added", "unchanged", "refused"}
    assert [entry["source"] for entry in report["added"]] == ["new.txt"]
    assert [entry["reason"] for entry in report["refused"]] == [
        "it is empty; add a file with text",
        "it is not text",
    ]
    again = endpoints.add_documents(cast("Any", files[:1]))
    assert again["unchanged"] == [
        {"id": report["added"][0]["id"], "source": "new.txt", "reason": ""}
    ]


def test_files_go_to_the_collection_that_is_named(
    endpoints: Endpoints, library: FakeLibrary, uploads: Path
) -> None:
    file = upload(uploads, "new.txt", b"Something new.")

    endpoints.add_documents(cast("Any", [file]), "reports")
    assert library.filled == "reports"

    endpoints.add_documents(cast("Any", [file]))
    assert library.filled == "default"


def test_no_file_of_the_server_can_be_added(endpoints: Endpoints) -> None:
    with pytest.raises(InvalidInputError, match="file 1 was not uploaded"):
        endpoints.add_documents(cast("Any", [{"path": "/etc/passwd"}]))


def test_a_file_may_come_within_the_request(endpoints: Endpoints, library: FakeLibrary) -> None:
    notes = [
        {"name": "notes.txt", "base64": b64encode(text).decode()} for text in (b"One.", b"Two.")
    ]
    report = endpoints.add_documents(cast("Any", [*notes, {"name": "empty.txt", "base64": ""}]))
    assert [entry["source"] for entry in report["added"]] == ["notes.txt", "notes.txt"]
    assert [entry["source"] for entry in report["refused"]] == ["empty.txt"]
    assert library.document(report["added"][1]["id"]).text == "Two."


def test_a_removed_document_is_gone(endpoints: Endpoints) -> None:
    document_id = endpoints.list_documents()[0]["id"]
    assert endpoints.remove_document(document_id) == {
        "id": document_id,
        "source": "notice.txt",
        "chunks": 1,
    }
    with pytest.raises(NotFoundError, match="there is no document"):
        endpoints.document(document_id)


def test_a_document_is_removed_by_its_id_alone(endpoints: Endpoints) -> None:
    with pytest.raises(NotFoundError, match=r"there is no document 'notice\.txt'"):
        endpoints.remove_document("notice.txt")


def test_status_says_what_the_server_holds(endpoints: Endpoints) -> None:
    status = endpoints.status()
    assert status.keys() >= {"version", "generation", "documents", "chunks", "models", "healthy"}
    assert status["documents"] == 3


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda e: e.ask(None), "question must be a string, not null"),
        (lambda e: e.ask("x" * 5000), "the question has 5000 characters"),
        (lambda e: e.ask("a", "history"), "history must be a list"),
        (lambda e: e.ask("a", None, 5), "collection must be a string, not int"),
        (lambda e: e.ask("a", None, None, "b"), "documents must be a list of ids, not str"),
        (lambda e: e.search("a", 5, None, []), "documents has 0 ids"),
        (lambda e: next(e.chat("a", None, None, [5])), "id 1 of documents must be a string"),
        (lambda e: next(e.chat(5)), "message must be a string, not int"),
        (lambda e: e.search("a", 0), "k must be a whole number"),
        (lambda e: e.search(["a"]), "query must be a string, not list"),
        (lambda e: e.document(7), "id must be a string, not int"),
        (lambda e: e.remove_document(None), "id must be a string, not null"),
        (lambda e: e.list_documents(False), "collection must be a string, not bool"),
    ],
)
def test_bad_arguments_are_refused(endpoints: Endpoints, call: Any, complaint: str) -> None:
    with pytest.raises(InvalidInputError, match=complaint):
        call(endpoints)


def test_an_unknown_collection_is_said_to_be_unknown(endpoints: Endpoints) -> None:
    for call in (endpoints.ask, endpoints.search):
        with pytest.raises(NotFoundError, match="there is no collection 'none'"):
            call("a", collection="none")


def test_a_known_error_reaches_the_client_in_its_own_words() -> None:
    with pytest.raises(gr.Error, match="k is wrong") as info, report_errors():
        raise InvalidInputError("k is wrong")
    assert info.value.message == "k is wrong"
    assert not info.value.print_exception


def test_an_unknown_error_is_logged_and_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.ERROR),
        pytest.raises(gr.Error, match="the server's log") as info,
        report_errors(),
    ):
        raise RuntimeError("/srv/secret")
    assert info.value.message == UNEXPECTED
    assert "/srv/secret" in caplog.text


def test_a_guarded_endpoint_keeps_its_signature_with_real_types(endpoints: Endpoints) -> None:
    signature = inspect.signature(_guard(endpoints.search))
    assert list(signature.parameters) == ["query", "k", "collection", "documents"]
    assert signature.return_annotation == list[dict[str, Any]]


def test_a_guarded_stream_reports_errors_too(endpoints: Endpoints) -> None:
    guarded = _guard(endpoints.chat)
    assert len(list(guarded("How many accounts?"))) == 2
    with pytest.raises(gr.Error, match="question is empty"):
        list(guarded(" "))
    with pytest.raises(gr.Error, match="question must be a string"):
        _guard(endpoints.ask)(None)
