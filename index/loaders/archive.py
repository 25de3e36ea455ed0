"""Checks a packed document before anything is unpacked into memory."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

from index.errors import RefusedFileError
from index.loaders.limits import Limits
from index.loaders.refusal import refusing, too_long
from index.loaders.signature import kind_of

_MAX_ENTRIES = 10_000
_PIECE_BYTES = 1_048_576
# Markup spends well under this on a character of text; beyond it, memory is at stake.
_MAX_MARKUP_BYTES_A_CHARACTER = 10
_MARKUP = (".xml", ".rels")
_WEB_MARKUP = (*_MARKUP, ".xhtml", ".html", ".htm", ".opf", ".ncx")
_PICTURE = ".svg"
# What may stand before markup: white space, byte order marks, the NULs of UTF-16.
_BLANK = b"\0\t\n\r \xef\xbb\xbf\xfe\xff"
_ENCRYPTED_FLAG = 0x1
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
# Documents never declare entities; those who do want them to unfold without end.
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_OTHERS = (
    ("word/", "a Word document"),
    ("xl/", "an Excel workbook"),
    ("ppt/", "a PowerPoint presentation"),
    ("META-INF/", "an OpenDocument file, e-book or program"),
)


@dataclass(frozen=True, slots=True)
class Package:
    """A kind of packed document.

    Attributes:
        name: What it is called: `Word document`.
        article: `a` or `an`.
        program: What people open it in.
        suffix: What such files are to be saved as: `DOCX`.
        parts: What the names of its parts begin with, all of which it has.
        old: The suffix of the format before it (`.doc`), or "".
        of_pages: Whether it consists of web pages, which name a document type.
        unfolds: Whether the library that reads it unfolds entities.
    """

    name: str
    article: str
    program: str
    suffix: str
    parts: tuple[str, ...]
    old: str = ""
    of_pages: bool = False
    unfolds: bool = False


def check_package(data: bytes, package: Package, *, limits: Limits) -> None:
    """Refuse what isn't a whole document of this kind, or unpacks to more than it should.

    What the archive declares is checked first, then what it really holds, piece by piece.

    Raises:
        RefusedFileError: For one of these reasons.
    """
    name = package.name
    if data.startswith(_OLE):
        raise RefusedFileError(_reason_of_ole(data, package))
    if not data.startswith(b"PK"):
        found = kind_of(data) or "something else"
        raise RefusedFileError(f"it isn't {package.article} {name} but {found}")
    cut_off = (
        f"the {name} is damaged or cut off; copy it again, or save it again in {package.program}"
    )
    with refusing(cut_off), zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        _check_kind([entry.filename for entry in entries], package)
        _check_declared(entries, package, limits)
        _check_content(archive, package, limits)


def protected(name: str) -> str:
    """Return the reason for which a document with a password is refused."""
    return f"the {name} is protected by a password; save a copy without one and add that"


def _reason_of_ole(data: bytes, package: Package) -> str:
    if _ENCRYPTED_PACKAGE in data:
        return protected(package.name)
    if not package.old:
        return f"it isn't {package.article} {package.name} but {kind_of(data)}"
    return (
        f"it is {package.article} {package.name} of the old format ({package.old}); "
        f"save it as .{package.suffix.lower()} and add that"
    )


def _check_kind(names: list[str], package: Package) -> None:
    if all(any(name.startswith(part) for name in names) for part in package.parts):
        return
    wanted = f"it isn't {package.article} {package.name} but"
    for start, kind in _OTHERS:
        if start not in package.parts and any(name.startswith(start) for name in names):
            raise RefusedFileError(f"{wanted} {kind}; save it as {package.suffix}")
    raise RefusedFileError(f"{wanted} a ZIP archive; unpack it and add that")


def _check_declared(entries: list[zipfile.ZipInfo], package: Package, limits: Limits) -> None:
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise RefusedFileError(protected(package.name))
    if len(entries) > _MAX_ENTRIES:
        reason = f"the {package.name} is packed from {len(entries):,} parts; refused"
        raise RefusedFileError(reason)
    declared = sum(entry.file_size for entry in entries)
    if declared > limits.max_unpacked_bytes:
        raise _unpacks_to(declared, package, limits)


def _check_content(archive: zipfile.ZipFile, package: Package, limits: Limits) -> None:
    unpacked = markup = 0
    suffixes = _WEB_MARKUP if package.of_pages else _MARKUP
    for entry in archive.infolist():
        name = entry.filename.lower()
        named = name.endswith(suffixes)
        forbidden = _forbidden(name, package, named=named)
        before = start = b""
        with archive.open(entry) as part:
            while piece := part.read(_PIECE_BYTES):
                # Documents may give their markup any name, and say elsewhere what it is.
                start = start or piece.lstrip(_BLANK)[:1]
                is_markup = named or start == b"<"
                unpacked += len(piece)
                markup += len(piece) * is_markup
                _check_sizes(unpacked, markup, package, limits)
                if is_markup and forbidden and _holds(before + piece, forbidden):
                    reason = f"the {package.name} declares XML entities; refused"
                    raise RefusedFileError(reason)
                before = piece[-64:]


def _check_sizes(unpacked: int, markup: int, package: Package, limits: Limits) -> None:
    if unpacked > limits.max_unpacked_bytes:
        raise _unpacks_to(unpacked, package, limits)
    if markup > _MAX_MARKUP_BYTES_A_CHARACTER * limits.max_text_characters:
        raise too_long(markup // _MAX_MARKUP_BYTES_A_CHARACTER, limits)


def _forbidden(name: str, package: Package, *, named: bool) -> re.Pattern[bytes] | None:
    """Return what a part may not declare if it is markup; `named` where its name says so."""
    if named:
        return _ENTITY if package.of_pages else _DECLARATION
    # Web pages and pictures put into a document name their type, and pictures have entities.
    return None if name.endswith(_PICTURE) and not package.unfolds else _ENTITY


def _holds(markup: bytes, forbidden: re.Pattern[bytes]) -> bool:
    # Without NULs, UTF-16 reads like ASCII.
    return forbidden.search(markup.replace(b"\0", b"")) is not None


def _unpacks_to(size_bytes: int, package: Package, limits: Limits) -> RefusedFileError:
    return RefusedFileError(
        f"the {package.name} unpacks to {size_bytes:,} bytes or more, where "
        f"{limits.max_unpacked_bytes:,} are allowed; leave out pictures or split it"
    )
