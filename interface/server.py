"""Serving the page: where, and what the server lets out."""

from __future__ import annotations

import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from types import FrameType
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from index.settings import Settings
from interface.preflight import port_in_use
from interface.static import read_static, read_styles, static_path
from interface.strings import translate
from interface.theme import make_theme
from interface.tools import ToolServer

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

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


class SafeHeaders:
    """Adds to every reply the headers that keep the browser on this server (ASGI middleware)."""

    def __init__(self, app: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, and its reply back with the headers."""

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        await self._app(scope, receive, send_safely)


def launch(page: gr.Blocks, settings: Settings, users: list[tuple[str, str]] | None = None) -> str:
    """Serve the page in background threads, and its endpoints to MCP clients too.

    Nothing of this machine can be downloaded: Gradio serves its own files and fresh uploads, the
    data folder is barred by name, and unexpected errors reach no client.

    Args:
        page: What `build_page` made.
        settings: Host, port, data folder and the largest file.
        users: Who may sign in; None lets everybody in.

    Returns:
        The address of the page.

    Raises:
        SettingsError: The port was taken in the meantime.
    """
    tools = ToolServer(page, users, max_file_bytes=settings.max_file_bytes)
    try:
        _, address, _ = page.launch(
            server_name=_bracket(settings.host),
            server_port=settings.port,
            auth=users,
            prevent_thread_lock=True,
            quiet=True,
            show_error=False,  # known errors are shown all the same, others could tell paths
            allowed_paths=[],
            blocked_paths=[str(settings.data_dir.resolve())],
            max_file_size=settings.max_file_bytes,
            theme=make_theme(),
            css=read_styles(),
            head=f"<script>{read_static('look.js')}</script>",
            i18n=translate(),
            favicon_path=static_path("favicon.svg"),
            footer_links=["api"],
            run_history=False,
            enable_monitoring=False,
            share=False,
            ssr_mode=False,
            pwa=False,
            inbrowser=False,
            mcp_server=False,  # `tools` is; a variable of the environment could start Gradio's
            app_kwargs={
                "middleware": [Middleware(SafeHeaders)],
                "routes": tools.routes(),
                "lifespan": tools.lifespan,
                "docs_url": None,
            },
        )
    except OSError as error:
        raise port_in_use(settings.host, settings.port) from error
    return str(address)


def _bracket(host: str) -> str:
    """Return an IPv6 address as it stands in the address of a page, other hosts as they are."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def wait_for_stop(page: gr.Blocks) -> None:
    """Serve until Ctrl-C or SIGTERM, then stop cleanly."""
    stop = threading.Event()

    def request_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, request_stop)
    stop.wait()
    page.close(verbose=False)
