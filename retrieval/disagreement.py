"""Finds evidence for one question that can't all be true, and says who says what."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.lexical import LexicalIndex
from index.values import Document
from retrieval.antecedents import with_antecedent
from retrieval.features import Question, prepare_question
from retrieval.quantities import find_bound, read_moment, read_quantity
from retrieval.questions import CAPITAL, NAME, NO_NAME, YEAR, find_kind, words
from retrieval.reading import Evidence
from retrieval.spans import find_counted
from retrieval.values import Citation, Disagreement

CONSIDERED = 12  # pieces of evidence
CONFIDENT = 0.4  # share of the best evidence's score that another needs to be held against it
ON_TOPIC = 0.6  # share of what the best evidence has of the question's words, by rarity
LONGEST_WORD = 20  # characters that are looked at before a date
SAME_CLAIM = 0.7  # share of a sentence's words that the other has, where one denies the other

_DENIAL = re.compile(
    r"\b(?:no(?!\. ?\d)|not|never|none|nobody|nothing|neither|nor|cannot|\w+n['’]t|"
    r"den(?:y|ies|ied)|reject(?:s|ed)?|refus(?:e|es|ed)|false|unfounded|prohibited|forbidden|"
    r"banned)\b",
    re.IGNORECASE,
)
# Of two sentences of which one has such a word, neither denies the other: "free with a permit".
_CONDITION = re.compile(
    r"\b(?:with|without|within|after|before|until|unless|except|only|under|over|above|below)\b",
    re.IGNORECASE,
)
# A date that says when something hadn't happened yet, or had already; or a stretch of time.
_NO_DAY = re.compile(
    r"\b(?:before|after|around|about|circa|between|early|late|mid)\b|\d (?:to|and|or) \d|"
    r"(?<![\d–-])\d{1,2} ?[–-] ?\d{1,2} \w|\b\d{4} ?[–-] ?\d{2,4}\b(?![–-])",
    re.IGNORECASE,
)
_SPEAKER = re.compile(
    r"\b(?i:according to) (?P<source>(?:[^,.;:]|(?<=\b[A-Z])\.|(?<=\b(?:Mr|Ms|Dr|St))\.|"
    r"(?<=\bMrs)\.|(?<=\bProf)\.){2,60})|"
    r"(?:^|[,;“\"] ?)(?P<speaker>(?:[\w’'-]+ ){0,5}[\w’'-]+) "
    r"(?:says|said|reports|reported|states|stated|claims|claimed|estimates?|told)\b",
)
# Asks for one person. What was founded or invented may have been by several, and what happened to
# one may have happened to another.
_SINGLE = re.compile(
    r"\b(?:(?:who|what)['’]?s|(?:who|which|what) (?:\w+ ){0,2}?(?:is|was)) "
    r"(?:the|its|their|his|her|our|your|my|mayor|president|king|queen|captain|head|director|"
    r"owner|author|manager|editor|minister|secretary|treasurer|chair\w*)\b|"
    r"\b(?:who|which|what) (?:\w+ ){0,2}?"
    r"(?:(?:design|direct|chair|head|manag|command|own|replac|succeed)(?:s|es|ed)?|"
    r"wins?|won|leads?|led|writes?|wrote|runs?|ran)\b",
    re.IGNORECASE,
)
_TITLES = re.compile(r"\A(?:(?:Mr|Mrs|Ms|Mx|Dr|Prof|Capt|Sir|Dame|Rev)\.?\s+)+")
# What "according to" and "says" have beside a speaker's name, and what is none.
_AFTER_SPEAKER = re.compile(r" (?:has|have|had|was|were|never|not|also)\b.*")
_NO_SPEAKER = re.compile(
    r"(?:it|he|she|they|this|that|as|who|which|when|there)\b|.*\b(?:is|are|was|were|be|been|being)$",
    re.IGNORECASE,
)
_YEAR = re.compile(rf"\b{YEAR}")
# By which rule something holds, where a sentence begins with it.
_RULE = re.compile(rf"\A(?:Under|Pursuant to|As per|According to) (?:the )?{NAME},? ?")
_NEXT_WORD = re.compile(r"[ -][^\W\d_]+")
_NAME = re.compile(rf"{CAPITAL}[\w’'-]+(?: (?:and |of |the )?{CAPITAL}[\w’'-]+)*")


def find_disagreement(
    question: str, evidence: Sequence[Evidence], library: LexicalIndex
) -> tuple[Evidence, ...]:
    """Return evidence that says different things, best first; nothing where all agrees.

    Only what is confident and about the same counts, and where it isn't clear whether two things
    can both be true, they can: a false alarm costs more trust than silence.

    Args:
        question: What was asked.
        evidence: What answers it, best first.
        library: Gives the stems of a text and how rare they are.
    """
    asked = prepare_question(question, library)
    differing = list(evidence[:1])
    heard = set()  # documents other than the best one's; what each says best is what it says
    for item in evidence[1:CONSIDERED]:
        document_id = item.hit.chunk.document_id
        if document_id in heard or not _counts(item, differing[0], asked, library):
            continue
        if document_id != differing[0].hit.chunk.document_id:
            heard.add(document_id)
        if all(_differs(item, other, asked, library) for other in differing):
            differing.append(item)
    return tuple(differing) if len(differing) > 1 else ()


def describe(
    differing: Sequence[Evidence],
    citations: Sequence[Citation],
    document: Callable[[str], Document],
) -> Disagreement:
    """Return what the reader is told about evidence that was found to differ.

    Args:
        differing: What `find_disagreement` found.
        citations: Of the answer; all of it is cited.
        document: Gives a document by its id.
    """
    documents = [document(item.hit.chunk.document_id) for item in differing]
    values = tuple(" ".join(item.span_text.split()) for item in differing)
    return Disagreement(
        citations=tuple(_marker(item, citations) for item in differing),
        values=values,
        attributions=tuple(
            _attribute(item, text) for item, text in zip(differing, documents, strict=True)
        ),
        dates=tuple(text.date for text in documents),
        note=f"The documents give different answers: {'; '.join(values).rstrip('.')}.",
    )


def contradicts(one: str, other: str, stems: Callable[[str], Sequence[str]]) -> bool:
    """Whether one sentence denies what the other says, in nearly the same words."""
    # Two denials in a sentence are none: "it isn't prohibited".
    if len(_DENIAL.findall(one)) % 2 == len(_DENIAL.findall(other)) % 2:
        return False
    conditions, others = (
        {word.lower() for word in _CONDITION.findall(text)} for text in (one, other)
    )
    if conditions != others:
        return False
    first, second = (frozenset(stems(_DENIAL.sub(" ", text))) for text in (one, other))
    return bool(first and second) and len(first & second) >= SAME_CLAIM * min(
        len(first), len(second)
    )


def _counts(item: Evidence, best: Evidence, asked: Question, library: LexicalIndex) -> bool:
    """Whether evidence is confident and about what the best one is about.

    Where the question has a year or another number that the best one has, too, what lacks it is
    about another year; and so is what names other years only. What doesn't name what the question
    counts, though the best one does, may count something else.
    """
    elsewhere = item.hit.chunk.document_id != best.hit.chunk.document_id
    # Beside what is said of a thing, "it" may be another time: "it was £50,000 the year before".
    stems = _stems(item, library) if elsewhere else frozenset(library.terms(item.quote))
    best_stems = _stems(best, library)
    own, whole = (asked.share(each) for each in (stems, best_stems))
    enough = ON_TOPIC if elsewhere else 1.0  # a text speaks of many like things, one by one
    numbered = {stem for stem in asked.weights if any(letter.isdigit() for letter in stem)}
    if asked.kind == "yes-no":  # "is it 40 hours?": the value that is asked about, no condition
        numbered -= set(library.terms(_YEAR.sub(" ", best.span_text)))
    lacking = numbered & set(library.terms(best.quote)) - set(library.terms(item.quote))
    counted = find_counted(asked.text)
    lacking |= set(library.terms(counted)) & best_stems - stems
    years, others = (set(_YEAR.findall(each.quote)) for each in (item, best))
    other_years = asked.kind != "date" and years and others and years.isdisjoint(others)
    near = item.score >= CONFIDENT * best.score and own >= enough * whole
    return near and not lacking and not other_years and not _name_others(item, best, asked)


def _name_others(item: Evidence, best: Evidence, asked: Question) -> bool:
    """Whether each names somebody or something that neither the other nor the question does."""
    one, other = (_named(each) for each in (item, best))
    return bool(one - other - asked.words) and bool(other - one - asked.words)


def _named(item: Evidence) -> set[str]:
    """Return the words of a quote's names but those of the answer and of who says it."""
    quote = " ".join(item.quote.replace(item.span_text, " ").split())
    quote = _SPEAKER.sub(" ", _RULE.sub("", quote))
    names = (quote[start:end] for start, end in find_kind(quote, "person"))
    return {word for name in names if not NO_NAME.fullmatch(name) for word in words(name)}


