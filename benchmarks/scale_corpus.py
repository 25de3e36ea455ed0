"""Made-up documents: words as frequent as in nature, about subjects that come back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ranks = NDArray[np.int64]

WORDS = 200_000
PARAGRAPHS = 50  # of a document; each fills one chunk
SEPARATOR = "\n\n"
WORDS_OF_PARAGRAPH = (50, 76)  # from, to below: fewer than 256 tokens, and two are too many
WORDS_OF_SENTENCE = 14
# The most frequent words are English, as an index leaves them out.
FUNCTION_WORDS = (
    "the of and to in a is that for it was as with on be by at this not are but or an they "
    "will into their no if there such these then"
).split()
# Ranks below which a word has so many syllables: what is said often is short.
SYLLABLES_BELOW = ((2_000, 2), (10_000, 3), (WORDS, 4))
# Zipf's law as Mandelbrot generalised it: a word of rank r is as frequent as (r + q) ** -s.
MANDELBROT_Q, MANDELBROT_S = 2.7, 1.2

FIELDS = 1_000  # that documents are from
# For a field, a document and a paragraph: how many words it favours, and their share of the text.
FIELD_WORDS, FIELD_SHARE = 60, 0.10
DOCUMENT_WORDS, DOCUMENT_SHARE = 25, 0.25
PARAGRAPH_WORDS, PARAGRAPH_SHARE = 10, 0.12

_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aeiou"
_SYLLABLES = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
# Of a word's end; no English suffix ends like that, so that a stemmer leaves it alone.
_ENDINGS = [consonant + vowel for consonant in _CONSONANTS for vowel in "aou"]
_STRIDE = 1_000_003  # a prime, so that words of neighbouring ranks look nothing alike


class Corpus:
    """Documents by number, always the same for a seed, each made in about a millisecond."""

    def __init__(self, seed: int = 0) -> None:
        """Make up the language and the fields."""
        words = make_vocabulary()
        self._forms = np.array(
            [*words, *(word.capitalize() for word in words), *(f"{word}." for word in words)],
            object,
        )
        shares = (np.arange(1, WORDS + 1) + MANDELBROT_Q) ** -MANDELBROT_S
        self._below = np.cumsum(shares) / shares.sum()
        self._seed = seed
        self._fields = _draw_subjects(np.random.default_rng(seed), (FIELDS, FIELD_WORDS))

    def document(self, number: int) -> tuple[str, str, str]:
        """Return the source, the title and the text of a document."""
        text = SEPARATOR.join(self.paragraphs(number))
        return self.source(number), f"Made up {number}", text

    def source(self, number: int) -> str:
        """Return the source of a document."""
        return f"made-up/{number}.txt"

    def paragraphs(self, number: int) -> list[str]:
        """Return the paragraphs of a document."""
        random = np.random.default_rng((self._seed, number))
        lengths = random.integers(*WORDS_OF_PARAGRAPH, PARAGRAPHS)
        ends = np.cumsum(lengths)
        forms = self._forms[self._inflect(random, self._choose(random, lengths), ends)].tolist()
        starts = (ends - lengths).tolist()
        return [
            " ".join(forms[start:end]) for start, end in zip(starts, ends.tolist(), strict=True)
        ]

    def question(self, number: int, seed: int = 0) -> str:
        """Return a question about the paragraph of this number, counted over all documents.

        It has half of the paragraph's distinct words that no stop word and no short one is.
        """
        random = np.random.default_rng((self._seed, number, seed))
        document, place = divmod(number, PARAGRAPHS)
        paragraph = self.paragraphs(document)[place].lower().replace(".", "")
        words = list(dict.fromkeys(word for word in paragraph.split() if len(word) > 5))
        chosen = random.permutation(len(words))[: (len(words) + 1) // 2]
        return " ".join(words[place] for place in sorted(chosen.tolist()))

    def _choose(self, random: np.random.Generator, lengths: Ranks) -> Ranks:
        """Return the rank of each word of a document whose paragraphs have these lengths."""
        total = int(lengths.sum())
        paragraph = np.repeat(np.arange(len(lengths)), lengths)
        field = self._fields[random.integers(FIELDS)]
        document = _draw_subjects(random, (DOCUMENT_WORDS,))
        own = _draw_subjects(random, (len(lengths), PARAGRAPH_WORDS))
        # Squared, as some of a subject's words are said more often than others.
        favoured = random.random(total) ** 2
        kind = random.random(total)
        limits = np.cumsum((FIELD_SHARE, DOCUMENT_SHARE, PARAGRAPH_SHARE))
        ranks: Ranks = np.select(
            [kind < limit for limit in limits],
            [
                field[(favoured * FIELD_WORDS).astype(np.int64)],
                document[(favoured * DOCUMENT_WORDS).astype(np.int64)],
                own[paragraph, (favoured * PARAGRAPH_WORDS).astype(np.int64)],
            ],
            np.searchsorted(self._below, random.random(total)),
        )
        return ranks

    def _inflect(self, random: np.random.Generator, ranks: Ranks, ends: Ranks) -> Ranks:
        """Return the place of each word's form: plain, first of a sentence or last of one."""
        last = random.random(len(ranks)) < 1 / WORDS_OF_SENTENCE
        last[ends - 1] = True
        first = np.roll(last, 1)
        forms: Ranks = ranks + WORDS * np.where(last, 2, first)
        return forms


def make_vocabulary() -> list[str]:
    """Return `WORDS` distinct words, the most frequent first."""
    words = list(FUNCTION_WORDS)
    for below, syllables in SYLLABLES_BELOW:
        room = len(_ENDINGS) * len(_SYLLABLES) ** (syllables - 1)
        numbers = (number * _STRIDE % room for number in range(below - len(words)))
        words.extend([_spell(number, syllables) for number in numbers])
    return words


def _spell(number: int, syllables: int) -> str:
    number, ending = divmod(number, len(_ENDINGS))
    parts = [_ENDINGS[ending]]
    for _ in range(syllables - 1):
        number, place = divmod(number, len(_SYLLABLES))
        parts.append(_SYLLABLES[place])
    return "".join(reversed(parts))


def _draw_subjects(random: np.random.Generator, shape: Sequence[int]) -> Ranks:
    """Return ranks of words that texts are about: neither everyday words nor only the rarest."""
    first = SYLLABLES_BELOW[0][0]
    return (first * (WORDS / first) ** random.random(tuple(shape))).astype(np.int64)
