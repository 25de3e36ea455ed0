"""Walks RTF: groups and control words in, headings, paragraphs, items and tables out.

Written after Microsoft's Rich Text Format Specification 1.9.1; every byte is looked at once.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from index.errors import RefusedFileError
from index.loaders.grid import Grid
from index.loaders.markup import MAX_HEADING_LEVEL, MarkdownWriter
from index.loaders.rtf_words import CHARACTERS, CHARSETS, KEPT, NAMED, SYMBOLS, UNREAD

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,9})? ?"
    rb"|\\'(?P<byte>[0-9a-fA-F]{2})"
    rb"|\\(?P<symbol>.)"
    rb"|(?P<brace>[{}])"
    rb"|[\r\n\0]+"
    rb"|(?P<text>[^\\{}\r\n\0]+)",
    re.DOTALL,
)
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
    """Reads a document into a writer.

    Attributes:
        writer: Takes the blocks.
        title: The title in the document's properties.
        made: Year, month and day of its making, 0 where they aren't given.
        first_heading: The first heading of level 1 so far.
    """

    writer: MarkdownWriter
    title: str = ""
    made: dict[str, int] = field(default_factory=dict)
    first_heading: str | None = None
    _state: _State = field(default_factory=_State)
    _stack: list[_State] = field(default_factory=list)
    _codec: str = "cp1252"
    _fonts: dict[int, str] = field(default_factory=dict)
    _font: int = 0
    _styles: dict[int, int] = field(default_factory=dict)
    _style: int = 0
    _negligible: bool = False
    _unwanted: int = 0  # characters to pass over after \u
    _bytes: bytearray = field(default_factory=bytearray)
    _words: list[str] = field(default_factory=list)
    _notes: list[str] = field(default_factory=list)
    _level: int = 0
    _depth: int = 0
    _is_item: bool = False
    _in_table: bool = False
    _cells: list[str] = field(default_factory=list)
    _grid: Grid = field(default_factory=Grid)

    def read(self, data: bytes) -> bool:
        """Read everything, and return whether all groups were closed."""
        place = 0
        while place < len(data) and (found := _TOKEN.match(data, place)):
            place = found.end()
            if found["word"] == b"bin":  # as many bytes follow, whatever they look like
                place += max(0, int(found["number"] or 0))
            else:
                self._read_token(found)
        whole = not self._stack
        self._state = _State()
        self._in_table = False
        self._end_paragraph()
        self._end_table()
        for note in "".join(self._notes).split("\n"):
            self.writer.paragraph(note)
        return whole

    def _read_token(self, found: re.Match[bytes]) -> None:
        if found["text"] is not None:
            self._say_bytes(found["text"])
        elif found["byte"] is not None:
            self._say_bytes(bytes([int(found["byte"], 16)]))
        elif found["brace"] is not None:
            self._turn(opening=found["brace"] == b"{")
        elif found["symbol"] is not None:
            self._read_symbol(found["symbol"].decode("latin-1"))
        elif found["word"] is not None:
            number = int(found["number"]) if found["number"] else None
            self._read_word(found["word"].decode("ascii"), number)

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
                self._is_item = True
            if self._state.in_note:
                self._notes.append("\n")
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
        elif word in _ACTIONS:
            _ACTIONS[word](self, 1 if number is None else number)

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
        elif destination == "title" and word == "u":
            self._say_unicode(number or 0)

    def _say_bytes(self, data: bytes) -> None:
        if self._unwanted:
            passed = min(self._unwanted, len(data))
            self._unwanted -= passed
            data = data[passed:]
        if self._state.destination in ("", "title", "stylesheet"):
            self._bytes += data

    def _say_unicode(self, number: int) -> None:
        self._say(chr(number & 0xFFFF))
        self._unwanted = self._state.fallback

    def _flush(self) -> None:
        """Decode the bytes so far; a character of two bytes may have one of them in ASCII."""
        if self._bytes:
            text = self._bytes.decode(self._state.codec or self._codec, "replace")
            self._bytes.clear()
            self._say(text)

    def _say(self, text: str) -> None:
        destination = self._state.destination
        if destination == "title":
            # A title is short, and adding to a long one again and again takes quadratic time.
            self.title += text if len(self.title) < _MAX_TITLE_CHARACTERS else ""
        elif destination == "stylesheet":
            self._name_style(text)
        elif not destination and not self._state.hidden:
            (self._notes if self._state.in_note else self._words).append(text)

    def _name_style(self, text: str) -> None:
        name = text.strip().rstrip(";").lower()
        if found := _HEADING.fullmatch(name):
            self._styles[self._style] = int(found[1])
        elif name == "title":
            self._styles[self._style] = 1

    def _end_paragraph(self, _: int = 1) -> None:
        self._flush()
        if self._in_table or self._state.in_note:
            self._say(" ")
            return
        text = "".join(self._words)
        self._words.clear()
        if not text.strip():
            return
        self._end_table()
        if self._level:
            self._write_heading(text)
        elif self._is_item:
            self.writer.item(text, depth=self._depth)
        else:
            self.writer.paragraph(text)
        # Each paragraph of a list brings its own mark.
        self._is_item = False

    def _write_heading(self, text: str) -> None:
        self.writer.heading(text, level=min(self._level, MAX_HEADING_LEVEL))
        if self._level == 1 and self.first_heading is None:
            self.first_heading = text

    def _end_cell(self, _: int) -> None:
        self._cells.append(" ".join("".join(self._words).split()))
        self._words.clear()
        self._is_item = False

    def _end_row(self, _: int) -> None:
        self._grid.start_row()
        for cell in self._cells:
            self._grid.add(cell)
        self._cells.clear()

    def _end_table(self) -> None:
        if self._cells:
            self._end_row(1)
        grid, self._grid = self._grid, Grid()
        if grid.is_table():
            self.writer.table(grid.rows)
        else:
            for row in grid.rows:
                self.writer.paragraph(" ".join(row))

    def _begin_paragraph(self, _: int) -> None:
        self._level, self._depth, self._in_table = 0, 0, False

    def _enter_table(self, _: int) -> None:
        self._in_table = True

    def _enter_note(self, _: int) -> None:
        self._state = replace(self._state, in_note=True)

    def _set_depth(self, number: int) -> None:
        self._depth = max(0, number)

    def _set_style(self, number: int) -> None:
        self._level = self._styles.get(number, 0)

    def _set_outline(self, number: int) -> None:
        self._level = number + 1 if 0 <= number < 9 else 0

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

    def _set_hidden(self, number: int) -> None:
        self._state = replace(self._state, hidden=number != 0)


_ACTIONS: dict[str, Callable[[RtfReader, int], None]] = {
    "par": RtfReader._end_paragraph,
    "sect": RtfReader._end_paragraph,
    "page": RtfReader._end_paragraph,
    "footnote": RtfReader._enter_note,
    "cell": RtfReader._end_cell,
    "row": RtfReader._end_row,
    "pard": RtfReader._begin_paragraph,
    "intbl": RtfReader._enter_table,
    "s": RtfReader._set_style,
    "ilvl": RtfReader._set_depth,
    "outlinelevel": RtfReader._set_outline,
    "ansicpg": RtfReader._set_codec,
    "f": RtfReader._set_font,
    "plain": RtfReader._set_plain,
    "uc": RtfReader._set_fallback,
    "u": RtfReader._say_unicode,
    "v": RtfReader._set_hidden,
    "deleted": RtfReader._set_hidden,
}