def _stems(item: Evidence, library: LexicalIndex) -> frozenset[str]:
    return frozenset(library.terms(with_antecedent(item).quote))


def _differs(one: Evidence, other: Evidence, asked: Question, library: LexicalIndex) -> bool:
    spans = one.span_text, other.span_text
    if asked.kind == "date":
        return _other_date(one, other)
    if asked.kind == "person":
        return _other_name(*spans) and _SINGLE.search(asked.text) is not None
    counted = asked.kind == "number"
    return _other_amount(_with_bound(one), _with_bound(other), counted=counted) or (
        not counted and contradicts(one.quote, other.quote, library.terms)
    )


def _other_amount(first: str, second: str, *, counted: bool) -> bool:
    """Whether both have amounts that differ; unless something is counted, with their units."""
    one, other = read_quantity(first), read_quantity(second)
    if one is None or other is None:
        return False
    return one.differs(other) and (counted or one.unit != "")


def _with_bound(item: Evidence) -> str:
    """Return the answer with the words before it that bound it, and the unit behind it."""
    text, offset = item.hit.chunk.text, item.hit.chunk.start
    start, end = item.span[0] - offset, item.span[1] - offset
    unit = _NEXT_WORD.match(text, end)
    return (
        find_bound(text[max(0, start - LONGEST_WORD) : start])
        + text[start : unit.end() if unit else end]
    )


