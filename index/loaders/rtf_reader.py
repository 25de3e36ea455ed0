"""Interprets RTF: what a reader sees of it, in which encoding, under which title.

Written after Microsoft's Rich Text Format Specification 1.9.1.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from index.errors import RefusedFileError
from index.loaders.raised import RAISED
from index.loaders.rtf_blocks import LAYOUT, RtfBlocks
from index.loaders.rtf_tokens import Token, read_tokens
from index.loaders.rtf_words import CHARACTERS, CHARSETS, KEPT, NAMED, SYMBOLS, UNREAD

_MAX_DEPTH = 1_000
_MAX_TITLE_CHARACTERS = 1_000
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits from the one around it, and loses at its end."""

    destination: str = ""
    fallback: int = 1  # how many characters after \u are for programs that don't know it
    codec: str = ""
    hidden: bool = False
    in_note: bool = False


@dataclass(slots=True)
class RtfReader:
    """Reads a document into blocks.

    Attributes:
        blocks: Takes the words, and writes them.
        title: The title in the document's properties.
        made: Year, month and day of its making, 0 where they aren't given.
    """

    blocks: RtfBlocks
    title: str = ""
    made: dict[str, int] = field(default_factory=dict)
    _state: _State = field(default_factory=_State)
    _stack: list[_State] = field(default_factory=list)
    _codec: str = "cp1252"
    _fonts: dict[int, str] = field(default_factory=dict)
    _font: int = 0
    _style: int = 0
    _negligible: bool = False
    _unwanted: int = 0  # characters to pass over after \u
    _bytes: bytearray = field(default_factory=bytearray)

    def read(self, data: bytes) -> bool:
        """Read everything, and return whether all groups were closed."""
        for token in read_tokens(data):
            self._read_token(token)
        whole = not self._stack
        self._state = _State()
        self._flush()
        self.blocks.finish()
        return whole

    def _read_token(self, token: Token) -> None:
        if token.kind == "text":
            self._say_bytes(token.data)
        elif token.kind == "word":
            self._read_word(token.name, token.number)
        elif token.kind == "symbol":
            self._read_symbol(token.name)
        else:
            self._turn(opening=token.kind == "open")

    def _turn(self, *, opening: bool) -> None:
        self._flush()
        self._unwanted = 0
        self._negligible = False
        if opening:
            self._stack.append(self._state)
            if len(self._stack) > _MAX_DEPTH:
                raise RefusedFileError("the RTF document nests too deep to be one; refused")
        elif self._stack:
            if self._state.destination == "listtext":
                self.blocks.is_item = True
            if self._state.in_note:
                self.blocks.say_in_note("\n")
            self._state = self._stack.pop()

    def _read_symbol(self, symbol: str) -> None:
        self._flush()
        if symbol == "*":
            self._negligible = True
        elif symbol in "\r\n":
            self._end_paragraph()
        else:
            self._say(SYMBOLS.get(symbol, ""))

    def _read_word(self, word: str, number: int | None) -> None:
        self._flush()
        negligible, self._negligible = self._negligible, False
        self._unwanted = 0
        if word in NAMED or word in UNREAD:
            listed = word in ("listtext", "pntext")
            self._enter("listtext" if listed else word)
        elif negligible and word not in KEPT:
            self._enter("unread")
        elif self._state.destination:
            self._read_named(word, number)
        elif word in CHARACTERS:
            self._say(CHARACTERS[word])
        else:
            self._act(word, 1 if number is None else number)

    def _act(self, word: str, number: int) -> None:
        if word in LAYOUT:
            LAYOUT[word](self.blocks, number)
        elif word in _ACTIONS:
            _ACTIONS[word](self, number)

    def _enter(self, destination: str) -> None:
        # What lies within something unread is unread too, whatever it is called.
        outer = self._state.destination
        if outer in ("", "info") or destination == "unread":
            self._state = replace(self._state, destination=destination)

    def _read_named(self, word: str, number: int | None) -> None:
        """Read a word of the tables of fonts and styles, or of the properties."""
        destination = self._state.destination
        if destination == "creatim" and word in ("yr", "mo", "dy"):
            self.made[word] = number or 0
        elif destination == "stylesheet" and word == "s":
            self._style = number or 0
        elif destination == "fonttbl" and word == "f":
            self._font = number or 0
        elif destination == "fonttbl" and word == "fcharset":
            self._fonts[self._font] = CHARSETS.get(number or 0, "")
        elif destination in ("title", "listtext") and word == "u":
            self._say_unicode(number or 0)

    def _say_bytes(self, data: bytes) -> None:
        if self._unwanted:
            passed = min(self._unwanted, len(data))
            self._unwanted -= passed
            data = data[passed:]
        if self._state.destination in ("", "title", "stylesheet", "listtext"):
            self._bytes += data

    def _say_unicode(self, number: int) -> None:
        self._say(chr(number & 0xFFFF).replace(RAISED, ""))
        self._unwanted = self._state.fallback

    def _flush(self) -> None:
        """Decode the bytes so far; a character of two bytes may have one of them in ASCII."""
        if self._bytes:
            text = self._bytes.decode(self._state.codec or self._codec, "replace")
            self._bytes.clear()
            self._say(text.replace(RAISED, ""))

    def _say(self, text: str) -> None:
        destination = self._state.destination
        if destination == "title":
            # A title is short, and adding to a long one again and again takes quadratic time.
            self.title += text if len(self.title) < _MAX_TITLE_CHARACTERS else ""
        elif destination == "stylesheet":
            self._name_style(text)
        elif destination == "listtext":
            self.blocks.say_label(text)
        elif not destination and not self._state.hidden:
            (self.blocks.say_in_note if self._state.in_note else self.blocks.say)(text)

    def _name_style(self, text: str) -> None:
        name = text.strip().rstrip(";").lower()
        if found := _HEADING.fullmatch(name):
            self.blocks.styles[self._style] = int(found[1])
        elif name == "title":
            self.blocks.styles[self._style] = 1

    def _end_paragraph(self, _: int = 1) -> None:
        self._flush()
        if self.blocks.in_table or self._state.in_note:
            self._say(" ")
        else:
            self.blocks.end_paragraph()

    def _enter_note(self, _: int) -> None:
        self._state = replace(self._state, in_note=True)

    def _set_codec(self, number: int) -> None:
        name = "utf-8" if number == 65001 else f"cp{number}"
        try:
            self._codec = codecs.lookup(name).name
        except LookupError:
            return

    def _set_font(self, number: int) -> None:
        self._state = replace(self._state, codec=self._fonts.get(number, ""))

    def _set_plain(self, _: int) -> None:
        self._state = replace(self._state, codec="", hidden=False)

    def _set_fallback(self, number: int) -> None:
        self._state = replace(self._state, fallback=max(0, number))

    def _raise(self, number: int) -> None:
        if number:
            self._say(RAISED)

    def _set_hidden(self, number: int) -> None:
        self._state = replace(self._state, hidden=number != 0)


_ACTIONS: dict[str, Callable[[RtfReader, int], None]] = {
    "par": RtfReader._end_paragraph,
    "sect": RtfReader._end_paragraph,
    "page": RtfReader._end_paragraph,
    "footnote": RtfReader._enter_note,
    "ansicpg": RtfReader._set_codec,
    "f": RtfReader._set_font,
    "plain": RtfReader._set_plain,
    "uc": RtfReader._set_fallback,
    "u": RtfReader._say_unicode,
    "super": RtfReader._raise,
    "up": RtfReader._raise,
    "v": RtfReader._set_hidden,
    "deleted": RtfReader._set_hidden,
}
