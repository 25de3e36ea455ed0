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
HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})  # they change nothing
# Gradio would fetch what lies at an address, and hand it out as if it were this server's own.
ELSEWHERE = re.compile(r"/(?:file[=/]\s*https?:|proxy=)", re.IGNORECASE)
OTHER_ARGUMENTS_BYTES = 4_000_000  # that may come beside a file: a long conversation
OTHER_SERVER = "this server fetches nothing from others"
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
        if scope["method"] not in HARMLESS and is_of_other_site(headers):
            return PlainTextResponse(OTHER_SITE, 403)
        if ELSEWHERE.search(scope["path"]):
            return PlainTextResponse(OTHER_SERVER, 403)
        return None


class BoundedBody:
    """Turns away requests that are larger than one with a file can be (ASGI middleware).

    Gradio reads them whole before it looks who sends them. Uploads it bounds itself.
    """

    def __init__(self, app: ASGIApp, *, most_bytes: int) -> None:
        self._app = app
        self._most = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say that it is too large as soon as that is known."""
        if scope["type"] != "http" or scope["path"].endswith("/upload"):
            await self._app(scope, receive, send)
            return
        too_large = f"a request may have {self._most:,} bytes; upload files instead"
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > self._most:
            await PlainTextResponse(too_large, 413)(scope, receive, send)
            return
        taken = 0

        async def receive_bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most:
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
