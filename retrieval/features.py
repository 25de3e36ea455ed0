"""Measures how well a sentence of a passage fits a question, as a few numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from index.lexical import LexicalIndex
from retrieval.questions import answers_kind, classify, find_kind, words
from retrieval.sentences import label_ranges, quotable_ranges
from retrieval.spans import lies_in
from retrieval.values import Hit

NAMES = (
    "cosine",  # of question and sentence, filled in by the reader
    "passage",  # the passage's fused score, relative to the best passage's
    "rank",  # 1 / rank of the passage
    "overlap",  # share of the question's stems, weighted by rarity, that the sentence has
    "vicinity",  # the same for the sentence and its neighbours
    "passage_overlap",  # the same for the whole passage with its title and headings
    "pairs",  # share of the question's adjacent stem pairs that the sentence has
    "kind",  # 1 where the wanted kind of answer occurs in it
    "no_kind",  # 1 where a number, date, person, place or reason is wanted and doesn't occur
    "new_words",  # logarithm of the number of stems that the question doesn't have
    "shape",  # 1 where it looks like a sentence: a capital, an end mark, at least four words
    "names",  # 1 where it has a name that the question doesn't
    "question",  # 1 where it is a question itself
    "first",  # 1 where it is the first of its passage
)

_CHECKED = frozenset({"number", "date", "person", "place", "reason"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A quotable stretch of a hit: offsets are into the hit's text."""

    hit: Hit
    start: int
    end: int

    @property
    def text(self) -> str:
        """The stretch, verbatim."""
        return self.hit.chunk.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, prepared for comparing.

    Attributes:
        text: As it was asked, standalone.
        kind: What it wants, see `questions.classify`.
        words: Its words in lower case.
        weights: Rarity of each of its stems in the library.
        pairs: Its adjacent stems.
    """

    text: str
    kind: str
    words: frozenset[str]
    weights: dict[str, float]
    pairs: frozenset[tuple[str, str]]

    def share(self, stems: frozenset[str]) -> float:
        """Return which share of its stems, by weight, is among these; 0 where it has none."""
        total = sum(self.weights.values())
        found = sum(weight for stem, weight in self.weights.items() if stem in stems)
        return found / total if total else 0.0


def prepare_question(text: str, library: LexicalIndex) -> Question:
    """Return the question with its stems weighted by inverse document frequency."""
    certainty = library.question_terms(text)
    size = library.size
    weights = {
        stem: sure * math.log(1 + (size + 0.5) / (library.document_frequency(stem) + 0.5))
        for stem, sure in certainty.items()
    }
    pairs = frozenset(pairwise(certainty))
    return Question(text, classify(text), frozenset(words(text)), weights, pairs)


def find_candidates(hits: Sequence[Hit]) -> list[Candidate]:
    """Return every stretch of the passages that can be quoted, but titles and headings."""
    found = []
    for hit in hits:
        text = hit.chunk.text
        labels = label_ranges(text)
        for start, end in quotable_ranges(text):
            if not lies_in((start, start + 1), labels):  # may run on behind them
                found.append(Candidate(hit, start, end))
    return found


def measure(
    question: Question, candidates: Sequence[Candidate], library: LexicalIndex
) -> NDArray[np.float64]:
    """Return the measures in `NAMES` of each candidate, float64 of shape (n, len(NAMES)).

    Args:
        question: The prepared question.
        candidates: Stretches in the order of their passages, best passage first.
        library: Gives the stems of a text.
    """
    best = max((candidate.hit.score for candidate in candidates), default=0.0) or 1.0
    passages = groupby(candidates, key=lambda candidate: candidate.hit.chunk.id)
    rows = []
    for rank, (_, group) in enumerate(passages, start=1):
        sentences = list(group)
        stems = [library.terms(sentence.text) for sentence in sentences]
        around = frozenset(library.terms(_context(sentences[0].hit)))
        shared = {
            "cosine": 0.0,
            "passage": sentences[0].hit.score / best,
            "rank": 1.0 / rank,
            "passage_overlap": question.share(around),
        }
        for place, sentence in enumerate(sentences):
            first = {"first": float(place == 0)}
            row = shared | first | _measure_words(question, stems, place)
            row |= _measure_kind(question, sentence.text) | _measure_form(sentence.text)
            rows.append([row[name] for name in NAMES])
    return np.array(rows).reshape(-1, len(NAMES))


def _measure_words(
    question: Question, stems: Sequence[Sequence[str]], place: int
) -> dict[str, float]:
    """Return what the stems of a sentence, at `place` of its passage, have of the question's."""
    own = frozenset(stems[place])
    near = own.union(*stems[max(0, place - 1) : place + 2])
    return {
        "overlap": question.share(own),
        "vicinity": question.share(near),
        "pairs": _pair_share(question, stems[place]),
        "new_words": math.log1p(len(own - question.weights.keys())),
    }


def _measure_kind(question: Question, text: str) -> dict[str, float]:
    """Return whether a sentence has what the question asks for."""
    has_kind = answers_kind(text, question.kind, question.words)
    names = (text[start:end].lower() for start, end in find_kind(text, "person"))
    return {
        "kind": float(has_kind and question.kind in _CHECKED),
        "no_kind": float(not has_kind),
        "names": float(any(name not in question.words for name in names)),
    }


def _measure_form(text: str) -> dict[str, float]:
    """Return what a sentence looks like, whatever was asked."""
    return {"shape": float(_is_sentence(text)), "question": float(text.rstrip().endswith("?"))}


def _context(hit: Hit) -> str:
    return f"{hit.title}\n{hit.chunk.heading}\n{hit.chunk.text}"


def _pair_share(question: Question, stems: Sequence[str]) -> float:
    if not question.pairs:
        return 0.0
    return len(question.pairs & set(pairwise(stems))) / len(question.pairs)


def _is_sentence(text: str) -> bool:
    return len(words(text)) > 3 and text.rstrip("\"'”’)]")[-1:] in ".!?。！？"
