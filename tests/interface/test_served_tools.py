"""The endpoints as MCP clients meet them: the same JSON and errors, in another process."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.interface.fakes import NOTICE
from tests.interface.serving import call_tool, list_tools, serve_fakes
from tests.interface.test_page import PUBLIC

if TYPE_CHECKING:
    from gradio_client import Client  # type: ignore[import-untyped]
    from mcp.types import Tool

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

QUESTION = "How many accounts were closed?"
LISTING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@pytest.fixture(scope="module")
def tools(address: str) -> str:
    """Where the tools of the server with the fakes are."""
    return f"{address}gradio_api/mcp"


@pytest.fixture(scope="module")
def listed(tools: str) -> dict[str, Tool]:
    return {tool.name: tool for tool in list_tools(tools)}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the tools of a server are that lets two people in."""
    folder = tmp_path_factory.mktemp("closed")
    (folder / "users").write_text("ada:correct: horse\nbo:x\n", "utf-8")
    with serve_fakes(folder / "data", str(folder / "users")) as address:
        yield f"{address}gradio_api/mcp"


def read(address: str, name: str, **arguments: object) -> Any:
    """Return the JSON that a tool gives."""
    return json.loads(read_text(address, name, **arguments))


def read_text(address: str, name: str, **arguments: object) -> str:
    result = call_tool(address, name, **arguments)
    (content,) = result.content
    assert content.type == "text"
    assert result.isError is False, content.text
    return content.text


def refusal(address: str, name: str, **arguments: object) -> str:
    """Return what a tool refuses a call with."""
    result = call_tool(address, name, **arguments)
    (content,) = result.content
    assert content.type == "text"
    assert result.isError is True
    return content.text


def post(address: str, body: bytes, **headers: str) -> tuple[int, str]:
    """Send a request as it is, and return the reply's status and body."""
    sent = {"Content-Type": "application/json", "Accept": "application/json", **headers}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, body, sent), timeout=20
        ) as reply:
            return int(reply.status), reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return int(error.code), error.read().decode()


def announce(server: str, length: int) -> int:
    """Begin a request with a body of this length, and return the status it is met with."""
    with closing(HTTPConnection(server.removeprefix("http://"), timeout=20)) as connection:
        connection.putrequest("POST", "/gradio_api/mcp")
        connection.putheader("Content-Length", str(length))
        connection.endheaders()
        return connection.getresponse().status


def basic(credentials: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(credentials.encode()).decode()}"}


def test_the_tools_are_the_public_endpoints(listed: dict[str, Tool]) -> None:
    assert listed.keys() == PUBLIC
    arguments = {
        name: list(tool.inputSchema["properties"])
        for name, tool in listed.items()
        if name in ("ask", "search", "document", "status")
    }
    assert arguments == {
        "ask": ["question", "history", "collection", "documents"],
        "search": ["query", "k", "collection", "documents"],
        "document": ["id"],
        "status": [],
    }
    assert listed["search"].inputSchema["required"] == ["query"]


def test_every_tool_describes_itself_and_its_arguments(listed: dict[str, Tool]) -> None:
    for tool in listed.values():
        assert tool.description
        for name in tool.inputSchema["properties"]:
            assert f"\n    {name}: " in tool.description
        assert "Returns:" in tool.description


def test_tools_that_change_nothing_say_so(listed: dict[str, Tool]) -> None:
    harmless = {
        name for name, tool in listed.items() if tool.annotations and tool.annotations.readOnlyHint
    }
    assert harmless == PUBLIC - {"add_documents", "remove_document", "feedback"}


def test_the_json_is_that_of_the_endpoints(tools: str, client: Client) -> None:
    history = [{"role": "user", "content": "Hi"}]
    answer = client.predict(QUESTION, history, api_name="/ask")
    assert read(tools, "ask", question=QUESTION, history=history) == answer
    assert read(tools, "search", query="bank", k=2) == client.predict("bank", 2, api_name="/search")
    assert read(tools, "search", query="bank") == client.predict("bank", api_name="/search")
    document_id = answer["citations"][0]["document_id"]
    document = read(tools, "document", id=document_id)
    assert document == client.predict(document_id, api_name="/document")
    assert document["text"] == NOTICE
    assert read(tools, "list_documents") == client.predict(api_name="/list_documents")
    assert read(tools, "status") == client.predict(api_name="/status")
    assert len(read(tools, "feedback", answer=answer, verdict="up")["id"]) == 24


