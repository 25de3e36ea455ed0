"""Keeps a raised number apart from the one before it: 10⁶ isn't 106."""

from __future__ import annotations

import re

RAISED = "\0"  # stands before raised text, and in no document: XML and HTML can't hold it
_EXPONENT = re.compile(rf"(?<=\d){RAISED}+(?=[+\u2212-]?\d)")


def resolve(text: str) -> str:
    """Return a text with `^` where a raised number follows a number, and no `RAISED` in it."""
    return _EXPONENT.sub("^", text).replace(RAISED, "")
