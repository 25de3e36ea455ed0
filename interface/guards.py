"""What stands between the network and the page: who may ask, and what browsers may do with replies.

A browser lets the scripts of any site send requests to this server, with what its user is signed in
with, and a site whose name is made to point here can even read the replies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The page's scripts are built by Gradio at run time, hence 'unsafe-inline' and 'unsafe-eval';
# what this policy is for is that nothing is ever fetched from, or sent to, anywhere else.
POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode("ascii")),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
HARMLESS = frozenset({"GET", "HEAD"})  # they change nothing
# What the page has no use for. Gradio would fetch what lies at an address and hand it out as if it
# were this server's own, show what others saved of the page under a link, and print what is asked.
UNUSED = re.compile(
    r"/(?:file[=/]\s*https?:|proxy=|gradio_api/(?:deep_link|custom_component|stream)\b)",
    re.IGNORECASE,
)
UPLOAD = "/gradio_api/upload"
OTHER_ARGUMENTS_BYTES = 4_000_000  # that may come beside a file: a long conversation
UPLOADED_AT_ONCE = 10  # files of the largest size
NOT_HERE = "this server has no such page"
OTHER_SITE = "other sites may not call this server"
OTHER_NAME = (
    "this server answers to this machine alone, at localhost; to reach it by another name, give it "
    "users (--auth-file) or an address to listen on (--host)"
)


class SafeHeaders:
    """Adds to every reply the headers that keep the browser on this server (ASGI middleware)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its reply back with the headers."""

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        await self._app(scope, receive, send_safely)


class OwnSiteOnly:
    """Turns away what other sites' scripts send (ASGI middleware)."""

    def __init__(self, app: ASGIApp, *, local: bool) -> None:
        """Guard `app`; where it is `local`, it is asked for by this machine's own names alone.

        Without a sign-in nothing else tells a name that was made to point here from a real one.
        """
        self._app = app
        self._local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say why not."""
        refusal = self._refuse(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refuse(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if self._local and not is_local(headers.get("host", "")):
            return PlainTextResponse(OTHER_NAME, 403)
        if is_of_other_site(headers) and not is_link(scope, headers):
            return PlainTextResponse(OTHER_SITE, 403)
        if UNUSED.search(scope["path"]) or b"deep_link" in scope.get("query_string", b""):
            return PlainTextResponse(NOT_HERE, 404)
        return None


class BoundedBody:
    """Turns away requests that are larger than one with a file can be (ASGI middleware).

    Gradio reads them whole before it looks who sends them, and of uploads it bounds each file.
    """

    def __init__(self, app: ASGIApp, *, max_file_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_body_bytes(max_file_bytes)
        self._most_uploaded = UPLOADED_AT_ONCE * self._most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say that it is too large as soon as that is known."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most_uploaded if scope["path"] == UPLOAD else self._most_bytes
        too_large = f"a request may have {most:,} bytes; upload files one by one"
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > most:
            await PlainTextResponse(too_large, 413)(scope, receive, send)
            return
        taken = 0

        async def receive_bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(413, too_large)
            return message

        await self._app(scope, receive_bounded, send)


def most_body_bytes(max_file_bytes: int) -> int:
    """Return how large a request may be: a file in base64, and what comes beside it."""
    return max_file_bytes * 4 // 3 + OTHER_ARGUMENTS_BYTES


def is_local(host: str) -> bool:
    """Whether a name or address, with or without a port, is one of this machine's own."""
    name = host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    try:
        return name.lower() == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def is_of_other_site(headers: Mapping[str, str]) -> bool:
    """Whether a browser says that another site's script sends this.

    Newer browsers say so themselves, whatever names a proxy goes by; of others the origin is
    compared. Programs that aren't browsers send neither.
    """
    relation, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if relation is not None:
        return relation not in {"same-origin", "none"}
    return origin is not None and origin.partition("://")[2] != headers.get("host")


def is_link(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Whether a request of another site is one that a link there makes, and changes nothing.

    A script's request has an origin, or says that it is no navigation; what it asked for it could
    read, where Gradio lets other origins in.
    """
    return (
        scope["method"] in HARMLESS
        and "origin" not in headers
        and headers.get("sec-fetch-mode", "navigate") == "navigate"
        and not scope["path"].endswith("/logout")
    )