def test_a_chat_returns_what_its_stream_ends_with(tools: str, client: Client) -> None:
    answer = client.predict(QUESTION, api_name="/ask")["answer"]
    assert read_text(tools, "chat", message=QUESTION) == answer


@pytest.mark.parametrize(
    ("name", "arguments", "complaint"),
    [
        ("search", {"query": "a", "k": 0}, "k must be a whole number from 1 to 1000, not 0"),
        ("search", {"query": "a", "k": "3"}, "k must be a whole number from 1 to 1000, not '3'"),
        ("search", {}, "query must be a string, not null"),
        (
            "search",
            {"query": "a", "limit": 3},
            "search takes query, k, collection, documents, not 'limit'",
        ),
        ("status", {"query": "a"}, "status takes nothing, not 'query'"),
        ("ask", {"question": " "}, "the question is empty; ask something"),
        ("chat", {"message": " "}, "the question is empty; ask something"),
        ("document", {"id": "none"}, "there is no document 'none'; list them first"),
        ("add_documents", {"files": ["/etc/passwd"]}, "file 1 was not uploaded; upload it first,"),
        ("add_documents", {"files": [{"path": "/etc/passwd"}]}, "file 1 was not uploaded; upload"),
        ("ask", {"question": "crash"}, "Footnote failed on this request; the server's log says"),
        ("submit", {}, "there is no tool 'submit'; there are: ask, chat, search, "),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    tools: str, name: str, arguments: dict[str, object], complaint: str
) -> None:
    told = refusal(tools, name, **arguments)
    assert told.startswith(complaint)
    assert "\n" not in told


def test_files_come_within_the_request(tools: str) -> None:
    file = {"name": "Añadido <b>.txt", "base64": b64encode(b"A new document.").decode()}
    report = read(tools, "add_documents", files=[file])
    (added,) = report["added"]
    assert added["source"] == "Añadido <b>.txt"
    assert read(tools, "document", id=added["id"])["text"] == "A new document."
    assert read(tools, "remove_document", id=added["id"])["chunks"] == 1
    assert "there is no document" in refusal(tools, "document", id=added["id"])


def test_one_request_is_enough_with_and_without_a_slash(tools: str) -> None:
    for address in (tools, f"{tools}/"):
        status, text = post(address, json.dumps(LISTING).encode())
        assert (status, len(json.loads(text)["result"]["tools"])) == (200, len(PUBLIC))


def test_other_sites_and_what_is_too_large_are_turned_away(tools: str) -> None:
    body = json.dumps(LISTING).encode()
    own = tools.removesuffix("/gradio_api/mcp")
    assert post(tools, body, Origin=own)[0] == 200
    for origin in ("http://evil.example", "null", f"{own}.evil.example"):
        assert post(tools, body, Origin=origin) == (
            403,
            "other sites may not call this server",
        )
    assert post(tools, body, **{"Content-Type": "text/plain"})[0] == 400
    assert announce(own, 6_000_000) == 413
    with pytest.raises(urllib.error.HTTPError, match="405") as info:
        urllib.request.urlopen(tools, timeout=20)
    info.value.close()


def test_only_users_may_use_tools_where_there_are_users(closed: str) -> None:
    body = json.dumps(LISTING).encode()
    wrong = [
        {},
        basic("ada:wrong"),
        basic("eve:correct: horse"),
        basic("ada"),
        basic(""),
        {"Authorization": "Basic"},
        {"Authorization": "Basic ???"},
        {"Authorization": basic("bo:x")["Authorization"].replace("Basic", "Bearer")},
    ]
    for headers in wrong:
        status, text = post(closed, body, **headers)
        assert status == 401, headers
        assert text.startswith("sign in with the header 'Authorization: Basic'")
    for known in ("ada:correct: horse", "bo:x"):
        assert {tool.name for tool in list_tools(closed, basic(known))} == PUBLIC


def test_a_variable_of_the_environment_opens_no_other_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_MCP_SERVER", "true")
    users = tmp_path / "users"
    users.write_text("ada:x\n")
    with serve_fakes(tmp_path / "data", str(users)) as address:
        for path in ("mcp", "mcp/", "mcp/schema", "mcp/sse", "mcp/http/"):
            status, _ = post(f"{address}gradio_api/{path}", json.dumps(LISTING).encode())
            assert status in (401, 404, 405), path
