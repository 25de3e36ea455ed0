"""Suggests what to ask next: questions about names and days in the passages found, tried first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from retrieval.questions import CAPITAL
from retrieval.values import Answer

SUGGESTED = 3
TRIED = 6  # questions; each costs as much as any other
CONFIDENT = 0.42  # that the documents answer it; a poor suggestion is worse than none

_NAME = re.compile(
    rf"(?P<article>\b[Tt]he )?\b(?!The )(?P<name>{CAPITAL}[\w’'-]+(?: {CAPITAL}[\w’'-]+){{1,3}})"
    r"(?P<apposition>, (?:an?|who|the (?:former|first|last|then|current))\b)?"
)
_DAY = re.compile(
    r"\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December) \d{4}\b"
)


class Proposal(NamedTuple):
    """A question, and the words in the passages that it is about."""

    question: str
    about: str


def suggest_followups(
    answer: Answer, ask: Callable[[str], Answer], *, go_on: Callable[[], bool] = lambda: True
) -> tuple[str, ...]:
    """Return questions that the documents answer, with something that this answer doesn't cite.

    Args:
        answer: What was just answered, or declined.
        ask: Answers a question; only what it answers is suggested.
        go_on: Asked before each try; when it says no, what was found so far is returned.
    """
    cited = {citation.quote for citation in answer.citations}
    found: list[str] = []
    for proposal in islice(propose(answer), TRIED):
        if len(found) == SUGGESTED or not go_on():
            break
        reply = ask(proposal.question)
        if _is_worth_asking(reply, proposal.about, cited):
            found.append(proposal.question)
            cited.update(citation.quote for citation in reply.citations)
    return tuple(found)


def propose(answer: Answer) -> Iterator[Proposal]:
    """Yield questions about what the passages name, the likeliest to be answered first.

    A name that is explained where it stands ("Ada Lovelace, the mathematician") comes before the
    others, and what the question itself names never comes.
    """
    asked = f"{answer.question}\n{answer.standalone_question}".casefold()
    proposals = sorted(_find(answer), key=lambda ranked: ranked[0])
    seen: set[str] = set()
    for _, proposal in proposals:
        known = proposal.about.casefold()
        if known not in asked and known not in seen:
            seen.add(known)
            yield proposal


def _find(answer: Answer) -> Iterator[tuple[int, Proposal]]:
    """Yield (rank, proposal), lower ranks first, in the order of the passages."""
    for hit in answer.hits:
        lines = (line for line in hit.chunk.text.splitlines() if not line.startswith("#"))
        text = "\n".join(lines)
        for day in _DAY.findall(text):
            yield 1, Proposal(f"What happened on {day}?", day)
        for found in _NAME.finditer(text):
            name = found["name"].removesuffix("’s").removesuffix("'s")
            explained = found["apposition"] is not None
            if found["article"]:
                yield 1 - explained, Proposal(f"What is the {name}?", name)
            elif explained:
                yield 0, Proposal(f"Who is {name}?", name)
            else:
                yield 2, Proposal(f"What is {name}?", name)


def _is_worth_asking(reply: Answer, about: str, cited: set[str]) -> bool:
    if reply.abstained or reply.confidence < CONFIDENT or not reply.citations:
        return False
    best = reply.citations[0]
    return about in best.quote and best.quote not in cited
