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
_FURTHER = re.compile(rf"(?:,? and|,)?\s+{_NUMBER.pattern}")
_RANGE = re.compile(r"\s*(?:-|–|to|and|or)\s*(?=[$€£¥]?\d)")
_BOUNDS = {
    "about": (
        r"about|around|some|nearly|almost|roughly|approximately|approx\.?|circa|ca\.|close to|~|"
        r"just (?:over|under|above|below)"
    ),
    "high": (
        r"(?<!no )(?<!not )(?:less|fewer) than|under|below|at most|up to|"
        r"(?:no|not) (?:more|longer|later|greater|higher) than"
    ),
    "low": (r"(?<!no )(?<!not )more than|over|above|at least|(?:no|not) (?:less|fewer) than|from"),
}
_BOUND = re.compile(
    rf"(?:^|\b|(?=~))(?:{'|'.join(f'(?P<{kind}>{words})' for kind, words in _BOUNDS.items())})\s*$",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r"(?:over|above|under|below|from)\b", re.IGNORECASE)
_UNCLEAR = re.compile(
    r"\d\.\d{3}\b|\d,(?!\d{3}(?:\D|$))\d|\band an? (?:half|quarter|third)\b|"
    r"\b(?:one|two|three|four|five)[- ](?:half|halves|thirds?|quarters?|fifths?)\b|"
    r"(?<!\d )\b(?:dozens|hundreds|thousands|millions|billions)\b|"
    r"\b(?:several|a few|many) (?:dozen|hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)
# What text_to_num leaves as words where they stand alone, as "one" mostly counts nothing.
_SMALL = re.compile(
    r"(?<!no )(?<!the )(?<!any )(?<!this )(?<!that )(?<!each )(?<!every )(?<!which )"
    r"\bone\b(?!-| another\b| of\b)|\btwo\b",
    re.IGNORECASE,
)
_SUFFIXES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12}
_FRACTION = re.compile(r"(\d*)\s?([¼½¾⅓⅔⅛])")
# Units of one kind, as so many of another; what was rounded in one isn't round in the other.
_SIZES = {
    "km": ("metre", 1000.0),
    "mile": ("metre", 1609.344),
    "yard": ("metre", 0.9144),
    "foot": ("metre", 0.3048),
    "inch": ("metre", 0.0254),
    "cm": ("metre", 0.01),
    "mm": ("metre", 0.001),
    "ton": ("kg", 1000.0),
    "lb": ("kg", 0.4536),
    "oz": ("kg", 0.02835),
    "g": ("kg", 0.001),
    "mg": ("kg", 0.000001),
    "ml": ("litre", 0.001),
    "acre": ("hectare", 0.4047),
    "mph": ("kph", 1.609344),
    "knot": ("kph", 1.852),
    "mw": ("kw", 1000.0),
    "gb": ("mb", 1000.0),
    "tb": ("mb", 1000000.0),
    "kb": ("mb", 0.001),
    "year": ("month", 12.0),
    "week": ("day", 7.0),
    "hour": ("day", 1 / 24),
    "minute": ("day", 1 / 1440),
    "second": ("day", 1 / 86400),
}
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
        """Whether both can't be true; amounts of different kinds aren't compared."""
        if self.unit == other.unit:
            return self.high < other.low or other.high < self.low
        (unit, size), (other_unit, other_size) = (
            _SIZES.get(each.unit, (each.unit, 1.0)) for each in (self, other)
        )
        one, two = self._rounded(size), other._rounded(other_size)
        return unit == other_unit and (one[1] < two[0] or two[1] < one[0])

    def _rounded(self, size: float) -> tuple[float, float]:
        """Return the range in a unit of which this is `size`, as it may have been rounded."""
        return self.low * size * (1 - ABOUT / 2), self.high * size * (1 + ABOUT / 2)


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
    "two and a half million", "1 hour 30 minutes".
    """
    from text_to_num import alpha2digit

    digits = alpha2digit(_FRACTION.sub(_add_fraction, text), "en")
    digits = _SMALL.sub(lambda match: "2" if match[0].lower() == "two" else "1", digits)
    first = _NUMBER.search(digits)
    if first is None or _UNCLEAR.search(text):
        return None
    low = high = _amount(first)
    unit = _unit(first)
    further = _FURTHER.match(digits, first.end())
    if unit and further and _unit(further):
        return None
    joined = _RANGE.match(digits, first.end("number"))
    last = _NUMBER.match(digits, joined.end()) if joined else None
    if last:
        low, high, unit = min(low, _amount(last)), max(high, _amount(last)), _unit(last) or unit
    return Quantity(*_widen(low, high, digits[: first.start()]), unit)


def find_bound(text: str) -> str:
    """Return the words at the end of a text that say how a number behind them is meant, or "".

    But for those that may belong to what stands before: "carry over 5 days".
    """
    bound = _BOUND.search(text)
    return bound[0] if bound and not _PREPOSITION.match(bound[0]) else ""


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
    bound = _BOUND.search(before)
    kind = bound.lastgroup if bound else None
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
