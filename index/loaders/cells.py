"""Values of spreadsheet cells as a person sees them: dates, amounts, shares."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache

# What stands for digits in a number format: `#,##0.00`.
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.(?P<decimals>[#0?]*))?")
_CURRENCY = re.compile(r"\[\$([^\]-]{0,5})[^\]]{0,10}\]")
# Colours, conditions, room for a character, fillers.
_UNSEEN = re.compile(r"\[[^\]]*\]|_.|\*.")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_CONDITION = re.compile(r"\[[<>=]")
# Beside the digits: further digits, thousands cut off, or a share of a share.
_UNREAD = re.compile(r"[#0?.,]|%.*%")
_SIGNS = "+-\u2212()"
_MAX_FORMAT_CHARACTERS = 200
_MAX_LITERAL_CHARACTERS = 20
_MAX_DECIMALS = 15
# Beyond this a number is a code; Excel itself keeps 15 digits.
_SIGNIFICANT_DIGITS = 15
_EXACT = Context(prec=400)


@dataclass(frozen=True, slots=True)
class _Style:
    """How a number format shows numbers.

    Attributes:
        before: What stands before the digits: `$`.
        after: What stands after them: ` km`.
        decimals: How many digits follow the point at most, or None for as many as there are.
        optional: How many of them are left out where they are zeros.
        whole: How many digits stand before the point at least: codes begin with zeros.
        thousands: Whether commas part groups of three digits.
        percent: Whether the number is shown in hundredths.
    """

    before: str = ""
    after: str = ""
    decimals: int | None = None
    optional: int = 0
    whole: int = 1
    thousands: bool = False
    percent: bool = False


def shown(value: object, number_format: str = "General") -> str:
    """Return what a cell shows; dates are ISO 8601, whatever order its format has.

    Args:
        value: What the cell holds, or None.
        number_format: Its format, in the language of spreadsheet programs.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, _style(number_format[:_MAX_FORMAT_CHARACTERS], negative=value < 0))
    if isinstance(value, datetime | date | time):
        return _moment(value)
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(value)


def _moment(value: date | time) -> str:
    if isinstance(value, datetime):
        clock = _moment(value.time())
        return value.date().isoformat() if clock == "00:00" else f"{value.date()} {clock}"
    if isinstance(value, time):
        # Fractions of seconds are an artefact of days counted in floating point.
        moment = (datetime.combine(date(2000, 1, 1), value) + timedelta(microseconds=500)).time()
        return moment.isoformat("seconds" if moment.second else "minutes")
    return value.isoformat()


def _number(value: float, style: _Style) -> str:
    try:
        number = Decimal(repr(value)) * (100 if style.percent else 1)
        digits = _digits(number, style)
    except (InvalidOperation, ValueError):  # infinite, or no number
        return str(value)
    sign = "-" if digits.startswith("-") else ""
    return f"{sign}{style.before}{digits.removeprefix('-')}{style.after}"


def _digits(number: Decimal, style: _Style) -> str:
    if style.decimals is None:
        rounded = Decimal(format(number, f".{_SIGNIFICANT_DIGITS}g"))
        optional = decimals = max(0, -int(rounded.as_tuple().exponent))
    else:
        optional, decimals = style.optional, style.decimals
        last = Decimal(1).scaleb(-decimals)
        # Python rounds halves to even digits, spreadsheet programs away from zero.
        rounded = number.quantize(last, ROUND_HALF_UP, _EXACT)
    whole, _, rest = format(rounded, f"{',' if style.thousands else ''}.{decimals}f").partition(".")
    kept = rest[: decimals - optional] + rest[decimals - optional :].rstrip("0")
    return whole.zfill(style.whole + whole.startswith("-")) + (f".{kept}" if kept else "")


@lru_cache(maxsize=1_000)
def _style(number_format: str, *, negative: bool) -> _Style:
    """Return how a format shows numbers: plainly where it does more than is read here."""
    if _CONDITION.search(number_format):
        return _Style()
    first, *others = map(_style_of, number_format.split(";"))
    if not negative or not others:
        return first
    # The second section brings a sign of its own, or only a colour; in words it may be any.
    own, shared = _unsigned(others[0]), _unsigned(first)
    return own if (own.before, own.after) == (shared.before, shared.after) else _Style()


def _unsigned(style: _Style) -> _Style:
    before, after = style.before.strip(_SIGNS).lstrip(), style.after.strip(_SIGNS).rstrip()
    return replace(style, before=before, after=after)


def _style_of(section: str) -> _Style:
    if section.strip().lower() in ("general", "@", "") or re.search(r"E[+-]|/", section):
        return _Style()
    literals: list[str] = []

    def keep(found: re.Match[str]) -> str:
        literals.append((found[1] or found[2] or "")[:_MAX_LITERAL_CHARACTERS])
        # A private character keeps the place until the digits have been found.
        return chr(0xE000 + len(literals) - 1)

    plain = _UNSEEN.sub("", _LITERAL.sub(keep, _CURRENCY.sub(r'"\1"', section)))
    digits = _DIGITS.search(plain)
    if digits is None:
        return _Style()
    whole = digits[0].partition(".")[0]
    before, after = plain[: digits.start()], plain[digits.end() :]
    if whole.endswith(",") or _UNREAD.search(before + after):
        return _Style()

    def restored(text: str) -> str:
        return "".join(
            literals[ord(c) - 0xE000] if 0xE000 <= ord(c) < 0xE000 + len(literals) else c
            for c in text
        )

    decimals = (digits["decimals"] or "")[:_MAX_DECIMALS]
    return _Style(
        before=restored(before).lstrip(),
        after=restored(after).rstrip(),
        decimals=len(decimals),
        optional=len(decimals) - len(decimals.rstrip("#?")),
        whole=whole.count("0"),
        thousands="," in whole,
        percent="%" in plain,
    )
