"""What a question asks for: its words and the kind of answer that it wants."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

# The capitals of Europe's scripts, as `re` has no class of them.
CAPITAL = f"[{''.join(filter(str.isupper, map(chr, range(0x2000))))}]"
YEAR = r"(?:1\d{3}|20\d{2})\b"
# "Ann Berg", "Windows 11", but not the year behind "Ulm".
NAME = rf"{CAPITAL}[\w'’-]*(?: (?:{CAPITAL}|(?!{YEAR})\d)[\w'’-]*)*"
# Capitals that are no name's.
NO_NAME = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|july|"
    r"august|september|october|november|december|i",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
# What is asked for stands close behind "what", and no part of a sentence begins in between: "what
# was the total yearly cost", but not "what happened to the city".
_WHAT = (
    r"\b(?:what|which) (?:(?!(?:of|in|at|on|to|by|for|from|with|about|that|who|do|does|did|has|"
    r"have|had)\b)[\w'’-]+ ){0,4}"
)
# "Can you please tell me", before the question itself.
_LEAD = re.compile(
    r"(?:(?:please|kindly|hi|hello|hey|ok|and|but|so)[,!.]? )*"
    r"(?:(?:can|could|would|will) (?:you|anyone|somebody|someone) (?:please |kindly )?"
    r"(?:tell|show|remind|explain to) (?:me|us)|(?:tell|remind) (?:me|us)|"
    r"(?:do|does|would) (?:you|anyone|anybody) (?:happen to )?know|is it known|"
    r"(?:do you have )?any idea|i(?: am|['’]m| was)? wonder(?:ing)?|"
    r"i(?: would|['’]d)? (?:like|love|want|need|wish) to (?:know|learn|find out|ask(?: you)?))"
    r",? (?:please,? |about )?(?P<whether>if |whether )?"
)
_ASKS = re.compile(r"(?:\w+ )?(?:what|which|who|whom|whose|when|where|why|how)\b")
_PATTERNS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("number", r"\bhow (?:many|much|old|long|far|tall|high|large|big|often|deep|wide|fast)\b"),
        ("number", _WHAT + r"(?:number|percent\w*|amount|population|size|price|cost|rate|age)\b"),
        ("date", r"\bwhen\b|" + _WHAT + r"(?:year|date|day|month|century|decade|time)\b"),
        ("person", r"\bwho(?:m|se)?\b|\bwhich person\b"),
        ("person", r"\bwhat(?:['’]s| is| was) the (?:full )?name of\b"),
        ("place", r"\bwhere\b|" + _WHAT + r"(?:city|country|place|town|state|region|street)\b"),
        ("reason", r"\bwhy\b|\bfor what reason\b|\bwhat caused\b"),
        ("manner", r"\bhow\b.*"),
        ("thing", r"\b(?:what|which)\b.*"),
    )
)
_YES_NO = re.compile(
    r"(?:and |but |so )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|"
    r"may|might|must|shall|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|hasn't|haven't)\b"
)
_LIST = re.compile(
    r"\b(?:list|name all|enumerate)\b|\b(?:what|which) (?:\w+ ){0,2}\w+s "
    r"(?:are|were|do|does|did|have|has|had|can|could|may|must|should|will|need)\b|"
    r"\b(?:what|which) (?:types|kinds|sorts) of\b"
)
ASKING = re.compile(r"\b(?:what|which|who|whom|whose|when|where|why|how)\b", re.IGNORECASE)
# "When was it opened, and who built it?", but not "how and why was it built?"
_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)\b"
)
_PRONOUN = r"(?:it|he|she|they|there|this|that|we|you|i)\b"
_AND = r"(?:and|but|also)\b,?"
# A question has its verb in front: "when was it built", but not "when it was built".
_FRONTED = (
    rf"(?:(?:when|where|why|who|whom) {_AUXILIARY}|"
    rf"(?:what|which|how)(?: (?!{_PRONOUN})[\w'’-]+){{0,2}}? {_AUXILIARY}|how (?:many|much)\b)"
)
_ASKS_FIRST = re.compile(rf"\s*{_FRONTED}", re.IGNORECASE)
_NEXT_PART = re.compile(
    r"(?<=[\w)])(?:"
    rf"(?:,? and|;|\?(?:\s+{_AND})?)\s+(?=(?P<asks>{ASKING.pattern}))|"
    rf"(?:,? and|\?\s+{_AND})\s+(?={_AUXILIARY} {_PRONOUN})|"
    rf"(?P<comma>,)\s+(?=(?!who|which){_FRONTED}))",
    re.IGNORECASE,
)
_ASKS_AT_ALL = re.compile(rf"{ASKING.pattern}|\b{_AUXILIARY}", re.IGNORECASE)
_TELLS = re.compile(
    r"(?:please )?(?:tell|show|list|name|give|describe|explain|summari[sz]e|compare|find)\b",
    re.IGNORECASE,
)
_TERM_WORDS = 6  # that a term has at most
_PART_WORDS = 3  # that a part has at least
_MOST_PARTS = 4  # as each is searched and read for
_ALTERNATIVES = re.compile(r"\bor\b")
# Pronouns count nothing: "no one", "one another", "this one".
_NUMERAL = (
    r"(?:zero|(?<!no )(?<!the )(?<!any )(?<!this )(?<!that )(?<!each )(?<!which )one(?! another\b)|"
    r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|"
    r"thousand|million|billion|trillion|dozen|hundreds|thousands|millions|billions|dozens|half|none|once|twice|"
    r"single|several)\b"
)
_SCALE = r"(?:hundred|thousand|million|billion|trillion|dozen)\b"
_AMOUNT = (
    r"(?:(?:(?:US)?[$€£¥]|(?<![\w.]))\d++(?:[.,/]\d++)*+(?!(?:st|nd|rd|th)\b)[^\W\d_]*(?: \d/\d)?"
    rf"(?:\s?%| per ?cent\b| {_SCALE})*|\b{_NUMERAL}(?:[- ](?:and )?{_NUMERAL})*(?: per ?cent\b)?)"
)
_NUMBER = re.compile(rf"{_AMOUNT}(?:(?: to | or |[–-]){_AMOUNT})?", re.IGNORECASE)
_DAY = r"\b\d{1,2}(?:st|nd|rd|th)?"
# "May" and "march" may be verbs, "Jan" and "dec" names: they need a day, a year or a capital.
_CLEAR_MONTH = (
    r"\b(?:january|february|april|june|july|august|september|october|november|december)\b"
)
_MONTH = (
    rf"(?:{_CLEAR_MONTH}|\b(?:march|may|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?))"
)
_DATE = re.compile(
    "|".join(
        (
            rf"{_DAY}(?: of)? {_MONTH}(?:,? {YEAR})?",
            rf"{_MONTH} {_DAY}\b(?![.,]\d)(?:,? {YEAR})?",
            rf"{_MONTH},?(?: of)? {YEAR}",
            _CLEAR_MONTH,
            r"(?<!^)(?<![.!?]\s)\b(?-i:May|March)\b",
            r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}([./])\d{1,2}\1\d{2,4}\b",
            r"\b(?:1\d{3}|20\d{2})(?:s\b|[–-]\d{2,4}\b|\b)",
            r"\b\d{1,4} (?:bce?|ad|ce)\b|\bad \d{1,4}\b",
            r"\b\d{1,2}(?::\d\d){1,2}\b(?: ?[ap]\.?m\b\.?)?",
            r"\b(?:\w+ )?centur(?:y|ies)\b",
            r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
            r"\b(?:today|yesterday|spring|summer|autumn|winter)\b",
        )
    ),
    re.IGNORECASE,
)
_CAPITALISED = re.compile(r"(?<![.!?]\s)(?<!^)\b[^\W\d_][\w'’-]+")
_REASON = re.compile(
    r"\b(?:because|due to|since|as a result|in order to|so that|owing to|thanks to|caused|led to|"
    r"reason|therefore|to (?:avoid|prevent|ensure|allow|protect|make|help|reduce))\b",
    re.IGNORECASE,
)
_FORMS = {
    "number": _NUMBER,
    "date": _DATE,
    "person": _CAPITALISED,
    "place": _CAPITALISED,
    "reason": _REASON,
}


def classify(question: str) -> str:
    """Return what kind of answer is wanted.

    One of `number`, `date`, `person`, `place`, `reason`, `manner`, `yes-no`, `list` and `thing`.
    Upper and lower case are treated alike, as many people type without capitals.
    """
    asked = " ".join(question.lower().split())
    lead = _LEAD.match(asked)
    if lead and lead["whether"]:
        return "yes-no"
    if lead:
        asked = asked[lead.end() :]
        asked = asked if _ASKS.match(asked) else f"what is {asked}"
    if _YES_NO.match(asked) and not _ALTERNATIVES.search(asked):
        return "yes-no"
    # What is asked first counts ("who was mayor when it burned"), and what is nearest to "what".
    found = [
        (match.span(), kind) for kind, pattern in _PATTERNS if (match := pattern.search(asked))
    ]
    kind = min(found)[1] if found else "thing"
    return "list" if kind == "thing" and _LIST.search(asked) else kind


def ask_about(text: str) -> str:
    """Return a name or a term alone as the question what it is; anything else as it is."""
    told = len(words(text)) > _TERM_WORDS or _TELLS.match(text)
    return text if told or _ASKS_AT_ALL.search(text) else f"What is {text.rstrip(' .!')}?"


def divide(question: str) -> list[str]:
    """Return the questions that a question joins with "and": itself alone, as a rule.

    A "who" that stood within the part before begins another clause, not another question: "people
    who served in 1990 and who died in 1995".
    """
    parts, start = [], 0
    for joint in _NEXT_PART.finditer(question):
        before = question[start : joint.start()]
        asks = (joint["asks"] or "").lower()
        if joint["comma"] and not _ASKS_FIRST.match(before):
            continue  # a clause before the question: "when the fire broke out, who was mayor?"
        if asks not in [each.lower() for each in ASKING.findall(before, 1)]:
            parts.append(before.strip())
            start = joint.end()
    parts.append(question[start:].strip())
    short = any(len(words(part)) < _PART_WORDS for part in parts)
    if not 1 < len(parts) <= _MOST_PARTS or short or not _ASKS_AT_ALL.search(parts[0]):
        return [question]
    return [part if part.endswith("?") else f"{part}?" for part in parts]


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def find_kind(sentence: str, kind: str) -> Iterator[Span]:
    """Yield the range of each number, date, name or reason, as `kind` wants; else nothing."""
    pattern = _FORMS.get(kind)
    for match in pattern.finditer(sentence) if pattern else ():
        if pattern is not _CAPITALISED or match[0][0].isupper():
            yield match.span()


def answers_kind(sentence: str, kind: str, asked: frozenset[str]) -> bool:
    """Whether `sentence` contains something of the wanted kind that the question doesn't.

    Args:
        sentence: A sentence of a document.
        kind: As `classify` returns it.
        asked: The question's words in lower case.
    """
    found = (words(sentence[start:end]) for start, end in find_kind(sentence, kind))
    return kind not in _FORMS or any(not asked.issuperset(each) for each in found)
