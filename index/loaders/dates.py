"""Dates that documents state about themselves, as ISO 8601 days."""

from __future__ import annotations

import re
from datetime import date, datetime

_LABEL = re.compile(
    r"[\W_]*(?:date(?: published| of publication)?|dated|publication date|published|posted|issued"
    r"|released|created|(?:last )?(?:updated|modified))(?: on)?\b"
    r"[\s*_]*[:\uff1a]?[\s*_]*(?P<value>.+)",
    re.IGNORECASE,
)
# In a byline such as "The Authority, published on 30 April 2024", the label isn't the first word.
_BYLINE = re.compile(
    r".*[,;|·•–—-]\s*(?:dated|published|posted|issued|released|(?:last )?updated)(?: on)?\b"
    r"\s*[:\uff1a]?\s*(?P<value>[^,;|]+(?:, *\d{4})?)",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_PDF = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})(\d{6})?")
# Where clocks and programs start counting; no document was made just then.
_EPOCHS = frozenset(f"{year}0101000000" for year in (1601, 1900, 1904, 1970, 1980, 2000))
_REMARK = re.compile(r"\s(?:at|by|in)\s|\s[-–—]\s|[|;(·•]|\.(?=\s|$)", re.IGNORECASE)
# Two dates that share no day, month or year show which of them a text left out.
_DEFAULTS = (datetime(2000, 1, 1), datetime(2001, 2, 2))
_FIRST_LINES = 25
_HEAD_LINES = 6
_FIRST_CHARACTERS = 5_000
_MAX_CHARACTERS = 100
_MAX_BARE = 40


def iso_day(value: str) -> str | None:
    """Return a complete date (`2020-02-21`), or None where a part is missing or ambiguous.

    `3/4/2020` is ambiguous, because readers differ about which number is the month.
    """
    value = value.strip()[:_MAX_CHARACTERS]
    for pattern, groups in ((_YEAR_FIRST, (1, 3, 4)), (_EAST_ASIAN, (1, 2, 3))):
        if found := pattern.match(value):
            return _day(*(int(found[group]) for group in groups))
    if not re.search(r"\d{4}", value):
        return None
    readings = {
        _parsed(value, default, day_first=day_first)
        for default in _DEFAULTS
        for day_first in (False, True)
    }
    return readings.pop() if len(readings) == 1 else None


def pdf_day(value: str) -> str | None:
    """Return the day of a PDF's date (`D:20200221103000+07'00'`), or None."""
    found = _PDF.match(value.strip())
    if not found or f"{found[1]}{found[2]}{found[3]}{found[4]}" in _EPOCHS:
        return None
    return _day(int(found[1]), int(found[2]), int(found[3]))


def stated_day(text: str) -> str | None:
    """Return the date that a text's first lines give it, or None.

    That is a line such as "Published: 12 March 2024", the end of a byline ("The Authority,
    published on 12 March 2024"), or the only line of a letter's head that is nothing but a date.
    """
    lines = [line.strip(" \t*_.") for line in text[:_FIRST_CHARACTERS].splitlines()]
    lines = [line for line in lines if line][:_FIRST_LINES]
    for line in lines:
        found = _LABEL.match(line) if len(line) <= 2 * _MAX_CHARACTERS else None
        if found and (day := _without_remark(found["value"])):
            return day
    for line in lines[:_HEAD_LINES]:
        byline = _BYLINE.fullmatch(line) if len(line) <= 2 * _MAX_CHARACTERS else None
        if byline and (day := iso_day(byline["value"])):
            return day
    # Several such lines make a chronicle, whose entries have dates but which has none itself.
    bare = [(line, day) for line in lines if len(line) <= _MAX_BARE and (day := iso_day(line))]
    return bare[0][1] if len(bare) == 1 and bare[0][0] in lines[:_HEAD_LINES] else None


def _without_remark(value: str) -> str | None:
    """Read a date that may be followed by a time, a place or an author."""
    value = value.strip(" \t*_.")
    return iso_day(value) or iso_day(_REMARK.split(value, maxsplit=1)[0])


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _parsed(value: str, default: datetime, *, day_first: bool) -> str | None:
    from dateutil import parser

    try:
        found = parser.parse(value, default=default, dayfirst=day_first, ignoretz=True)
    except (ValueError, ArithmeticError, TypeError):  # decimal.InvalidOperation among them
        return None
    return str(found.date().isoformat())
