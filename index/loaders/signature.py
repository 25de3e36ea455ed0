"""Tells from a file's first bytes what it really is, whatever its name says."""

from __future__ import annotations

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "an RTF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or protected Microsoft Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an XZ archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound or video file"),
    (b"fLaC", "a sound file"),
    (b"RIFF", "a picture, sound or video file"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"BM", "a BMP picture"),
)
# These can't be the start of somebody's notes, though all their bytes are printable.
_NEVER_TEXT = (b"%PDF-", b"{\\rtf")
_PRINTABLE = range(0x20, 0x7F)
_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body")


def kind_of(data: bytes) -> str | None:
    """Return what the bytes are in plain words ("a PNG picture"), or None if nothing known.

    Some marks are just two letters ("MZ"), so ask this only about bytes that are known not to be
    what their name says.
    """
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data[4:8] == b"ftyp":
        return "a video or HEIC picture"
    if data[:512].lstrip().lower().startswith(_HTML_STARTS):
        return "a web page"
    return None


def binary_kind_of(data: bytes) -> str | None:
    """Return what the bytes are if they can't be the beginning of any text, else None."""
    for start, kind in _STARTS:
        if data.startswith(start) and (start in _NEVER_TEXT or not set(start) <= set(_PRINTABLE)):
            return kind
    return None
