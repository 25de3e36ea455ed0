"""The shortest stretch of a sentence that answers: the number or date that was asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.questions import Span, find_kind, words

# What "how many" counts: the words behind it, up to the verb.
_COUNTED = re.compile(
    r"\bhow (?:many|much) ((?:(?!(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|"
    r"of|in|at|on|to|by|for|from|with|who|that)\b)[\w'’-]+ ?)+)"
)
_WORD = re.compile(r"\w{4,}")
_SHARE = re.compile(r"%|per ?cent")
_ASIDE = re.compile(r"\([^()]*\)")
# A length, age or speed is named with its unit, unless the question names it.
_UNIT = re.compile(
    r"(?:[ -](?:square|cubic|nautical|metric))?[ -](?:years?|months?|weeks?|days?|hours?|minutes?|"
    r"seconds?|miles?|feet|foot|ft|inch(?:es)?|yards?|acres?|k?m|[cm]m|k?m²|hectares?|mph|"
    r"(?:kilo|centi|milli)?met(?:re|er)s?|kg|(?:kilo)?grams?|tons?|tonnes?|pounds?|lbs?|"
    r"degrees?|dollars?|euros?|cents?)\b(?: old\b)?",
    re.IGNORECASE,
)
_WHAT_YEAR = re.compile(r"\b(?:what|which) year\b")
_YEAR = re.compile(r"\b[12]\d{3}\b")
# A number stands before what it counts more often than after it, a date after what happened.
_BACKWARDS = {"number": 1.5, "date": 0.4}


def lies_in(span: Span, ranges: Sequence[Span]) -> bool:
    """Whether a span lies wholly in one of the ranges."""
    return any(start <= span[0] and span[1] <= end for start, end in ranges)


def find_counted(question: str) -> str:
    """Return the words for what a question counts, "" where it counts nothing."""
    counted = _COUNTED.search(question.lower())
    return counted[1].strip() if counted else ""


def find_span(text: str, question: str, kind: str) -> Span:
    """Return the number or date that the question wants where there is one, else all of `text`.

    Of several, it is the one that stands nearest to what the question counts or, where that isn't
    named, to any word of it.

    Args:
        text: A sentence.
        question: What is asked.
        kind: What it asks for, as `questions.classify` says.
    """
    asked = frozenset(words(question))
    candidates = _find_numbers(text) if kind == "number" else _find_dates(text, question, kind)
    new = [span for span in candidates if not asked.issuperset(words(text[slice(*span)]))]
    if not new:
        return 0, len(text)
    counted = frozenset(words(find_counted(question)))
    places = (counted and _places(text, counted)) or _places(text, asked)
    share = bool(_SHARE.search(question.lower()))

    def unfitness(span: Span) -> tuple[bool, float, int]:
        start, end = span
        other = kind == "number" and share != bool(_SHARE.search(text, start, end))
        return (
            other,
            min((_distance(span, place, _BACKWARDS[kind]) for place in places), default=0.0),
            start - end,
        )

    start, end = min(new, key=unfitness)
    unit = _UNIT.match(text, end) if kind == "number" else None
    return start, unit.end() if unit and asked.isdisjoint(words(unit[0])) else end


def _find_numbers(text: str) -> list[Span]:
    found = list(find_kind(text, "number"))
    # "On December 22, 2019, 115 workers (12 %)": a part of a date counts nothing, and an aside
    # repeats in another unit, unless there is nothing else.
    asides = [match.span() for match in _ASIDE.finditer(text)]
    for ranges in (list(find_kind(text, "date")), asides):
        found = [span for span in found if not lies_in(span, ranges)] or found
    return found


def _find_dates(text: str, question: str, kind: str) -> list[Span]:
    found = list(find_kind(text, "date")) if kind == "date" else []
    if not _WHAT_YEAR.search(question.lower()):
        return found
    years = (_YEAR.search(text, *span) for span in found)
    return [year.span() for year in years if year] or found


def _places(text: str, sought: frozenset[str]) -> list[int]:
    """Return where words of at least four letters stand that are sought."""
    return [match.start() for match in _WORD.finditer(text) if match[0].lower() in sought]


def _distance(span: Span, place: int, backwards: float) -> float:
    start, end = span
    return place - end if place >= end else backwards * (start - place)
