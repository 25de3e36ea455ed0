"""Makes a follow-up question understandable without the conversation before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from retrieval.questions import NAME, words
from retrieval.values import Turn

MOST_TURNS = 20  # of a history; older ones are left out
_MOST_NAMES = 3

_MARKER = re.compile(r"\s*\[\d+\]")
_LEANING = frozenset(
    "it its itself they them their theirs he him his she her hers this that these those there then "
    "one ones same such former latter both another others else".split()
)
_FUNCTION_WORDS = frozenset(
    "a an the of in on at by for to from with as and or but so if than about into over under is "
    "are was were be been being am do does did done has have had can could will would shall should "
    "may might must not no yes what which who whom whose when where why how many much old long far "
    "often i you we me us my your our please tell say said give show know there here also any some "
    "other more most very just only ever again between it's that's what's who's".split()
)
_ELLIPSIS = re.compile(r"(?:and|but|or|so|also|what about|how about|what of)\b", re.IGNORECASE)
_ASKING = re.compile(r"\b(?:what|which|who|whom|whose|when|where|why|how)\b", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:and |but |so )?(?:what|how) (?:about|of)\b|and\b|but\b|or\b", re.IGNORECASE
)
_TOPIC_SPLIT = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


class Rewriter(Protocol):
    """Turns a question and the conversation before it into a question that stands alone."""

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Return the standalone form; the question itself where it stands alone already."""
        ...


class RuleRewriter:
    """Adds what the conversation is about to questions that lean on it.

    A question leans when it has a pronoun, begins like an afterthought ("and in 2019?"), or has
    hardly a word of its own. It is given the words that carry the previous question's topic, and
    the names in the previous answer.
    """

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Return the standalone form; the question itself where it stands alone already."""
        standalone, names = "", list[str]()
        for turn in history[-MOST_TURNS:]:
            if turn.role == "user":
                standalone = _complete(turn.content, standalone, names)
            elif turn.role == "assistant":
                names = _names(turn.content)
        return _complete(question, standalone, names)


def _complete(question: str, previous: str, names: Sequence[str]) -> str:
    question = " ".join(question.split())
    if not previous or not _leans(question):
        return question
    afterthought = _ABOUT.match(question)
    if afterthought and not _ASKING.search(question, afterthought.end()):
        # "And restaurants?" asks the previous question again about something else.
        return f"{previous.rstrip(' ?.!')} {question[afterthought.end() :].strip(' ?.!,')}?"
    has_pronoun = any(word in _LEANING for word in words(question))
    known = set(words(question))
    topic = [word for word in _topic(previous) if word.lower() not in known]
    if has_pronoun:
        known |= {word.lower() for word in topic}
        topic += [name for name in names if not known & set(words(name))][:_MOST_NAMES]
    return f"{question.rstrip(' ?.!')} ({' '.join(topic)})?" if topic else question


def _leans(question: str) -> bool:
    tokens = words(question)
    content = [word for word in tokens if word not in _FUNCTION_WORDS and word not in _LEANING]
    if _ELLIPSIS.match(question) or len(content) < 2:
        return True
    return any(word in _LEANING for word in tokens) and not _names_itself(question)


def _names_itself(question: str) -> bool:
    """Whether a pronoun can refer to a name in the question itself, before it."""
    name = NAME.search(question)
    return bool(name) and not any(
        word in _LEANING for word in words(question[: name.start() if name else 0])
    )


def _topic(question: str) -> list[str]:
    tokens = _TOPIC_SPLIT.findall(question)
    return [word for word in tokens if word.lower() not in _FUNCTION_WORDS | _LEANING]


def _names(answer: str) -> list[str]:
    text = _MARKER.sub("", answer)[:2_000]
    names = re.findall(r"\b[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*", text)
    known = [name for name in names if name.lower() not in _FUNCTION_WORDS | _LEANING]
    return list(dict.fromkeys(known))
