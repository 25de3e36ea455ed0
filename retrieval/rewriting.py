"""Makes a follow-up question understandable without the conversation before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from retrieval.afterthoughts import ADDED, ask_again, find_afterthought
from retrieval.courtesies import is_small_talk
from retrieval.leaning import DEFINITION, FUNCTION_WORDS, LEANING, leans, refers
from retrieval.questions import CAPITAL, NO_NAME, words
from retrieval.values import Turn

MOST_TURNS = 20  # of a history; older ones are left out
MOST_CHARACTERS = 1_000  # of a message, and of what the conversation is about
_MOST_NAMES = 3
_MOST_OWN_WORDS = 2  # of a question's further part that is about what the first one names

_MARKER = re.compile(r"\s*\[\d+\]")
_PERSONAL = frozenset("he him his she her hers they them their theirs".split())
_WHO = re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE)
# What is said before a follow-up, and isn't asked.
_LEAD_IN = re.compile(
    r"\A(?:(?:ok|okay|thanks|thank you|great|perfect|cool|nice|yes|no|right|sorry|hi|hello|hey|"
    r"well|sure|alright|actually|oh|by the way|"
    r"(?:another|one (?:more|other|last)) (?:question|thing))"
    r"(?:[,.!:;-]+\s*|\s+(?=(?:and|but|so|what about|how about|i mean)\b)))+(?=\w)",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"\A(?:i mean|i meant|i was asking about)(?: to ask)?(?: about)?[, ]+(?=\w)", re.IGNORECASE
)
_ANSWERED = re.compile(
    r"(?P<placed>\b(?i:in|at|from|on|near) )?"
    rf"\b(?P<name>{CAPITAL}[\w'’-]+(?: {CAPITAL}[\w'’-]+)*)"
)
_TOPIC_SPLIT = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


class Rewriter(Protocol):
    """Turns a question and the conversation before it into a question that stands alone."""

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Return the standalone form; the question itself where it stands alone already."""
        ...

    def join(self, part: str, first: str) -> str:
        """Return a further part of a question, standing alone, given the first part."""
        ...


class RuleRewriter:
    """Adds what the conversation is about to questions that lean on it.

    A question leans when it has a pronoun, begins like an afterthought ("and in 2019?"), or has
    hardly a word of its own. It is given the conversation's subject: the words of the last question
    that stood alone, and the names that were asked about before where that question has no new one.
    What other follow-ups were about isn't piled up.
    """

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Return the standalone form; the question itself where it stands alone already."""
        topic, names = NOTHING, list[str]()
        small_talk = False
        for turn in history[-MOST_TURNS:]:
            content = " ".join(turn.content[:MOST_CHARACTERS].split())
            if turn.role == "user":
                small_talk = is_small_talk(content)
                topic = topic if small_talk else _complete(content, topic, names)
            elif turn.role == "assistant":
                names = names if small_talk else _names(_MARKER.sub("", content))
        return _complete(" ".join(question.split()), topic, names).question

    def join(self, part: str, first: str) -> str:
        """Return a further part of a question, standing alone, given the first part.

        A part of few words is about what the first one names, if it names nothing itself: "when did
        the Hull office open and who is the manager?"
        """
        topic = _complete(first, NOTHING, [])
        complete = _complete(part, topic, []).question
        own = _topic(part)
        names = any(word[0].isupper() for word in topic.subject)
        few = len(own) <= _MOST_OWN_WORDS and not any(word[0].isupper() for word in own)
        few = few and not DEFINITION.fullmatch(part)
        return _with(part, topic.subject) if complete == part and names and few else complete


def as_asked(question: str) -> str:
    """Return a question without the words in brackets that it was given to stand alone."""
    return ADDED.sub("", question)


@dataclass(frozen=True, slots=True)
class Topic:
    """What a conversation is about.

    Attributes:
        question: The last question, standing alone.
        base: The last one that was no afterthought, which the next afterthought asks again.
        subject: Words that a pronoun stands for.
        last: Words of the last question that had any of its own.
    """

    question: str
    base: str
    subject: tuple[str, ...]
    last: tuple[str, ...]


NOTHING = Topic("", "", (), ())


def _complete(question: str, previous: Topic, names: Sequence[str]) -> Topic:
    if previous.question:
        question = _CORRECTION.sub("and ", _LEAD_IN.sub("", question, count=1), count=1)
    own = _topic(question)
    rest = find_afterthought(question) if previous.question else ""
    if not previous.question or not (rest or leans(question)):
        return Topic(question, question, _move_on(own, previous.subject), tuple(own))
    if rest:
        # "And restaurants?" asks the previous question again about something else.
        again = ask_again(previous.base[:MOST_CHARACTERS].rstrip(" ?.!"), rest)
        words_again = tuple(_topic(again))
        return Topic(f"{again}?", previous.base, words_again, words_again)
    subject = (*previous.subject, *_find_answer(question, previous, names))
    named = [word for word in own if word[0].isupper()]
    if named and not refers(question):  # "How many has Hull?" is no longer about Leeds
        subject = (*named, *(word for word in previous.subject if not word[0].isupper()))
    complete = _with(question, (*(() if own else previous.last), *subject))
    return Topic(complete, complete, subject, tuple(own) or previous.last)


def _with(question: str, words_: Sequence[str]) -> str:
    """Return a question with those of some words behind it that it hasn't got."""
    text = " ".join(_distinct(words_, question))[:MOST_CHARACTERS]
    return f"{question.rstrip(' ?.!')} ({text})?" if text else question


