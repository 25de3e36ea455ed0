"""How right an answer's words are: SQuAD's exact match and F1, and containment.

The definitions are those of the official SQuAD 2.0 evaluation script (Rajpurkar et al., 2018).
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

ARTICLES = re.compile(r"\b(a|an|the)\b")
PUNCTUATION = str.maketrans("", "", string.punctuation)
MARKER = re.compile(r"\s*\[\d+\]")


def normalise(text: str) -> str:
    """Lower the case, then drop ASCII punctuation, then articles, then surplus white space."""
    bare = text.lower().translate(PUNCTUATION)
    return " ".join(ARTICLES.sub(" ", bare).split())


@lru_cache(maxsize=65536)
def tokens_of(text: str) -> tuple[str, ...]:
    """Return the words of a normalised text."""
    return tuple(normalise(text).split())


def scored_answers(answers: Sequence[str]) -> tuple[str, ...]:
    """Return the gold answers that have words once normalised; where none has, "" alone."""
    return tuple(answer for answer in answers if tokens_of(answer)) or ("",)


def exact_match(answer: str, golds: Sequence[str]) -> float:
    """Return 1 where the normalised answer equals a normalised gold answer, else 0.

    Without a gold answer, "" is right.
    """
    words = tokens_of(answer)
    return float(any(words == tokens_of(gold) for gold in scored_answers(golds)))


def f1(answer: str, golds: Sequence[str]) -> float:
    """Return the best harmonic mean of word precision and recall over the gold answers.

    Where the answer or the gold answer has no words, it is 1 if neither has, else 0.
    """
    words = tokens_of(answer)
    return max(overlap_f1(words, tokens_of(gold)) for gold in scored_answers(golds))


def overlap_f1(words: Sequence[str], gold: Sequence[str]) -> float:
    """Return F1 of two bags of words."""
    if not words or not gold:
        return float(words == gold)
    shared = (Counter(words) & Counter(gold)).total()
    if not shared:
        return 0.0
    precision, recall = shared / len(words), shared / len(gold)
    return 2 * precision * recall / (precision + recall)


def contains(text: str, golds: Sequence[str]) -> bool:
    """Tell whether the words of a gold answer stand in `text`, in their order and uninterrupted."""
    padded = f" {' '.join(tokens_of(text))} "
    return any(f" {' '.join(tokens_of(gold))} " in padded for gold in scored_answers(golds) if gold)


def without_markers(text: str) -> str:
    """Return an answer's text without its `[n]` markers."""
    return MARKER.sub("", text)
