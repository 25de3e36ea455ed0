"""Asks the question before once more, about something else: "and in 2019?", "what about Bonn?"."""

from __future__ import annotations

import re

from retrieval.leaning import BEGINS, FUNCTION_WORDS, WHAT_ABOUT, leans
from retrieval.questions import ASKING, CAPITAL, NAME, YEAR, Span

_ABOUT = re.compile(rf"{WHAT_ABOUT.pattern}|and\b|but\b|or\b", re.IGNORECASE)
_MONTHS = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
)
_PERIOD = re.compile(
    rf"\b(?:(?:between|from) {YEAR} (?:and|to|until) {YEAR}|"
    r"(?:in|since|by|during|before|after|until|for|of) "
    rf"(?:{_MONTHS} {YEAR}|{YEAR}|{_MONTHS}(?!\w)))",
    re.IGNORECASE,
)
_YEAR = re.compile(YEAR)
_NAME_BEFORE = re.compile(rf"{CAPITAL}[\w'’-]* $")
_PREPOSITION = r"(?:with|in|at|on|to|from|by|for|of)"
_NAMED = re.compile(rf"\s*\b(?P<placed>{_PREPOSITION}) (?P<the>the )?(?P<name>{NAME})")
_NO_NOUN = (
    rf"(?:{_PREPOSITION}|and|or|since|last|next|do|does|did|is|are|was|were|has|have|had|may|can|"
    r"must|will|would|as|when|before|after|now|today|per)\b"
)
_NOUN = re.compile(rf" (?!{_NO_NOUN})[a-z]")
# "for adults", "in the reading room"; in a question it ends before the next preposition.
_PHRASE = rf"(?P<placed>{_PREPOSITION})(?: (?!{_NO_NOUN})[\w'’-]+){{1,4}}"
_ALONE = re.compile(rf"(?!of course\b){_PHRASE}", re.IGNORECASE)
_BEGINS_PHRASE = re.compile(
    rf"(?:{_PREPOSITION}|the|since|during|before|after|until)\b", re.IGNORECASE
)
_WITHIN = re.compile(rf"\b{_PHRASE}(?=$| {_PREPOSITION}\b)", re.IGNORECASE)
# Of phrases that say when, how long or how much rather than where or for whom.
_OF_TIME = re.compile(
    r"\b(?:nights?|noon|midnight|mornings?|afternoons?|evenings?|days?|weeks?|weekends?|months?|"
    r"years?|hours?|minutes?|winter|summer|spring|autumn|holidays?|season|advance|total|general|"
    r"average|particular|detail|practice|case|\d+)\b|day\b",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?P<the>the )?(?P<name>{NAME})(?P<noun> [a-z][\w'’-]*)?")
_PLURAL = re.compile(r"\b[a-z]{2,}[a-rt-z]s\b")
_PLURALS = re.compile(r"[a-z]{2,}[a-rt-z]s")
ADDED = re.compile(r" \([^()]*\)(?=\??$)")  # what an earlier question was given


def find_afterthought(question: str) -> str:
    """Return what a question asks the one before about, or "": of "And restaurants?" the last word.

    A lone phrase or year is one without "and", too: "In 2011?"
    """
    begun = _ABOUT.match(question)
    rest = question[begun.end() if begun and leans(question) else 0 :].strip(" ?.!,")
    lone = any(each.fullmatch(rest) for each in (_ALONE, _PERIOD, _NAMED, _YEAR))
    asks = ASKING.search(rest) or BEGINS.match(rest)
    if asks or not (lone or (begun and leans(question))):
        return ""
    return rest[0].lower() + rest[1:] if _BEGINS_PHRASE.match(rest) else rest


def ask_again(question: str, rest: str) -> str:
    """Return a question with the parts of `rest` in place of its own that they are like.

    Those are its year or month, the words after the same preposition, and its one name of the same
    kind. What is like nothing comes behind it.
    """
    old, new = _PERIOD.search(question), _PERIOD.search(rest) or _YEAR.fullmatch(rest)
    old = old or (_find_year(question) if new and _YEAR.search(new[0]) else None)
    if old and new:
        period = _date(new[0], old[0])
        question = f"{question[: old.start()]}{period}{question[old.end() :]}"
        rest = " ".join(f"{rest[: new.start()]}{rest[new.end() :]}".split()).strip(" ,")
    added = ADDED.search(question)
    bare = _BARE.fullmatch(rest)
    if added and bare and not bare["noun"]:
        return f"{question[: added.start()]} ({rest})"
    if named := _NAMED.match(rest):
        return _place(question, rest, named)
    alike = _find_named_alike(question, bare) if bare else _find_phrase(question, rest)
    alike = alike or _find_plural(question, rest)
    if alike is None:
        return f"{question} {rest}".rstrip()
    start, end = alike
    return f"{question[:start]}{rest}{question[end:]}"


def _find_year(question: str) -> re.Match[str] | None:
    """Return a question's year, but not that of a name: "the Housing Act 1996"."""
    found = _YEAR.search(question)
    return None if found and _NAME_BEFORE.search(question[: found.start()]) else found


def _date(new: str, old: str) -> str:
    """Return a period, with the preposition or the year of the one before where it has none."""
    kept = old.split()[0].lower()
    if _YEAR.fullmatch(old):
        return new.split(maxsplit=1)[-1]
    if _YEAR.fullmatch(new):
        return f"{'in' if kept in ('between', 'from') else kept} {new}"
    year = _YEAR.search(old)
    return new if _YEAR.search(new) or not year else f"{new} {year[0]}"


def _place(question: str, rest: str, named: re.Match[str]) -> str:
    """Return a question with `rest` in place of the name after the same preposition."""
    placed = named["placed"]
    place = next((m for m in _NAMED.finditer(question) if m["placed"] == placed), None)
    if place is None:
        return f"{question} {rest}"
    after = question[place.end() :]
    if place["the"] and named.end() == len(rest) and _NOUN.match(after):  # "in the Berlin office"
        return f"{question[: place.start()]} {placed} the {named['name']}{after}"
    return f"{_NAMED.sub(lambda m: '' if m['placed'] == placed else m[0], question)} {rest}"


def _find_named_alike(question: str, bare: re.Match[str]) -> Span | None:
    """Return where a question has its one name of the kind of another, if it has.

    "The CFO" is like "the CEO", "Emil Fors" like "Ann Berg", "the Bonn library" like "the Ulm
    library".
    """
    found = [
        match
        for match in _BARE.finditer(question)
        if match["name"].lower() not in FUNCTION_WORDS and bool(match["the"]) == bool(bare["the"])
    ]
    if bare["noun"]:
        return next((match.span() for match in found if match["noun"] == bare["noun"]), None)
    shape = _shape(bare["name"])
    same = found if len(found) == 1 else [m for m in found if _shape(m["name"]) == shape]
    if len(same) == 1:
        return same[0].start(), same[0].end("name")
    # "Leeds" for "the Hull office": the name alone.
    named = [
        match
        for match in _BARE.finditer(question)
        if match["the"] and match["noun"] and not match["name"].isupper()
    ]
    return named[0].span("name") if len(named) == 1 and not bare["the"] else None


def _shape(name: str) -> tuple[bool, bool]:
    return name.isupper(), " " in name


def _find_plural(question: str, rest: str) -> Span | None:
    """Return where a question has its only plural, if `rest` is one: "laptops" for "phones".

    What has another noun before it, as in "bank accounts", isn't replaced by half.
    """
    found = list(_PLURAL.finditer(question)) if _PLURALS.fullmatch(rest) else []
    found = [match for match in found if match[0] not in FUNCTION_WORDS]
    before = question[: found[0].start()].split()[-1:] if len(found) == 1 else []
    alone = bool(before) and before[0].lower() in FUNCTION_WORDS - {"who", "what"}
    return found[0].span() if alone else None


def _find_phrase(question: str, rest: str) -> Span | None:
    """Return where a question has the last words after the preposition that `rest` begins with."""
    new = _ALONE.fullmatch(rest)
    for old in reversed(list(_WITHIN.finditer(question)) if new else []):
        same = new is not None and old["placed"].lower() == new["placed"].lower()
        of_a_kind = bool(_OF_TIME.search(old[0])) == bool(_OF_TIME.search(rest))
        if same and of_a_kind and not re.search(CAPITAL, old[0]):
            return old.span()
    return None
