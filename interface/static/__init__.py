"""The page's styles, scripts and templates, as files."""

from __future__ import annotations

from pathlib import Path


def static_path(name: str) -> Path:
    """Return where one of the files beside this module is."""
    return Path(__file__).with_name(name)


def read_static(name: str) -> str:
    """Return the text of one of the files beside this module."""
    return static_path(name).read_text(encoding="utf-8")


def read_styles() -> str:
    """Return all styles of the page: `style.css`, which the others build on, then those."""
    others = sorted(path.name for path in Path(__file__).parent.glob("*.css"))
    names = ["style.css", *(name for name in others if name != "style.css")]
    return "\n".join(read_static(name) for name in names)
