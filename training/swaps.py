"""Questions that no longer fit their passage: one name or number is exchanged for another."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from training.examples import Asked, Corpus

_NAME = re.compile(r"(?<=[\w,] )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")  # not at a sentence's beginning
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")


def swap(corpus: Corpus, *, seed: int) -> list[Asked]:
    """Return questions whose name or number was exchanged for another one of their passage.

    So the passage speaks of everything that is asked, and still doesn't answer it: the reader
    learns to compare who did what, not just whether the words are there. (Rajpurkar et al., 2018,
    count such exchanges among the commonest ways to make a question unanswerable.)
    """
    chance = random.Random(seed)  # noqa: S311
    asked = [each for each in corpus.asked if each.answer]
    swapped = (_swap(each, corpus.passages[each.passage], chance) for each in asked)
    return [each for each in swapped if each is not None]


def _swap(asked: Asked, passage: str, chance: random.Random) -> Asked | None:
    for pattern in (_NUMBER, _NAME):
        old = [match[0] for match in pattern.finditer(asked.question)]
        new = [each for each in _find_others(pattern, passage, asked) if each not in old]
        if old and new:
            changed = asked.question.replace(chance.choice(old), chance.choice(new))
            return Asked(changed, asked.passage, "")
    return None


def _find_others(pattern: re.Pattern[str], passage: str, asked: Asked) -> Sequence[str]:
    """Return the passage's names or numbers that share no word with question or answer."""
    known = {*asked.question.lower().split(), *asked.answer.lower().split()}
    found = dict.fromkeys(match[0] for match in pattern.finditer(passage))
    return [each for each in found if known.isdisjoint(each.lower().split())]
