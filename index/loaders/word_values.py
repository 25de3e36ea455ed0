"""Reads the values in WordprocessingML: an element `<w:start w:val="1"/>` is 1."""

from __future__ import annotations

from index.loaders.body import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def value_of(element: Element | None) -> str | None:
    """Return an element's `w:val`, or None."""
    return element.get(f"{W}val") if element is not None else None


def number_of(parent: Element | None, name: str, default: int) -> int:
    """Return the number that a child has, or the default."""
    return whole(value_of(parent.find(f"{W}{name}")) if parent is not None else None, default)


def whole(value: str | None, default: int) -> int:
    """Return the number that an attribute holds, or the default."""
    return (
        int(value) if value and value.isascii() and value.isdigit() and len(value) < 6 else default
    )
