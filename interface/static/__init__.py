"""The page's styles, scripts and templates, as files."""

from __future__ import annotations

from pathlib import Path


def read_static(name: str) -> str:
    """Return the text of one of the files beside this module."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