def _move_on(own: Sequence[str], subject: Sequence[str]) -> tuple[str, ...]:
    """Return the subject after a question that stands alone; only a new name ends the one before.

    After "Who is Ann Berg?", "When was Berg's bridge built?" is still about Ann Berg.
    """
    names = {_plain(word): word for word in subject if word[0].isupper()}
    if any(word[0].isupper() and _plain(word) not in names for word in own):
        names = {}
    return (*(word for word in own if _plain(word) not in names), *names.values())


def _find_answer(question: str, previous: Topic, names: Sequence[str]) -> list[str]:
    """Return the names of the last answer that a pronoun of the question may stand for."""
    known = {word.lower() for word in (*words(question), *previous.subject)}
    # Whole names of which a part is new: a father's, where his daughter was asked for.
    new = [name for name in names if not known.issuperset(words(name))]
    new = [name for name in new if " " in name or known.isdisjoint(words(name))]
    if not refers(question):
        return []
    if not any(word[0].isupper() for word in previous.subject):
        return new[:_MOST_NAMES]
    # "Who met Ann? - Bo. - When was he born?"
    meant = _WHO.search(previous.question) and not _PERSONAL.isdisjoint(words(question))
    return new[:1] if meant else []


def _distinct(added: Sequence[str], question: str) -> list[str]:
    """Return what isn't in the question, once each."""
    known = set(words(question))
    first = {word.lower(): word for word in reversed(added)}
    fresh = dict.fromkeys(first[word.lower()] for word in added)
    return [word for word in fresh if known.isdisjoint(words(word))]


def _plain(word: str) -> str:
    return re.sub(r"['’]?s?$", "", word.lower())


def _topic(question: str) -> list[str]:
    tokens = _TOPIC_SPLIT.findall(question)
    return [word for word in tokens if word.lower() not in FUNCTION_WORDS | LEANING]


def _names(answer: str) -> list[str]:
    """Return an answer's names; those that aren't placed by a preposition, as places are, first."""
    found = list(_ANSWERED.finditer(answer))
    found.sort(key=lambda match: bool(match["placed"]))
    names = [match["name"] for match in found]
    known = [
        name
        for name in names
        if name.lower() not in FUNCTION_WORDS | LEANING and not NO_NAME.fullmatch(name)
    ]
    return list(dict.fromkeys(known))
