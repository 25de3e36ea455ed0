"""The endpoints as clients meet them: over HTTP, in another process."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.interface.fakes import BANK_QUOTE
from tests.interface.serving import connect, handle_file, refusal, serve_fakes

if TYPE_CHECKING:
    from gradio_client import Client  # type: ignore[import-untyped]

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

QUESTION = "How many accounts were closed?"


def post(address: str, name: str, *data: object) -> tuple[str, Any]:
    """Call an endpoint as curl would: returns the last event's name and data."""
    url = f"{address}gradio_api/call/{name}"
    body = json.dumps({"data": data}).encode()
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as reply:
        event_id = json.load(reply)["event_id"]
    with urllib.request.urlopen(f"{url}/{event_id}", timeout=20) as reply:
        lines = reply.read().decode().strip().splitlines()
    return lines[-2].removeprefix("event: "), json.loads(lines[-1].removeprefix("data: "))


def fetch_status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=20) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        error.close()
        return int(error.code)


def test_a_question_is_answered_with_its_place(client: Client) -> None:
    answer = client.predict(QUESTION, [{"role": "user", "content": "Hi"}], None, api_name="/ask")
    citation = answer["citations"][0]
    text = client.predict(citation["document_id"], api_name="/document")["text"]
    assert citation["quote"] == BANK_QUOTE
    assert text[citation["start"] : citation["end"]] == BANK_QUOTE


def test_a_chat_streams_up_to_the_answer(client: Client) -> None:
    streamed = list(client.submit(QUESTION, api_name="/chat"))
    answer = client.predict(QUESTION, api_name="/ask")["answer"]
    assert streamed[-1] == answer
    assert answer.startswith(streamed[0])


def test_trailing_arguments_are_optional_over_plain_http(address: str) -> None:
    event, data = post(address, "ask", QUESTION)
    assert (event, data[0]["short_answer"]) == ("complete", "115")
    event, data = post(address, "search", "bank")
    assert (event, len(data[0])) == ("complete", 3)
    event, data = post(address, "list_documents")
    assert event == "complete"
    event, data = post(address, "ask")
    assert (event, data["error"]) == ("error", "question must be a string, not null")


def test_single_documents_are_asked_over_plain_http(address: str) -> None:
    _, (listed,) = post(address, "list_documents")
    ids = {document["source"]: document["id"] for document in listed}
    _, (answer,) = post(address, "ask", QUESTION, None, None, [ids["long.pdf"]])
    assert answer["abstained"]
    assert answer["provenance"]["documents"] == [ids["long.pdf"]]
    event, (hits,) = post(address, "search", "bank", 5, None, [ids["notice.txt"]])
    assert (event, [hit["source"] for hit in hits]) == ("complete", ["notice.txt"])
    event, data = post(address, "ask", QUESTION, None, None, ["gone"])
    assert (event, data["error"]) == ("error", "there is no document 'gone'; list them first")


def test_errors_reach_the_client_in_one_line(client: Client) -> None:
    assert refusal(lambda: client.predict("a", 0, api_name="/search")) == (
        "k must be a whole number from 1 to 1000, not 0"
    )
    assert "the question has 5000 characters" in refusal(
        lambda: client.predict("x" * 5000, api_name="/ask")
    )
    assert "history must be a list" in refusal(
        lambda: client.predict("a", "history", api_name="/ask")
    )
    assert "there is no collection 'none'" in refusal(
        lambda: client.predict("a", None, "none", api_name="/ask")
    )
    assert "question is empty" in refusal(lambda: client.submit(" ", api_name="/chat").result())


def test_a_failure_of_the_server_tells_no_path(client: Client) -> None:
    message = refusal(lambda: client.predict("crash", api_name="/ask"))
    assert message == "Footnote failed on this request; the server's log says why"


def test_files_are_added_refused_and_removed(client: Client, tmp_path: Path) -> None:
    good, empty = tmp_path / "Añadido <b>.txt", tmp_path / "empty.txt"
    good.write_text("A new document.", encoding="utf-8")
    empty.touch()
    files = [handle_file(good), handle_file(empty)]
    report = client.predict(files, api_name="/add_documents")
    assert report.keys() == {"added", "unchanged", "refused"}
    assert report["refused"] == [
        {"id": None, "source": "empty.txt", "reason": "it is empty; add a file with text"}
    ]
    added = report["added"][0]
    listed = client.predict(api_name="/list_documents")
    assert added["id"] in [entry["id"] for entry in listed]
    removed = client.predict(added["id"], api_name="/remove_document")
    assert removed == {"id": added["id"], "source": added["source"], "chunks": 1}
    assert "there is no document" in refusal(
        lambda: client.predict(added["id"], api_name="/document")
    )


