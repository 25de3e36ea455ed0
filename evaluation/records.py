"""JSON as people write it: every complaint names the file and the line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from index.errors import DatasetError

JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
JSON_TYPES = {
    str: "a string",
    bool: "true or false",
    int: "a whole number",
    list: "a list",
    dict: "an object",
}


class Place(Protocol):
    """Where a value stands; as a string, what an error message says of it."""

    def below(self, *steps: str | int) -> Place:
        """Return the place of a value inside this one, by keys and positions."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a JSON-lines file; what is inside it is on the same line."""

    path: Path
    number: int

    def __str__(self) -> str:
        return f"{self.path}:{self.number}"

    def below(self, *steps: str | int) -> Line:  # noqa: ARG002
        """Return the same line."""
        return self


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a JSON file, found by the steps to it; only an error looks for its line."""

    path: Path
    text: str = field(repr=False)
    steps: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        trail = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)
        line = f"{self.path}:{line_of(self.text, self.steps)}"
        return f"{line} ({trail.removeprefix('.')})" if trail else line

    def below(self, *steps: str | int) -> Node:
        """Return the place of a value inside this one."""
        return Node(self.path, self.text, self.steps + steps)


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object and where it stands, so that each wrong field can be reported."""

    fields: Mapping[str, Any]
    place: Place

    def text(self, key: str, *, optional: bool = False, blank: bool = False) -> str:
        """Return a string, "" where it is optional and missing; it may be blank only on demand."""
        found: str = self._typed(key, str, "" if optional else None)
        if not (optional or blank or found.strip()):
            raise DatasetError(f"{self.place}: {key!r} is empty; give it a value")
        return self._writable(key, found)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Return true or false."""
        found: bool = self._typed(key, bool, default)
        return found

    def number(self, key: str) -> int:
        """Return a whole number."""
        found: int = self._typed(key, int, None)
        return found

    def strings(self, key: str) -> tuple[str, ...]:
        """Return a list of strings."""
        return tuple(self._writable(key, item) for item in self._items(key, str, optional=False))

    def records(self, key: str, *, optional: bool = False) -> list[Record]:
        """Return a list of objects, empty where it is optional and missing."""
        return [
            Record(item, self.place.below(key, position))
            for position, item in enumerate(self._items(key, dict, optional=optional))
        ]

    def _items(self, key: str, kind: type, *, optional: bool) -> list[Any]:
        found: list[Any] = self._typed(key, list, [] if optional else None)
        for position, item in enumerate(found):
            if not is_a(item, kind):
                raise DatasetError(
                    f"{self.place}: {key}[{position}] is {shortened(item)}; "
                    f"it must be {JSON_TYPES[kind]}"
                )
        return found

    def _typed(self, key: str, kind: type, default: Any) -> Any:
        if key not in self.fields:
            if default is None:
                raise DatasetError(f"{self.place}: the field {key!r} is missing; add it")
            return default
        found = self.fields[key]
        if not is_a(found, kind):
            raise DatasetError(
                f"{self.place}: {key!r} is {shortened(found)}; it must be {JSON_TYPES[kind]}"
            )
        return found

    def _writable(self, key: str, text: str) -> str:
        """Return `text` if UTF-8 can say it: JSON's escapes can spell half a character."""
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise DatasetError(
                f"{self.place}: {key!r} has half a surrogate pair at character {error.start}; "
                "remove it"
            ) from error
        return text


def is_a(value: Any, kind: type) -> bool:
    """Tell whether a JSON value is of `kind`; true and false are no numbers."""
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def shortened(value: Any) -> str:
    """Return a value as JSON, short enough for an error message."""
    shown = json.dumps(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def read_text(path: Path) -> str:
    """Return a UTF-8 file's text, line ends as they are.

    Raises:
        DatasetError: The file can't be read, or isn't UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DatasetError(f"can't read {path} ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DatasetError(f"{path}:{line}: not UTF-8; save the file as UTF-8") from error


def read_json(path: Path) -> Record:
    """Return the object that a JSON file holds.

    Raises:
        DatasetError: The file can't be read or isn't a JSON object; names the line.
    """
    text = read_text(path)
    return parse(text, Node(path, text), path, 1)


def read_lines(path: Path) -> Iterator[Record]:
    """Yield the objects of a JSON-lines file; blank lines are passed over.

    Raises:
        DatasetError: A line isn't one complete JSON object; names it.
    """
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            yield parse(line, Line(path, number), path, number)


def parse(text: str, place: Place, path: Path, first_line: int) -> Record:
    """Return the JSON object in `text`, which begins on `first_line` of `path`.

    Raises:
        DatasetError: It isn't one complete JSON object; names the line.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        line = f"{path}:{first_line + error.lineno - 1}"
        if not text[error.pos :].strip() or error.msg.startswith("Unterminated string"):
            raise DatasetError(
                f"{line}: the JSON ends too early; the file was cut off, get it again"
            ) from error
        raise DatasetError(
            f"{line}: not JSON ({error.msg} at column {error.colno}); correct it"
        ) from error
    except RecursionError as error:
        raise DatasetError(f"{path}:{first_line}: nested too deeply; flatten it") from error
    except ValueError as error:  # Python reads no number of thousands of digits
        raise DatasetError(f"{path}:{first_line}: a number is too long; correct it") from error
    if not isinstance(value, dict):
        raise DatasetError(f"{path}:{first_line}: {shortened(value)} is no object; make it one")
    return Record(value, place)


def line_of(text: str, steps: tuple[str | int, ...]) -> int:
    """Return the line on which the value at `steps` (keys and positions) begins in valid JSON.

    One pass over the text. Steps that don't exist give line 1.
    """
    trail: list[str | int | None] = []  # the way to the current value; None awaits a key
    for match in JSON_TOKEN.finditer(text):
        part = match.group()
        if part == ",":
            trail[-1] = trail[-1] + 1 if isinstance(trail[-1], int) else None
        elif part in ("}", "]"):
            trail.pop()
        elif part != ":" and trail and trail[-1] is None:
            trail[-1] = json.loads(part)
        elif part != ":":
            if tuple(trail) == steps:
                return text.count("\n", 0, match.start()) + 1
            if part in ("{", "["):
                trail.append(None if part == "{" else 0)
    return 1
