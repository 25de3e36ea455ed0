"""What clients send, checked before anything else sees it."""

from __future__ import annotations

import unicodedata
from base64 import b64decode
from collections.abc import Mapping, Sequence
from pathlib import Path

from index.errors import InvalidInputError
from retrieval.values import Turn

MAX_HITS = 1000
MAX_HISTORY_MESSAGES = 1000
MAX_DOCUMENTS = 1000  # that a question is narrowed to; a collection can hold any number
ROLES = ("user", "assistant")


def fold(text: str) -> str:
    """Return a text as it is looked for: without case, and one form for compatible letters."""
    return unicodedata.normalize("NFKC", text).casefold()


def read_text(value: object, *, name: str) -> str:
    """Return `value` if it is a string of valid Unicode.

    Raises:
        InvalidInputError: It is anything else.
    """
    if not isinstance(value, str):
        raise InvalidInputError(f"{name} must be a string, not {_kind(value)}")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            f"{name} has half of a surrogate pair at character {error.start}; send valid Unicode"
        ) from error
    return value


def read_optional_text(value: object, *, name: str) -> str | None:
    """Return None for null, else the string that `value` is.

    Raises:
        InvalidInputError: It is neither null nor a string.
    """
    return None if value is None else read_text(value, name=name)


def read_documents(value: object) -> tuple[str, ...] | None:
    """Return None for null, else the ids of the documents that are to be asked.

    Raises:
        InvalidInputError: It isn't a list of 1 to `MAX_DOCUMENTS` strings.
    """
    if value is None:
        return None
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InvalidInputError(f"documents must be a list of ids, not {_kind(value)}")
    if not 1 <= len(value) <= MAX_DOCUMENTS:
        raise InvalidInputError(
            f"documents has {len(value)} ids; name 1 to {MAX_DOCUMENTS}, or null for all of them"
        )
    return tuple(
        read_text(each, name=f"id {number} of documents") for number, each in enumerate(value, 1)
    )


def read_count(value: object) -> int:
    """Return how many hits are wanted, 1 to 1000.

    Raises:
        InvalidInputError: It isn't a whole number within these bounds.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_HITS:
        raise InvalidInputError(f"k must be a whole number from 1 to {MAX_HITS}, not {value!r:.60}")
    return value


def read_history(value: object) -> tuple[Turn, ...]:
    """Return a conversation as turns; null is an empty one.

    A message is `{"role": ..., "content": ...}`, its content a string or what Gradio's chat
    components make of one: a list of `{"type": "text", "text": ...}`. Other keys are ignored.

    Raises:
        InvalidInputError: A message isn't like that; the error says which one.
    """
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InvalidInputError(f"history must be a list of messages, not {_kind(value)}")
    if len(value) > MAX_HISTORY_MESSAGES:
        raise InvalidInputError(
            f"history has {len(value)} messages; send the last {MAX_HISTORY_MESSAGES} at most"
        )
    return tuple(_read_message(message, number) for number, message in enumerate(value, start=1))


def read_uploads(value: object, *, upload_dir: Path) -> tuple[Path, ...]:
    """Return the paths of uploaded files, none of them outside the upload folder.

    Raises:
        InvalidInputError: An item isn't uploaded file data, so that no client can name a file
            of the server.
    """
    return tuple(
        _read_upload(item, number, upload_dir.resolve())
        for number, item in enumerate(_read_list(value), start=1)
    )


def read_files(value: object, *, upload_dir: Path, scratch_dir: Path) -> tuple[Path, ...]:
    """Return the paths of files that were uploaded before or come within the request.

    Args:
        value: A list of uploaded file data and of `{"name": ..., "base64": ...}`.
        upload_dir: Where uploads lie.
        scratch_dir: An empty folder for the files that come within the request.

    Raises:
        InvalidInputError: An item is neither, or its name is no file's.
    """
    return tuple(
        _write_file(item, number, scratch_dir)
        if isinstance(item, Mapping) and "base64" in item
        else _read_upload(item, number, upload_dir.resolve())
        for number, item in enumerate(_read_list(value), start=1)
    )


def _read_list(files: object) -> Sequence[object]:
    if not isinstance(files, Sequence) or isinstance(files, str):
        raise InvalidInputError(f"files must be a list of uploaded files, not {_kind(files)}")
    return files


def _read_message(message: object, number: int) -> Turn:
    if not isinstance(message, Mapping):
        raise InvalidInputError(
            f"message {number} of the history must be {{role, content}}, not {_kind(message)}"
        )
    role = message.get("role")
    if role not in ROLES:
        raise InvalidInputError(
            f"message {number} of the history has the role {role!r:.60}; use user or assistant"
        )
    return Turn(role=str(role), content=_read_content(message.get("content"), number))


def _read_content(content: object, number: int) -> str:
    name = f"the content of message {number} of the history"
    if not isinstance(content, list):
        return read_text(content, name=name)
    return "\n\n".join(_read_part(part, name) for part in content)


def _read_part(part: object, name: str) -> str:
    if not isinstance(part, Mapping) or part.get("type") != "text":
        raise InvalidInputError(f"{name} may hold text only; leave other parts out")
    return read_text(part.get("text"), name=name)


def _read_upload(item: object, number: int, upload_dir: Path) -> Path:
    path = item.get("path") if isinstance(item, Mapping) else None
    if isinstance(path, str) and _is_uploaded(Path(path), upload_dir):
        return Path(path).resolve()
    raise InvalidInputError(
        f"file {number} was not uploaded; upload it first, as gradio_client's handle_file does"
    )


def _write_file(item: Mapping[str, object], number: int, scratch_dir: Path) -> Path:
    name = read_text(item.get("name"), name=f"the name of file {number}")
    encoded = read_text(item["base64"], name=f"the base64 of file {number}")
    if name in ("", "..") or Path(name).name != name or "\0" in name:
        raise InvalidInputError(
            f"file {number} can't be called {name!r:.60}; give it a name without a folder"
        )
    path = scratch_dir / str(number) / name  # two may have the same name
    try:
        path.parent.mkdir()
        path.write_bytes(b64decode(encoded, validate=True))
    except OSError as error:
        raise InvalidInputError(
            f"file {number}, {name!r:.60}, can't be written: {error.strerror}; shorten its name"
        ) from error
    except ValueError as error:
        raise InvalidInputError(f"the base64 of file {number}, {name!r:.60}, is none") from error
    return path


def _is_uploaded(path: Path, upload_dir: Path) -> bool:
    try:
        file = path.resolve()
        return file.is_relative_to(upload_dir) and file.is_file()
    except (OSError, ValueError):  # a name that is too long, or holds a null character
        return False


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
