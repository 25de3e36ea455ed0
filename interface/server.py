"""Serving the page: where, and what the server lets out."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import gradio as gr
from starlette.middleware import Middleware

from index.settings import Settings
from interface.environment import UPLOADS_KEPT_SECONDS, sweep_uploads
from interface.guards import BoundedBody, OwnSiteOnly, SafeHeaders, is_local
from interface.preflight import port_in_use
from interface.static import read_static, read_styles, static_path
from interface.strings import translate
from interface.theme import make_theme
from interface.tools import ToolServer

# Of each Gradio keeps what its page showed last; nothing here reads it.
SESSIONS = 200


def launch(page: gr.Blocks, settings: Settings, users: list[tuple[str, str]] | None = None) -> str:
    """Serve the page in background threads, and its endpoints to MCP clients too.

    Nothing of this machine can be downloaded but the documents' files, where that is allowed:
    Gradio serves its own files and fresh uploads, the data folder is barred by name, and unexpected
    errors reach no client.

    Args:
        page: What `build_page` made.
        settings: Host, port, data folder and the largest file.
        users: Who may sign in; None lets everybody in.

    Returns:
        The address of the page.

    Raises:
        SettingsError: The port was taken in the meantime.
    """
    local = users is None and is_local(_bracket(settings.host))
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
            state_session_capacity=SESSIONS,
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
                "middleware": [
                    Middleware(SafeHeaders),
                    Middleware(OwnSiteOnly, local=local),
                    Middleware(BoundedBody, max_file_bytes=settings.max_file_bytes),
                ],
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
    """Serve until Ctrl-C or SIGTERM, then stop cleanly; old uploads are swept up meanwhile."""
    stop = threading.Event()

    def request_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, request_stop)
    while not stop.wait(UPLOADS_KEPT_SECONDS):
        sweep_uploads()
    page.close(verbose=False)
