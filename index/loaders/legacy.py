"""Guesses encodings from before Unicode, and declines where the evidence is thin."""

from __future__ import annotations

import re

# What people's old files are in; cp1252 comes first wherever nothing speaks against it.
_ENCODINGS = (
    "cp1252",
    "cp1254",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp874",
    "koi8_r",
    "iso8859_2",
    "iso8859_5",
    "cp866",
    "cp932",
    "euc_jp",
    "gb18030",
    "big5",
    "cp949",
)
_ASCII = bytes(range(128))
_SAMPLE_BYTES = 65_536
_LEAD_BYTES = 1_000
# With fewer bytes above 127 than this, statistics of languages mean nothing.
_MIN_HIGH_BYTES = 10
# The detector's scores of related encodings differ by less than this by accident.
_TIE = 0.1

_LETTER = "A-Za-zÀ-ÖØ-öø-ÿŠšŽžŒœŸ"
# Symbols inside a word, and capitals or odd letters on their own, are other encodings' letters.
_UNLIKELY = re.compile(
    f"[{_LETTER}][¡-©«¬®-¶¸¹»-¿×÷†‡ˆ‰‹›ƒ„‚˜][{_LETTER}]"
    f"|(?<![{_LETTER}])[ÂÃËÌÎÏÐÑÕÙÛÜÝÞßãçëìîïðñõùûüýþÿ](?![{_LETTER}])"
)
_TURKISH_OR_ICELANDIC = re.compile("[ðþýÐÞÝ]")
_ICELANDIC = re.compile("[áéíúÁÉÍÚ]")
_C1 = re.compile("[\x80-\x84\x86-\x9f]")


def decode_legacy(data: bytes) -> str | None:
    """Return the text in its most likely older encoding, or None where that would be a guess.

    Args:
        data: Bytes that are not valid UTF-8 and hold no NUL.
    """
    western = _western(data)
    if len(data.translate(None, delete=_ASCII)) < _MIN_HIGH_BYTES:
        return western
    for encoding in _ranked(data):
        text = western if encoding == "cp1252" else _decoded(data, encoding)
        if text is not None:
            return text
    return None


def _western(data: bytes) -> str | None:
    text = _decoded(data, "cp1252")
    if text is None or _UNLIKELY.search(text):
        return None
    if _TURKISH_OR_ICELANDIC.search(text) and not _ICELANDIC.search(text):
        return None
    return text


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _C1.search(text) else text


def _ranked(data: bytes) -> list[str]:
    """Return the encodings that the detector finds possible, the likeliest first."""
    from charset_normalizer import from_bytes

    encodings = [*_ENCODINGS]
    if b"\r" in data and b"\n" not in data:
        encodings.append("mac_roman")
    matches = list(from_bytes(_sample(data), cp_isolation=encodings))
    if not matches:
        return []
    best = matches[0]
    tied = {
        encoding
        for match in matches
        if match.chaos <= best.chaos and match.coherence >= best.coherence - _TIE
        for encoding in match.could_be_from_charset
    }
    latin = [encoding for encoding in ("cp1252", "cp1254") if encoding in tied]
    return [*latin, *(match.encoding for match in matches if match.encoding not in latin)]


def _sample(data: bytes) -> bytes:
    """Return a stretch around the first byte that isn't ASCII, cut at white space."""
    first = re.search(rb"[\x80-\xff]", data)
    start = max(0, (first.start() if first else 0) - _LEAD_BYTES)
    sample = data[start : start + _SAMPLE_BYTES]
    if start + _SAMPLE_BYTES >= len(data):
        return sample
    end = max(sample.rfind(b" "), sample.rfind(b"\n"))
    return sample[:end] if end > _LEAD_BYTES else sample
