"""Numbers and dates as values: "12" agrees with "twelve", and "2019" with "Dec. 30, 2019"."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from retrieval.questions import find_kind

ABOUT = 0.1  # share by which an approximate number may be off
MONTHS = 12

_NUMBER = re.compile(
    r"(?P<money>[$€£¥]\s?)?(?P<number>\d{1,3}(?:\s\d{3})+\b|\d+(?:,\d{3})*(?:\.\d+)?)"
    r"(?:\s(?P<scale>1000|1000000|1000000000|1000000000000)\b|\s?(?P<suffix>k|mn|bn|tn)\b)?"
    r"\s?(?P<unit>%|per ?cent\b|°[CF]\b|[^\W\d_]+)?"
)
_RANGE = re.compile(r"\s*(?:-|–|to|and|or)\s*(?=[$€£¥]?\d)")
_BOUNDS = (
    (
        re.compile(r"\b(?:more than|over|above|at least|no fewer than|from)\s*$", re.IGNORECASE),
        "low",
    ),
    (
        re.compile(r"\b(?:less than|fewer than|under|below|at most|up to)\s*$", re.IGNORECASE),
        "high",
    ),
    (
        re.compile(
            r"\b(?:about|around|some|nearly|almost|roughly|approximately|circa)\s*$", re.IGNORECASE
        ),
        "about",
    ),
)
_UNCLEAR = re.compile(
    r"\d\.\d{3}\b|\d,(?!\d{3}(?:\D|$))\d|\band an? (?:half|quarter|third)\b", re.IGNORECASE
)
_SUFFIXES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12}
_FRACTION = re.compile(r"(\d*)\s?([¼½¾⅓⅔⅛])")
_NUMERIC_DATE = re.compile(r"(\d{1,2})[./](\d{1,2})[./]\d")
# What is counted may have many names; what is measured has few, and they mean different amounts.
_MEASURES = {
    "%": "%",
    "percent": "%",
    "year": "year",
    "month": "month",
    "week": "week",
    "day": "day",
    "hour": "hour",
    "minute": "minute",
    "second": "second",
    "km": "km",
    "kilometre": "km",
    "kilometer": "km",
    "mile": "mile",
    "m": "metre",
    "metre": "metre",
    "meter": "metre",
    "feet": "foot",
    "foot": "foot",
    "kg": "kg",
    "kilogram": "kg",
    "ton": "ton",
    "tonne": "ton",
    "litre": "litre",
    "liter": "litre",
    "knot": "knot",
    "h": "hour",
    "hr": "hour",
    "min": "minute",
    "sec": "second",
    "l": "litre",
    "ha": "hectare",
    "lb": "lb",
    "inches": "inch",
    **{
        unit: unit
        for unit in (
            "°c °f mm cm inch yard acre hectare ml g gram oz mph kph kw mw kb mb gb tb dozen kr"
        ).split()
    },
    "dollar": "$",
    "euro": "€",
    "pound": "£",
}
# Two dates that share no day, month or year show which of them a text left out.
_DEFAULTS = (datetime(2000, 1, 1), datetime(2001, 2, 2))


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that a text gives, as the range that it may lie in.

    Attributes:
        low: The least that it can be.
        high: The most.
        unit: What it measures, or "" where things are counted.
    """

    low: float
    high: float
    unit: str

    def differs(self, other: Quantity) -> bool:
        """Whether both can't be true; amounts in other units aren't compared."""
        apart = self.high < other.low or other.high < self.low
        return self.unit == other.unit and apart


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, with None for what the text left out."""

    year: int | None
    month: int | None
    day: int | None

    def differs(self, other: Moment) -> bool:
        """Whether a part that both have isn't the same."""
        pairs = (
            (self.year, other.year),
            (self.month, other.month),
            (self.day, other.day),
        )
        return any(one != two for one, two in pairs if one is not None and two is not None)


def read_quantity(text: str) -> Quantity | None:
    """Return the first number of a text, written in digits or words, or None.

    None, too, where it isn't clear which it is: "1.500" and "3,5" as they are written elsewhere,
    "two and a half million".
    """
    from text_to_num import alpha2digit

    digits = alpha2digit(_FRACTION.sub(_add_fraction, text), "en")
    first = _NUMBER.search(digits)
    if first is None or _UNCLEAR.search(text):
        return None
    low = high = _amount(first)
    unit = _unit(first)
    joined = _RANGE.match(digits, first.end("number"))
    last = _NUMBER.match(digits, joined.end()) if joined else None
    if last:
        low, high, unit = min(low, _amount(last)), max(high, _amount(last)), _unit(last) or unit
    return Quantity(*_widen(low, high, digits[: first.start()]), unit)


def read_moment(text: str) -> Moment | None:
    """Return the first date of a text, or None."""
    return next(
        filter(None, (_parse(text[slice(*span)]) for span in find_kind(text, "date"))), None
    )


def _amount(match: re.Match[str]) -> float:
    number = float(re.sub(r"[,\s]", "", match["number"]))
    # "2m" is two million of a currency, and two metres of anything else.
    suffix = match["suffix"] or (match["unit"] if match["money"] else None) or ""
    return number * float(match["scale"] or _SUFFIXES.get(suffix.lower(), 1))


def _add_fraction(match: re.Match[str]) -> str:
    return f"{int(match[1] or 0) + unicodedata.numeric(match[2]):.4f}"


def _unit(match: re.Match[str]) -> str:
    if match["money"]:
        return match["money"].strip()
    word = (match["unit"] or "").lower().replace("per cent", "percent")
    return _MEASURES.get(word) or _MEASURES.get(word.removesuffix("s"), "")


def _widen(low: float, high: float, before: str) -> tuple[float, float]:
    """Return the range that the words before a number make of it."""
    kind = next((kind for pattern, kind in _BOUNDS if pattern.search(before)), "")
    if kind == "about":
        return low * (1 - ABOUT), high * (1 + ABOUT)
    return (-math.inf if kind == "high" else low), (math.inf if kind == "low" else high)


@cache
def _parse(text: str) -> Moment | None:
    from dateutil import parser

    try:
        readings: list[Any] = [parser.parse(text, default=each) for each in _DEFAULTS]
    except (ValueError, OverflowError, TypeError):
        return None
    one, two = readings
    numeric = _NUMERIC_DATE.match(text)
    if numeric and max(map(int, numeric.groups())) <= MONTHS and numeric[1] != numeric[2]:
        return Moment(one.year, None, None)  # which is the month depends on where it was written
    parts = [
        getattr(one, name) if getattr(one, name) == getattr(two, name) else None
        for name in ("year", "month", "day")
    ]
    return Moment(*parts) if any(part is not None for part in parts) else None
