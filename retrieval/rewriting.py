"""Makes a follow-up question understandable without the conversation before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from retrieval.courtesies import is_small_talk
from retrieval.questions import ASKING, find_kind, words
from retrieval.values import Turn

MOST_TURNS = 20  # of a history; older ones are left out
MOST_CHARACTERS = 1_000  # of a message, and of what the conversation is about
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
    "other more most very just only ever again between it's that's what's who's until till since "
    "during before after within without per".split()
)
_PERSONAL = frozenset("he him his she her hers they them their theirs".split())
_WHO = re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE)
_ELLIPSIS = re.compile(r"(?:and|but|or|so|also|what about|how about|what of)\b", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:and |but |so )?(?:what|how) (?:about|of)\b|and\b|but\b|or\b", re.IGNORECASE
)
# Words that look like a reference and aren't: "is there a", "one reason", "those of the navy", "how
# long does it take", "is it allowed to", "both Ulm and Bonn", "the same as", "that school in Ulm".
# Then "the rule that applies".
_EXPLETIVE = re.compile(
    r"\b(?:is|are|was|were|be|been) there\b|\bthere (?:is|are|was|were|has|have|be)\b|"
    r"\bone (?!(?:is|are|was|were|has|have|had|do|does|did|can|will)\b)\w|"
    r"\bthose (?:of|who|that|which|in|on|with)\b|"
    r"\b(?:do|does|did|will|would|can|could) it (?:take|cost|matter|rain|snow)\b|"
    r"\b(?:is|was) it (?:\w+ly )?(?:possible|impossible|allowed|permitted|forbidden|legal|illegal|"
    r"necessary|required|mandatory|compulsory|important|essential|advisable|customary|common|usual|"
    r"safe|dangerous|easy|easier|hard|harder|difficult|better|best|worth|true)\b|"
    r"\bboth (?:[\w'’-]+ ){1,4}and\b|\bthe same (?:[\w'’-]+ ){0,4}as\b|"
    r"\b(?:this|that|these|those) [\w'’-]+ (?:in|of|at|on|from|near) (?:the )?(?-i:[A-Z])",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"(?<=\w )that (?=(?:is|are|was|were|has|have|had|can|could|will|would|may|must|should|the|an?|"
    r"\w+(?:s|ed))\b)",
    re.IGNORECASE,
)
# "What is photosynthesis?" stands alone; "What was the reason?" and "Who was arrested?" don't.
_DEFINITION = re.compile(
    r"(?:(?:who|where|when) (?:is|was|are|were) (?-i:[A-Z])[\w'’-]+|"
    r"what (?:is|are|was|were) (?:an? )?(?!the\b|\w+ed\b)[\w'’-]+|what does [\w'’-]+ mean)[\s?.!]*",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"\s*\b(?:(?:in|since|by|during|before|after|until|for) )?(?:1\d|20)\d\d\b", re.IGNORECASE
)
_NAMED = re.compile(
    r"\s*\b(with|in|at|on|to|from|by|for|of) (?:the )?[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*"
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
    hardly a word of its own. It is given the conversation's subject: the words of the last question
    that stood alone, and the names that were asked about before where that question has no new one.
    What other follow-ups were about isn't piled up.
    """

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Return the standalone form; the question itself where it stands alone already."""
        topic, names = Topic("", "", (), ()), list[str]()
        small_talk = False
        for turn in history[-MOST_TURNS:]:
            content = " ".join(_MARKER.sub("", turn.content[:MOST_CHARACTERS]).split())
            if turn.role == "user":
                small_talk = is_small_talk(content)
                topic = topic if small_talk else _complete(content, topic, names)
            elif turn.role == "assistant":
                names = names if small_talk else _names(content)
        return _complete(" ".join(question.split()), topic, names).question


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


def _complete(question: str, previous: Topic, names: Sequence[str]) -> Topic:
    own = _topic(question)
    if not previous.question or not _leans(question):
        return Topic(question, question, _move_on(own, previous.subject), tuple(own))
    afterthought = _ABOUT.match(question)
    if afterthought and not ASKING.search(question, afterthought.end()):
        # "And restaurants?" asks the previous question again about something else.
        rest = question[afterthought.end() :].strip(" ?.!,")
        again = _make_room(previous.base[:MOST_CHARACTERS].rstrip(" ?.!"), rest)
        words_again = tuple(_topic(f"{again} {rest}"))
        return Topic(f"{again} {rest}?", previous.base, words_again, words_again)
    subject = (*previous.subject, *_find_answer(question, previous, names))
    added = _distinct((*(() if own else previous.last), *subject), question)
    text = " ".join(added)[:MOST_CHARACTERS]
    complete = f"{question.rstrip(' ?.!')} ({text})?" if text else question
    return Topic(complete, complete, subject, tuple(own) or previous.last)


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
    new = [name for name in names if not known & set(words(name))]
    if not _refers(question):
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


def _make_room(question: str, rest: str) -> str:
    """Return the question without the year, or the name after the same preposition, of `rest`."""
    if _YEAR.search(rest):
        return _YEAR.sub("", question)
    named = _NAMED.match(rest)
    if named is None:
        return question
    return _NAMED.sub(lambda match: "" if match[1] == named[1] else match[0], question)


def _leans(question: str) -> bool:
    conjunction = _ELLIPSIS.match(question)
    if conjunction:
        rest = question[conjunction.end() :].strip(" ,")
        # "But when did the school in Ulm open?" is no afterthought: it asks, and names what about.
        if not (ASKING.match(rest) and any(find_kind(rest, "person"))):
            return True
        question = rest
    content = [word for word in words(question) if word not in _FUNCTION_WORDS | _LEANING]
    if len(content) < 2:
        return not (content and _DEFINITION.fullmatch(question))
    return _refers(question) and not _names_itself(question)


def _refers(question: str) -> bool:
    """Whether a word of the question stands for something that was said before."""
    plain = _RELATIVE.sub("", _EXPLETIVE.sub("", question))
    return any(word in _LEANING for word in words(plain))


def _names_itself(question: str) -> bool:
    """Whether a pronoun can refer to a name in the question itself, before it."""
    start, _ = next(find_kind(question, "person"), (0, 0))
    return start > 0 and not any(word in _LEANING for word in words(question[:start]))


def _topic(question: str) -> list[str]:
    tokens = _TOPIC_SPLIT.findall(question)
    return [word for word in tokens if word.lower() not in _FUNCTION_WORDS | _LEANING]


def _names(answer: str) -> list[str]:
    names = re.findall(r"\b[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*", answer)
    known = [name for name in names if name.lower() not in _FUNCTION_WORDS | _LEANING]
    return list(dict.fromkeys(known))
