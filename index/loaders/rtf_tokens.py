"""Cuts RTF into what it is made of: groups, control words, control symbols, and bytes of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,9})? ?"
    rb"|\\'(?P<byte>[0-9a-fA-F]{2})"
    rb"|\\(?P<symbol>.)"
    rb"|(?P<brace>[{}])"
    rb"|[\r\n\0]+"
    rb"|(?P<text>[^\\{}\r\n\0]+)",
    re.DOTALL,
)


class Token(NamedTuple):
    """A piece of RTF.

    Attributes:
        kind: What it is; `open` and `close` are the braces of a group.
        name: The control word, or the character of a control symbol.
        number: What stands behind a control word, or None.
        data: Bytes of text, in an encoding that the reader has to know.
    """

    kind: Literal["open", "close", "word", "symbol", "text"]
    name: str = ""
    number: int | None = None
    data: bytes = b""


def read_tokens(data: bytes) -> Iterator[Token]:
    """Yield the tokens, in one pass; bytes that are announced as no text are passed over."""
    place = 0
    while place < len(data) and (found := _TOKEN.match(data, place)):
        place = found.end()
        if found["word"] is not None:
            number = int(found["number"]) if found["number"] else None
            if found["word"] == b"bin":  # as many bytes follow, whatever they look like
                place += max(0, number or 0)
            else:
                yield Token("word", found["word"].decode("ascii"), number)
        elif token := _read_other(found):
            yield token


def _read_other(found: re.Match[bytes]) -> Token | None:
    """Return the token that isn't a control word; None for the ends of lines, which say nothing."""
    if found["text"] is not None:
        return Token("text", data=found["text"])
    if found["byte"] is not None:
        return Token("text", data=bytes([int(found["byte"], 16)]))
    if found["brace"] is not None:
        return Token("open" if found["brace"] == b"{" else "close")
    if found["symbol"] is not None:
        return Token("symbol", found["symbol"].decode("latin-1"))
    return None
