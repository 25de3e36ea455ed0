"""Mends words of a question that are spelled as nobody does, with words of what was found for it.

The word index finds passages for them all the same; the reader would see word pieces that it never
learnt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from rapidfuzz.distance import OSA

_WORD = re.compile(r"[^\W\d_]+")
_ALONE = re.compile(r"(?<![\w'’-])[^\W\d_]+(?![\w'’-])")  # no part of "wasn't" or of a code
_SHORTEST = 4  # letters; shorter words are one letter from too many others
_SHORTEST_TWICE = 8  # letters of a word that may have two mistakes
# What questions begin with and passages seldom hold.
_ASKING = ("which", "what", "when", "where", "whose", "many", "much", "does")


@cache
def load_dictionary() -> frozenset[str]:
    """Return the English words there are, in lower case; reading them takes a third of a second."""
    from spellchecker import SpellChecker

    return frozenset(SpellChecker(language="en").word_frequency.keys())


def respell(question: str, passages: Sequence[str]) -> str:
    """Return the question, its misspelt words replaced by what they are likeliest to mean.

    Neither an English word nor a word of the passages is misspelt: "hypotension" stays what it is
    where all passages are about hypertension. Nor is a word mended with one that isn't English:
    "cefazolin" isn't "cefalotin", and other languages aren't known here. With a capital it is a
    name, which may well be another one than the passages'; so are words that differ in their first
    letter, where hardly anybody mistypes.

    Args:
        question: What was asked.
        passages: Texts that were found for it.
    """
    asked = {word for word in _ALONE.findall(question) if _may_be_misspelt(word)}
    english = load_dictionary()
    unknown = asked - english
    if not unknown:
        return question
    known = Counter(word for text in passages for word in _WORD.findall(text))
    known.update(_ASKING)
    unknown -= {word.lower() for word in known}
    likely = Counter({word: count for word, count in known.items() if word.lower() in english})
    meant = {word: _nearest(word, likely) for word in unknown}
    return _ALONE.sub(lambda match: meant.get(match[0], match[0]), question)


def _may_be_misspelt(word: str) -> bool:
    return len(word) >= _SHORTEST and word.islower()


def _nearest(word: str, known: Counter[str]) -> str:
    """Return the known word with the fewest mistakes in `word`, of several the most frequent."""
    most = 1 + (len(word) >= _SHORTEST_TWICE)
    mistakes = {
        each: OSA.distance(word, each.lower(), score_cutoff=most)
        for each in known
        if each[0].lower() == word[0]
    }
    close = [each for each, count in mistakes.items() if count <= most]
    return min(
        close,
        key=lambda each: (mistakes[each], each not in _ASKING, -known[each], each),
        default=word,
    )
