"""Checks a packed office document before anything is unpacked into memory."""

from __future__ import annotations

import io
import re
import zipfile

from index.errors import RefusedFileError
from index.loaders.limits import Limits
from index.loaders.refusal import refusing, too_long

_MAX_ENTRIES = 10_000
_PIECE_BYTES = 1_048_576
# Word's markup spends well under this on a character of text; beyond it, memory is at stake.
_MAX_MARKUP_BYTES_A_CHARACTER = 10
_ENCRYPTED_FLAG = 0x1
# Office documents never declare entities; those who do want them to unfold without end.
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_OTHERS = (
    ("xl/", "an Excel workbook"),
    ("ppt/", "a PowerPoint presentation"),
    ("META-INF/", "an OpenDocument file, e-book or program"),
)
_CUT_OFF = "the Word document is damaged or cut off; copy it again, or save it again in Word"
_PROTECTED = "the Word document is protected by a password; save a copy without one and add that"


def check_word_archive(data: bytes, *, limits: Limits) -> None:
    """Refuse what isn't a whole Word document, or unpacks to more than it should.

    What the archive declares is checked first, then what it really holds, piece by piece.

    Raises:
        RefusedFileError: For one of these reasons.
    """
    with refusing(_CUT_OFF), zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        _check_kind([entry.filename for entry in entries])
        _check_declared(entries, limits)
        _check_content(archive, limits)


def _check_kind(names: list[str]) -> None:
    if any(name.startswith("word/") for name in names) and "[Content_Types].xml" in names:
        return
    for start, kind in _OTHERS:
        if any(name.startswith(start) for name in names):
            raise RefusedFileError(f"it isn't a Word document but {kind}; save it as DOCX")
    raise RefusedFileError("it isn't a Word document but a ZIP archive; unpack it and add that")


def _check_declared(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise RefusedFileError(_PROTECTED)
    if len(entries) > _MAX_ENTRIES:
        raise RefusedFileError(f"the Word document is packed from {len(entries):,} parts; refused")
    declared = sum(entry.file_size for entry in entries)
    if declared > limits.max_unpacked_bytes:
        raise _unpacks_to(declared, limits)


def _check_content(archive: zipfile.ZipFile, limits: Limits) -> None:
    unpacked = markup = 0
    for entry in archive.infolist():
        is_markup = entry.filename.endswith((".xml", ".rels"))
        before = b""
        with archive.open(entry) as part:
            while piece := part.read(_PIECE_BYTES):
                unpacked += len(piece)
                markup += len(piece) * is_markup
                _check_sizes(unpacked, markup, limits)
                if is_markup and _declares_entities(before + piece):
                    raise RefusedFileError("the Word document declares XML entities; refused")
                before = piece[-64:]


def _check_sizes(unpacked: int, markup: int, limits: Limits) -> None:
    if unpacked > limits.max_unpacked_bytes:
        raise _unpacks_to(unpacked, limits)
    if markup > _MAX_MARKUP_BYTES_A_CHARACTER * limits.max_text_characters:
        raise too_long(markup // _MAX_MARKUP_BYTES_A_CHARACTER, limits)


def _declares_entities(markup: bytes) -> bool:
    # Without NULs, UTF-16 reads like ASCII.
    return _DECLARATION.search(markup.replace(b"\0", b"")) is not None


def _unpacks_to(size_bytes: int, limits: Limits) -> RefusedFileError:
    return RefusedFileError(
        f"the Word document unpacks to {size_bytes:,} bytes or more, where "
        f"{limits.max_unpacked_bytes:,} are allowed; leave out pictures or split it"
    )
