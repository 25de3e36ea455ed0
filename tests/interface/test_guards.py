from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import MutableMapping
from typing import Any, cast

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from interface.guards import (
    NOT_HERE,
    OTHER_NAME,
    OTHER_SITE,
    UPLOAD,
    UPLOADED_AT_ONCE,
    BoundedBody,
    OwnSiteOnly,
    SafeHeaders,
    is_local,
    most_body_bytes,
)


def ask(
    *, local: bool, method: str = "POST", path: str = "/", query: str = "", **headers: str
) -> str:
    """Return what a guarded server says to a request, "passed on" where it was."""
    said: list[bytes] = []

    async def app(_scope: object, _receive: object, _send: object) -> None:
        said.append(b"passed on")

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message.get("body", b""))

    named = {"host": "localhost:7860", **headers}
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()]
    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "headers": raw}
    scope["query_string"] = query.encode()
    guard = OwnSiteOnly(cast("Any", app), local=local)
    asyncio.run(guard(scope, cast("Any", None), send))
    return b"".join(said).decode()


def test_every_reply_carries_the_policy() -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def app(_scope: object, _receive: object, send: Any) -> None:
        await send({"type": "http.response.start", "headers": [(b"a", b"b")]})
        await send({"type": "http.response.body"})

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(SafeHeaders(cast("Any", app))({}, cast("Any", None), send))
    headers = dict(sent[0]["headers"])
    assert headers[b"a"] == b"b"
    assert headers[b"content-security-policy"].startswith(b"default-src 'self'")
    assert sent[1] == {"type": "http.response.body"}


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:7860", "127.0.0.1:7860", "127.8.9.1", "[::1]", "[::1]:80"]
)
def test_this_machines_own_names_are_local(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example:7860", "localhost.evil.example", "192.168.1.7", "[::2]:80", "127.0.0.1.x"],
)
def test_other_names_are_not(host: str) -> None:
    assert not is_local(host)


def test_a_name_that_was_made_to_point_here_reads_nothing() -> None:
    assert ask(local=True, method="GET", host="evil.example:7860") == OTHER_NAME
    assert ask(local=False, method="GET", host="evil.example:7860") == "passed on"
    assert ask(local=True, method="GET") == "passed on"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "origin": "http://localhost:7860"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:7860.evil.example"},
    ],
)
def test_other_sites_scripts_send_nothing(headers: dict[str, str]) -> None:
    assert ask(local=False, **headers) == OTHER_SITE
    assert ask(local=False, method="OPTIONS", **headers) == OTHER_SITE


def test_other_sites_links_lead_here_and_nothing_else_of_theirs() -> None:
    link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
    assert ask(local=False, method="GET", path="/?answer=x", **link) == "passed on"
    assert ask(local=False, method="GET", path="/logout", **link) == OTHER_SITE
    assert ask(local=False, method="GET", **(link | {"sec_fetch_mode": "no-cors"})) == OTHER_SITE
    assert ask(local=False, method="GET", origin="https://evil.example", **link) == OTHER_SITE
    assert (
        ask(local=False, method="GET", path="/logout", sec_fetch_site="same-origin") == "passed on"
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "same-origin", "origin": "https://docs.example", "host": "10.0.0.1"},
        {"sec_fetch_site": "none"},
        {"origin": "http://localhost:7860"},
    ],
)
def test_the_page_and_programs_are_let_in(headers: dict[str, str]) -> None:
    assert ask(local=False, **headers) == "passed on"


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=https://evil.example/x.png",
        "/gradio_api/file=HTTP://evil.example/x.png",
        "/gradio_api/file/https://evil.example/x.png",
        "/gradio_api/proxy=https://evil.example/x.png",
        "/gradio_api/deep_link",
        "/gradio_api/custom_component/x\nfooled/client/y/z",
        "/gradio_api/stream/upload",
    ],
)
def test_what_the_page_has_no_use_for_isnt_there(path: str) -> None:
    assert ask(local=False, method="GET", path=path) == NOT_HERE
    assert ask(local=False, path=path) == NOT_HERE
    assert ask(local=False, method="GET", path="/gradio_api/file=/tmp/https.png") == "passed on"


def test_no_page_that_somebody_else_saved_is_shown() -> None:
    assert ask(local=False, method="GET", query="deep_link=tMzgSNw6524") == NOT_HERE


def send_body(*pieces: bytes, path: str = "/gradio_api/call/ask", **headers: str) -> int:
    """Return the status that a server gives to a request; it takes files of 3 bytes."""
    statuses: list[int] = []
    coming = list(pieces)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        await PlainTextResponse(str(len(await request.body())))(scope, receive, send)

    async def receive() -> MutableMapping[str, Any]:
        piece = coming.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(coming)}

    async def send(message: MutableMapping[str, Any]) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": path, "headers": raw}
    guard = BoundedBody(cast("Any", app), max_file_bytes=3)
    try:
        asyncio.run(guard(scope, receive, send))
    except HTTPException as error:
        statuses.append(error.status_code)
    return statuses[0]


MOST = most_body_bytes(3)


def test_a_request_that_is_too_large_isnt_read() -> None:
    assert send_body(bytes(MOST - 1), b"1") == 200
    assert send_body(bytes(MOST), b"1", b"never asked for") == 413
    assert send_body(b"never asked for", content_length=f"{MOST + 1}") == 413
    assert send_body(b"12345", content_length="many") == 200


def test_an_upload_may_be_of_several_files_but_not_of_any_number() -> None:
    assert send_body(b"1", content_length=f"{UPLOADED_AT_ONCE * MOST}", path=UPLOAD) == 200
    assert send_body(b"1", content_length=f"{UPLOADED_AT_ONCE * MOST + 1}", path=UPLOAD) == 413
    assert send_body(b"1", content_length=f"{MOST + 1}", path="/gradio_api/call/upload") == 413


def test_a_request_may_hold_a_file_in_base64() -> None:
    assert most_body_bytes(3_000_000) > len(b64encode(bytes(3_000_000)))


def test_what_is_no_request_is_passed_on() -> None:
    passed: list[object] = []

    async def app(scope: object, _receive: object, _send: object) -> None:
        passed.append(scope)

    scope: MutableMapping[str, Any] = {"type": "lifespan"}
    guard = OwnSiteOnly(cast("Any", app), local=True)
    asyncio.run(guard(scope, cast("Any", None), cast("Any", None)))
    assert passed == [scope]
