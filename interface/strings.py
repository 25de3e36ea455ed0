"""The words of the page: one file of strings for each language, read by Gradio and the scripts."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import gradio as gr

from interface.static import read_static

UNEXPECTED = "told_unexpected"  # what the page says of an error that it must not tell
TRANSLATIONS = Path(__file__).with_name("translations")


@cache
def read_translations() -> dict[str, dict[str, str]]:
    """Return the strings of each language, by its code: whatever files lie in `translations/`.

    A string that a language lacks is taken from English. `_one` and `_other` at the end of a name
    are the forms that go with a count; languages with more forms add `_few` and so on.
    """
    files = sorted(TRANSLATIONS.glob("*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def make_i18n() -> gr.I18n:
    """Return the strings as Gradio's own components take them."""
    return gr.I18n(**read_translations())


@cache
def translate() -> gr.I18n:
    """Return what makes a string's name a string of the visitor's language."""
    return make_i18n()


def read_script(*names: str) -> str:
    """Return a component's scripts as one, after the strings and functions that all of them use."""
    strings = json.dumps(read_translations(), ensure_ascii=True).replace("</", "<\\/")
    parts = [read_static(name) for name in ("words.js", *names)]
    return "\n".join((f"const STRINGS = {strings};", *parts))