def _other_date(first: Evidence, second: Evidence) -> bool:
    """Whether both name a day, month or year, and not the same."""
    one, other = (
        None if _NO_DAY.search(_with_word_before(item)) else read_moment(item.span_text)
        for item in (first, second)
    )
    return one is not None and other is not None and one.differs(other)


def _with_word_before(item: Evidence) -> str:
    text, start = item.hit.chunk.text, item.span[0] - item.hit.chunk.start
    before = text[max(0, start - LONGEST_WORD) : start].split()[-1:]
    return " ".join([*before, item.span_text])


def _other_name(first: str, second: str) -> bool:
    """Whether both are names that can't be one person's.

    "J. Moss" may be John; of two whole names with one surname, the first ones tell.
    """
    names = [_TITLES.sub("", name.strip()) for name in (first, second)]
    if not all(map(_NAME.fullmatch, names)):
        return False
    one, other = (name.lower().split() for name in names)
    if set(one).isdisjoint(other):
        return True
    return len(one) == len(other) == 2 and one[1] == other[1] and one[0][0] != other[0][0]


def _marker(item: Evidence, citations: Sequence[Citation]) -> int:
    """Return the marker of the citation that holds the evidence's answer."""
    start, end = item.span
    return next(
        citation.marker
        for citation in citations
        if citation.document_id == item.hit.chunk.document_id
        and citation.start <= start
        and end <= citation.end
    )


def _attribute(item: Evidence, document: Document) -> str:
    """Return who says it: the speaker that the sentence names, else the document."""
    found = _SPEAKER.search(" ".join(item.quote.split()))
    named = _AFTER_SPEAKER.sub("", found["source"] or found["speaker"]) if found else ""
    named = "" if _NO_SPEAKER.match(named) else named
    return named or document.title or document.source
