"""The page's styles, scripts and templates, as files."""

from __future__ import annotations

from pathlib import Path


def static_path(name: str) -> Path:
    """Return where one of the files beside this module is."""
    return Path(__file__).with_name(name)


def read_static(name: str) -> str:
    """Return the text of one of the files beside this module."""
    return static_path(name).read_text(encoding="utf-8")
