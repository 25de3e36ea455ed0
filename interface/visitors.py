"""Who is at the page: the name they signed in with, else an id that their browser keeps."""

from __future__ import annotations

import hashlib
import re
import secrets

import gradio as gr

_ID_BYTES = 24  # 192 bits: nobody guesses one
_ID = re.compile(r"[\w-]{32,64}", re.ASCII)


def make_browser_state() -> gr.BrowserState:
    """Return the component that holds the browser's id, in its local storage.

    The storage's encryption needs a key that outlives the server; it guards nothing, as the id is
    the browser's own.
    """
    return gr.BrowserState(None, storage_key="footnote-browser", secret="footnote")  # noqa: S106


def identify(browser: object) -> str:
    """Return the browser's id, or a new one where it has none yet."""
    if isinstance(browser, str) and _ID.fullmatch(browser):
        return browser
    return secrets.token_urlsafe(_ID_BYTES)


def owner_of(browser: object, request: gr.Request | None) -> str | None:
    """Return whose things a request may see and change; None for nobody's.

    Ids of browsers are hashed: who reads the file can't pass as one of them.
    """
    name = None if request is None else request.username
    if name:
        return f"user:{name}"
    if isinstance(browser, str) and _ID.fullmatch(browser):
        return f"browser:{hashlib.sha256(browser.encode('ascii')).hexdigest()}"
    return None
