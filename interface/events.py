"""What the page's scripts send along with an event."""

from __future__ import annotations

from collections.abc import Mapping

import gradio as gr


def read_event(event: gr.EventData, name: str) -> object:
    """Return the field `name` of what a script sent with `event`, or None."""
    sent = event._data  # the public access fails on anything but a dictionary
    return sent.get(name) if isinstance(sent, Mapping) else None
