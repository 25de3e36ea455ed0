"""EML: an e-mail's head, its text, and the names of its attachments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from email import policy
from email.errors import CloseBoundaryNotFoundDefect
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from index.errors import RefusedFileError
from index.loaders.encoding import as_valid_unicode, decode, is_blank, with_plain_newlines
from index.loaders.html import LATIN_1, decode_page, whole_text
from index.loaders.limits import Limits
from index.loaders.refusal import refusing, too_long
from index.loaders.signature import kind_of
from index.loaders.titles import tidy_title
from index.values import Extract

_HEAD = ("Subject", "From", "To", "Cc", "Date")
# Without one of these it is no e-mail, whatever its first lines look like.
_SIGNS = ("From", "Subject", "Date", "Received", "Message-ID", "Return-Path")
_MAX_HEADER_CHARACTERS = 2_000
_MAX_NAMES = 100
_MAX_COMPARISONS = 100_000_000
# The parser takes 80 bytes for a line; attachments of 100 MB have 1.3 million.
_MAX_LINES = 3_000_000
_DAMAGED = "the e-mail is damaged; save it again in a mail program and add that"
_CUT_OFF = "the e-mail is cut off: its end is missing; save it again in a mail program"
_ENCRYPTED = "the e-mail is encrypted; open it in a mail program, save its text and add that"


def extract(data: bytes, *, limits: Limits) -> Extract:
    """Return who wrote what to whom and when; attachments are named, but not read.

    Parts that follow each other are all read; of alternatives the text, unless it is blank.

    Raises:
        RefusedFileError: It is no e-mail, cut off, damaged, encrypted or too long.
    """
    _check_lines(data)
    with refusing(_DAMAGED):
        message = BytesParser(policy=policy.default).parsebytes(data)
        if not any(sign in message for sign in _SIGNS):
            raise RefusedFileError(f"it isn't an e-mail but {kind_of(data) or 'something else'}")
        _check(message)
        body, markup = _body(message, limits)
        head = {name: _header(message, name) for name in _HEAD}
        names = list(_attachments(message))
    lines = [f"{name}: {value}" for name, value in head.items() if value]
    parts = ["\n".join(lines), body, f"Attachments: {', '.join(names)}" if names else ""]
    text = "\n\n".join(part for part in parts if part)
    if len(text) > limits.max_text_characters:
        raise too_long(len(text), limits)
    return Extract(text, tidy_title(head["Subject"]), _day(message), (), markup)


def _check_lines(data: bytes) -> None:
    # The parser ends lines at "\r" alone, too.
    lines = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    if lines > _MAX_LINES:
        raise RefusedFileError(
            f"the e-mail has {lines:,} lines, where {_MAX_LINES:,} are allowed; save its text in "
            "several files and add those"
        )
    # Each line is held against the boundaries of all the parts that it may lie in.
    if lines * data.lower().count(b"boundary") > _MAX_COMPARISONS:
        raise RefusedFileError("the e-mail is made of too many parts; save its text and add that")


def _check(message: EmailMessage) -> None:
    for part in message.walk():
        if any(isinstance(defect, CloseBoundaryNotFoundDefect) for defect in part.defects):
            raise RefusedFileError(_CUT_OFF)
    kind = message.get_content_type()
    sealed = kind in ("application/pkcs7-mime", "application/x-pkcs7-mime")
    if kind == "multipart/encrypted" or (
        sealed and message.get_param("smime-type") != "signed-data"
    ):
        raise RefusedFileError(_ENCRYPTED)


def _body(message: EmailMessage, limits: Limits) -> tuple[str, str]:
    """Return the message's own words and their markup."""
    read = _read(message, limits)
    markup = "markdown" if any(kind == "markdown" for _, kind in read) else "text"
    return "\n\n".join(text for text, _ in read), markup


def _read(part: Any, limits: Limits) -> list[tuple[str, str]]:
    """Return what isn't blank of a part and of those in it, each with its markup."""
    if part.is_attachment():
        return []
    kind = part.get_content_type()
    if part.get_content_maintype() == "multipart":
        parts = list(part.iter_parts())
        if kind == "multipart/related":  # the others are its pictures
            del parts[1:]
        if kind == "multipart/alternative":
            parts.sort(key=lambda each: str(each.get_content_type()) != "text/plain")
            return next(filter(None, (_read(each, limits) for each in parts)), [])
        return [text for each in parts for text in _read(each, limits)]
    if kind == "text/html":
        text = whole_text(_content(part), limits=limits)
    elif kind == "text/plain":
        text = as_valid_unicode(with_plain_newlines(_content(part))).strip("\n")
    else:
        return []
    return [] if is_blank(text) else [(text, "markdown" if kind == "text/html" else "text")]


def _content(part: Any) -> str:
    payload = part.get_payload(decode=True)
    charset = part.get_content_charset()
    # Seven-bit text that its own encoding can't read in full would pass for UTF-8.
    errors = "replace" if payload.isascii() else "strict"
    # As mail programs show it: "latin-1" mostly is windows-1252.
    for codec in ("cp1252", charset) if charset in LATIN_1 else (charset,) if charset else ():
        # An encoding that nobody knows, or not the one named.
        with suppress(LookupError, ValueError):
            return str(payload.decode(codec, errors))
    return decode_page(payload) if part.get_content_subtype() == "html" else decode(payload)


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = str(message[name] or "")
    except Exception:  # noqa: BLE001 - the parser stumbles over addresses in many ways
        return ""
    return as_valid_unicode(" ".join(value.split()))[:_MAX_HEADER_CHARACTERS]


def _day(message: EmailMessage) -> str | None:
    try:
        moment = message["Date"].datetime
    except Exception:  # noqa: BLE001 - as above, or there is none
        return None
    return moment.date().isoformat() if isinstance(moment, datetime) else None


def _attachments(message: EmailMessage) -> Iterator[str]:
    for _, part in zip(range(_MAX_NAMES), message.walk(), strict=False):
        if name := part.get_filename():
            yield as_valid_unicode(" ".join(str(name).split()))
