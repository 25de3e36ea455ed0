from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any, cast

import pytest

from interface.guards import OTHER_NAME, OTHER_SITE, OwnSiteOnly, SafeHeaders, is_local


def ask(*, local: bool, method: str = "POST", **headers: str) -> str:
    """Return what a guarded server says to a request, "passed on" where it was."""
    said: list[bytes] = []

    async def app(_scope: object, _receive: object, _send: object) -> None:
        said.append(b"passed on")

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message.get("body", b""))

    named = {"host": "localhost:7860", **headers}
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()]
    scope = {"type": "http", "method": method, "headers": raw}
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
    assert ask(local=False, method="GET", **headers) == "passed on"  # a link leads here


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


def test_what_is_no_request_is_passed_on() -> None:
    passed: list[object] = []

    async def app(scope: object, _receive: object, _send: object) -> None:
        passed.append(scope)

    scope: MutableMapping[str, Any] = {"type": "lifespan"}
    guard = OwnSiteOnly(cast("Any", app), local=True)
    asyncio.run(guard(scope, cast("Any", None), cast("Any", None)))
    assert passed == [scope]
