"""What the server hands to the browser besides what the page shows: files and news of answers."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import gradio as gr

from interface.static import read_static

Handout = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Targets:
    """The components that callbacks about kept things read and fill.

    Attributes:
        conversation: Shows turns.
        handouts: Takes files and news of answers.
        browser: Holds the browser's id.
    """

    conversation: gr.HTML
    handouts: gr.HTML
    browser: gr.BrowserState


def build_handouts() -> gr.HTML:
    """Add the component that takes handouts; it shows nothing by itself."""
    return gr.HTML(
        html_template=read_static("handouts.html"),
        js_on_load=read_static("handouts.js"),
        apply_default_css=False,
        elem_id="handouts",
    )


def hand_out_file(name: str, kind: str, text: str) -> Handout:
    """Return a file of MIME type `kind`, which the browser saves."""
    return _hand_out("file", name=name, kind=kind, text=text)


def hand_out_news(turn: object, **news: object) -> Handout:
    """Return news of the answer whose turn has the id `turn`: `link`, `verdict` or `error`."""
    return _hand_out("news", turn=turn, **news)


def _hand_out(what: str, **details: object) -> Handout:
    # The number tells two handouts of the same thing apart: else the second one would be no change.
    return {"what": what, "number": secrets.token_hex(8), **details}