def test_no_file_of_the_server_can_be_added_or_read(address: str, data_dir: Path) -> None:
    for item in ({"path": "/etc/passwd"}, "/etc/passwd"):
        event, data = post(address, "add_documents", [item])
        assert (event, data["error"][:24]) == ("error", "file 1 was not uploaded;")
    stolen = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    event, data = post(address, "add_documents", [stolen])
    assert event == "error"
    assert "passwd" not in json.dumps(data)
    for path in (data_dir / "catalogue.sqlite3", "/etc/passwd", "app.py", "https://evil.example/x"):
        assert fetch_status(f"{address}gradio_api/file={path}") in {403, 404}


def test_an_upload_that_is_too_large_is_turned_away(client: Client, tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    large.write_bytes(b"x" * 1_100_000)
    with pytest.raises(Exception, match="exceeds the maximum file size"):
        client.predict([handle_file(large)], api_name="/add_documents")


def test_a_request_that_is_too_large_is_turned_away_unread(address: str) -> None:
    connection = http.client.HTTPConnection(address.split("/")[2], timeout=20)
    connection.putrequest("POST", "/gradio_api/call/ask")
    connection.putheader("content-length", "6000000")
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_the_server_says_what_it_holds(client: Client) -> None:
    status = client.predict(api_name="/status")
    assert status.keys() >= {"version", "generation", "documents", "chunks", "models", "healthy"}
    assert status["healthy"] is True


def test_every_reply_keeps_the_browser_here(address: str) -> None:
    with urllib.request.urlopen(address, timeout=20) as reply:
        assert reply.headers["content-security-policy"].startswith("default-src 'self'")
        assert reply.headers["referrer-policy"] == "no-referrer"


def test_nothing_but_the_endpoints_is_listed(client: Client) -> None:
    listed = client.view_api(return_format="dict", print_info=False)
    assert listed["named_endpoints"].keys() == {
        "/ask",
        "/chat",
        "/search",
        "/list_documents",
        "/add_documents",
        "/remove_document",
        "/document",
        "/status",
        "/feedback",
    }
    assert listed["unnamed_endpoints"] == {}


def test_only_users_may_ask_where_there_are_users(tmp_path: Path) -> None:
    users = tmp_path / "users"
    users.write_text("ada:correct horse\n")
    with serve_fakes(tmp_path / "data", str(users)) as address:
        assert fetch_status(f"{address}gradio_api/info") == 401
        assert fetch_status(f"{address}config") == 401
        client = connect(address, ("ada", "correct horse"))
        assert client.predict(QUESTION, api_name="/ask")["short_answer"] == "115"
        client.close()


def test_feedback_is_kept_and_what_is_wrong_with_it_told(client: Client) -> None:
    answer = client.predict("How many accounts were closed?", api_name="/ask")
    given = client.predict(answer, "down", ["wrong answer"], "116", api_name="/feedback")
    assert len(given["id"]) == 24
    assert client.predict(answer, "up", api_name="/feedback")["id"] != given["id"]
    complaint = refusal(lambda: client.predict(answer, "better", api_name="/feedback"))
    assert "verdict must be one of up, down, not 'better'" in complaint


def trigger(address: str, target: str, data: list[object], event_data: object) -> tuple[int, str]:
    """Send an event as the page's scripts do, with whatever data: returns status and reply."""
    with urllib.request.urlopen(f"{address}config", timeout=20) as reply:
        dependencies = json.load(reply)["dependencies"]
    (number,) = {d["id"] for d in dependencies if target in [event for _, event in d["targets"]]}
    event = {"fn_index": number, "data": data, "session_hash": "mine", "event_data": event_data}
    request = urllib.request.Request(
        f"{address}gradio_api/run/predict",
        json.dumps(event).encode(),
        {"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return int(reply.status), reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return int(error.code), error.read().decode()


def test_what_a_client_says_comes_back_neither_as_a_file_nor_as_a_script(
    address: str, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    stolen = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
    for turn in (stolen, {"path": "", "x": stolen}, {"path": "https://evil.example/x", **stolen}):
        _, reply = trigger(address, "receipt", [None], {"turn": turn})
        assert "/file=" not in reply
    script = {"turns": [], "__type__": "update", "js_on_load": "steal()", "head": "<script>"}
    _, reply = trigger(address, "again", [script, None], {"question": 5, "turn": 0})
    assert "steal" not in reply
