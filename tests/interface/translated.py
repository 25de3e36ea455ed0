"""A made-up language that is written from right to left: English in Arabic letters."""

from __future__ import annotations

import json
import re
from pathlib import Path

from interface.strings import read_translations

LANGUAGE = "ar"
LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابتثجحخدذرزسشصضطظعغفقكلمنه")
_KEPT = re.compile(r"(\{\w+\})")


def spell(text: str) -> str:
    """Return what a string becomes; the fields that are filled in stay."""
    parts = _KEPT.split(text)
    return "".join(
        part if place % 2 else part.lower().translate(LETTERS) for place, part in enumerate(parts)
    )


def write_translations(folder: Path) -> Path:
    """Write the page's own strings and the made-up language's into a new folder."""
    folder.mkdir()
    english = read_translations()["en"]
    spelt = {name: spell(text) for name, text in english.items()} | {"direction": "rtl"}
    for language, strings in (("en", english), (LANGUAGE, spelt)):
        (folder / f"{language}.json").write_text(json.dumps(strings), "utf-8")
    return folder
