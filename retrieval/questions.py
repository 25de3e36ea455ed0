"""What a question asks for: its words and the kind of answer that it wants."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
_WHAT = r"\b(?:what|which) (?:\w+ ){0,2}"
_PATTERNS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("number", r"\bhow (?:many|much|old|long|far|tall|high|large|big|often|deep|wide|fast)\b"),
        ("number", _WHAT + r"(?:number|percent\w*|amount|population|size|price|cost|rate|age)\b"),
        ("date", r"\bwhen\b|" + _WHAT + r"(?:year|date|day|month|century|decade|time)\b"),
        ("person", r"\bwho(?:m|se)?\b"),
        ("place", r"\bwhere\b|" + _WHAT + r"(?:city|country|place|town|state|region|street)\b"),
        ("reason", r"\bwhy\b|\bfor what reason\b|\bwhat caused\b"),
        ("manner", r"\bhow\b"),
    )
)
_YES_NO = re.compile(
    r"(?:and |but |so )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|"
    r"may|might|must|shall|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|hasn't|haven't)\b"
)
_LIST = re.compile(
    r"\b(?:list|name all|enumerate)\b|\b(?:what|which) (?:\w+ ){0,2}\w+s (?:are|were|do|did|have)\b"
)
_ALTERNATIVES = re.compile(r"\bor\b")
NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    r"hundred|thousand|million|billion|trillion|dozen|half|none|no|once|twice|single|several)\b",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
)
_DAY, _YEAR = r"\d{1,2}(?:st|nd|rd|th)?", r"(?:1\d{3}|20\d{2})"
DATE = re.compile(
    rf"\b(?:{_DAY} (?:of )?)?{_MONTH}(?:,? {_DAY}\b)?(?:,? {_YEAR}\b)?|\b{_YEAR}s?\b|"
    r"\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|century|today|yesterday|spring|"
    r"summer|autumn|winter)\b|\d{1,2}[:./]\d{1,2}",
    re.IGNORECASE,
)
NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'’-]+")
REASON = re.compile(
    r"\b(?:because|due to|since|as a result|in order to|so that|owing to|thanks to|caused|led to|"
    r"reason|therefore|to (?:avoid|prevent|ensure|allow|protect|make|help|reduce))\b",
    re.IGNORECASE,
)


def classify(question: str) -> str:
    """Return what kind of answer is wanted.

    One of `number`, `date`, `person`, `place`, `reason`, `manner`, `yes-no`, `list` and `thing`.
    Upper and lower case are treated alike, as many people type without capitals.
    """
    lowered = question.strip().lower()
    if _YES_NO.match(lowered) and not _ALTERNATIVES.search(lowered):
        return "yes-no"
    for kind, pattern in _PATTERNS:
        if pattern.search(lowered):
            return kind
    return "list" if _LIST.search(lowered) else "thing"


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def answers_kind(sentence: str, kind: str, asked: frozenset[str]) -> bool:
    """Whether `sentence` contains something of the wanted kind that the question doesn't.

    Args:
        sentence: A sentence of a document.
        kind: As `classify` returns it.
        asked: The question's words in lower case.
    """
    pattern = {"number": NUMBER, "date": DATE, "person": NAME, "place": NAME, "reason": REASON}.get(
        kind
    )
    if pattern is None:
        return True
    return any(not asked.issuperset(words(match[0])) for match in pattern.finditer(sentence))
