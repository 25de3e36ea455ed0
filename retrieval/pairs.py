"""A question and a passage as a reader's encoder takes them: rows of tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.errors import UnsupportedModelError
from index.tokenizer import ModelTokenizer, Tokens

QUESTION_TOKENS = 64  # what is longer is cut: so long a question has said what it wants
WINDOW_TOKENS = 288  # of a passage in one row
OVERLAP_TOKENS = 96  # of two windows: no answer is longer
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens of a passage that are read at once.

    Attributes:
        ids: The tokens.
        spans: Where each stands in the passage, as (start, end) in code points.
    """

    ids: Sequence[int]
    spans: Sequence[tuple[int, int]]


def plain(question: str) -> str:
    """Return the words of a question in lower case, without punctuation.

    People spell questions in many ways; none of them says whether there is an answer.
    """
    return " ".join(_WORD.findall(question.lower()))


def windows(tokens: Tokens) -> Iterator[Window]:
    """Yield the windows of a passage: one, or several that overlap."""
    start = 0
    while True:
        end = start + WINDOW_TOKENS
        yield Window(tokens.ids[start:end], tokens.spans[start:end])
        if end >= len(tokens.ids):
            return
        start = end - OVERLAP_TOKENS


class Pairing:
    """Joins questions and passages the way BERT was taught: [CLS] question [SEP] passage [SEP]."""

    def __init__(self, tokenizer: ModelTokenizer) -> None:
        """Use `tokenizer`.

        Raises:
            UnsupportedModelError: It lacks one of BERT's special tokens.
        """
        first, last = tokenizer.special("[CLS]"), tokenizer.special("[SEP]")
        if first is None or last is None:
            raise UnsupportedModelError("its tokenizer has no [CLS] and [SEP]")
        self._first, self._last = first, last
        self._tokenizer = tokenizer

    def questions(self, questions: Sequence[str]) -> list[list[int]]:
        """Return what stands before a passage for each question, [CLS] and [SEP] included."""
        encoded = self._tokenizer.encode([plain(question) for question in questions])
        return [[self._first, *ids[:QUESTION_TOKENS], self._last] for ids in encoded]

    def passages(self, texts: Sequence[str]) -> list[list[Window]]:
        """Return the windows of each passage."""
        return [list(windows(tokens)) for tokens in self._tokenizer.locate(texts)]

    def join(self, question: Sequence[int], window: Window) -> list[int]:
        """Return the row for a question and a window."""
        return [*question, *window.ids, self._last]
