"""Bytes to text: Unicode with and without a mark, then the encodings from before Unicode."""

from __future__ import annotations

import codecs
import re
import unicodedata

from index.errors import RefusedFileError
from index.loaders.legacy import decode_legacy
from index.loaders.signature import binary_kind_of, kind_of

# UTF-32 first: its little-endian mark begins with UTF-16's.
_MARKS: tuple[tuple[bytes, str, str], ...] = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_ASCII = re.compile("[\t\n\r -~]")
_ASCII_RUN = re.compile("[\0-\x7f]+")
# Seven-bit Japanese and Korean: valid UTF-8 by its bytes, told by its escape sequences.
_ESCAPES = ((b"\x1b$B", "iso2022_jp"), (b"\x1b$@", "iso2022_jp"), (b"\x1b$)C", "iso2022_kr"))
# Scripts whose files carry NUL bytes in UTF-16 only at line ends are told from binary data by this.
_SAMPLE_CHARACTERS = 20_000
_MAX_CONTROL_SHARE = 0.1
_MAX_ODD_SHARE = 0.03
# UTF-16 has a NUL in every other byte of Latin text, and Latin letters in few bytes of any other.
_MAX_STREWN_SHARE = 0.2
_MIN_LATIN_SHARE = 0.6
_LATIN_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz \n\r\t"
_ODD = frozenset({"Cc", "Cn", "Co", "Cs"})
_REMEDY = "save it as UTF-8 text and add that"


def decode(data: bytes) -> str:
    """Return the text that the bytes stand for, without a byte order mark.

    A mark decides; else valid UTF-8 is UTF-8; else UTF-16 without a mark is recognised by its NUL
    bytes; else the encoding is guessed, but never where the bytes are UTF-8 with damage.

    Raises:
        RefusedFileError: The bytes aren't text, or their encoding can't be told.
    """
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _text(_strictly(data[len(mark) :], codec, name), data)
    if b"\0" in data:
        return _text(_unmarked_utf_16(data), data)
    if kind := binary_kind_of(data):
        raise RefusedFileError(f"it is {kind}, not text; give it the right name and add that")
    for escape, codec in _ESCAPES:
        if escape in data and (text := _try(data, codec)):
            return _text(text, data)
    try:
        return _text(data.decode("utf-8"), data)
    except UnicodeDecodeError as error:
        return _text(_not_utf_8(data, error), data)


def with_plain_newlines(text: str) -> str:
    """Return the text with every CRLF and CR as LF, so that offsets are the same everywhere."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def as_valid_unicode(text: str) -> str:
    """Return the text with surrogate pairs joined, lone surrogates replaced and NULs dropped."""
    text = text.replace("\0", "")
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def is_blank(text: str) -> bool:
    """Tell whether nothing in the text can be seen: white space, controls, formatting marks."""
    return all(character.isspace() or _is_invisible(character) for character in text)


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf")


def _text(text: str, data: bytes) -> str:
    controls = len(text) - len(_CONTROL.sub("", text))
    if "\0" in text or controls > _MAX_CONTROL_SHARE * len(text):
        raise _not_text(data)
    return text


def _not_text(data: bytes) -> RefusedFileError:
    kind = kind_of(data) or "binary data"
    return RefusedFileError(f"it holds {kind} rather than text; save it as text and add that")


def _strictly(data: bytes, codec: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise _damaged(name, error.start) from error


def _damaged(name: str, position: int) -> RefusedFileError:
    reason = f"the text is damaged: byte {position + 1:,} is not valid {name}; {_REMEDY}"
    return RefusedFileError(reason)


def _not_utf_8(data: bytes, error: UnicodeDecodeError) -> str:
    """Decode bytes that are damaged UTF-8 (refused), something older, or no text at all."""
    if binary_kind_of(data):
        raise _not_text(data) from error
    # More whole multi-byte characters than broken ones: no other encoding does that by accident.
    lenient = data.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    if len(_ASCII_RUN.sub("", lenient)) > 2 * broken:
        raise _damaged("UTF-8", error.start) from error
    text = decode_legacy(data)
    if text is None:
        raise RefusedFileError(
            f"it is not valid UTF-8 (byte {error.start + 1:,}) and its encoding can't be told; "
            f"{_REMEDY}"
        ) from error
    return text


def _unmarked_utf_16(data: bytes) -> str:
    """Decode bytes that hold NULs: UTF-16 without a mark, or binary data."""
    if binary_kind_of(data) or _is_text_with_nuls(data):
        raise _not_text(data)
    candidates = [text for codec in ("utf-16-le", "utf-16-be") if (text := _try(data, codec))]
    plausible = [text for text in candidates if _looks_written(text[:_SAMPLE_CHARACTERS])]
    if not plausible:
        raise _not_text(data)
    # In the wrong byte order, spaces and line ends become letters of distant scripts.
    return max(plausible, key=lambda text: len(_ASCII.findall(text[:_SAMPLE_CHARACTERS])))


def _is_text_with_nuls(data: bytes) -> bool:
    """Tell whether NULs are strewn into text of single bytes, which would pass for Chinese."""
    if data.count(0) > _MAX_STREWN_SHARE * len(data):
        return False
    rest = data.replace(b"\0", b"")
    written = len(rest) - len(rest.translate(None, delete=_LATIN_BYTES))
    if written > _MIN_LATIN_SHARE * len(rest):
        return True
    text = _try(rest, "utf-8")
    return text is not None and not _CONTROL.search(text)


def _try(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _looks_written(sample: str) -> bool:
    """Tell whether the characters are assigned ones, with the white space that writing has."""
    if "\0" in sample or not _ASCII.search(sample):
        return False
    odd = sum(unicodedata.category(character) in _ODD for character in sample)
    white = sum(character in "\t\n\r" for character in sample)
    return odd - white <= _MAX_ODD_SHARE * len(sample)
