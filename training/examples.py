"""What the reader learns from: questions, each with a passage and the places of its answer."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from index.errors import DatasetError
from retrieval.pairs import Pairing, Window

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a passage.

    Attributes:
        question: Its text.
        passage: Number of the passage it is asked about.
        answer: The gold answer's text; empty where the passage doesn't answer.
    """

    question: str
    passage: int
    answer: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """Passages and what is asked about them.

    Attributes:
        passages: Their texts.
        asked: The questions.
    """

    passages: list[str]
    asked: list[Asked]


@dataclass(frozen=True, slots=True)
class Example:
    """A row to learn from.

    Attributes:
        ids: [CLS] question [SEP] passage [SEP].
        first: Place of the passage's first token in `ids`.
        spans: First and last token of each place where the answer stands; none if it doesn't.
    """

    ids: list[int]
    first: int
    spans: tuple[Span, ...]


def read_corpus(articles: Iterable[dict[str, Any]]) -> Corpus:
    """Return the passages and questions of articles in SQuAD format.

    Raises:
        DatasetError: An article lacks something or has it in another form; names the article.
    """
    corpus = Corpus([], [])
    for article in articles:
        try:
            for paragraph in article["paragraphs"]:
                place = len(corpus.passages)
                corpus.passages.append(str(paragraph["context"]))
                for item in paragraph["qas"]:
                    answers = [str(each["text"]) for each in item["answers"]] or [""]
                    corpus.asked.append(Asked(str(item["question"]), place, answers[0]))
        except (KeyError, TypeError) as error:
            raise DatasetError(
                f"the article {article.get('title')!r} isn't in SQuAD format ({error!r}); correct "
                "it or give another file with --data"
            ) from error
    return corpus


def join_corpora(corpora: Iterable[Corpus]) -> Corpus:
    """Return all passages and all questions."""
    joined = Corpus([], [])
    for corpus in corpora:
        offset = len(joined.passages)
        joined.passages.extend(corpus.passages)
        joined.asked.extend(
            Asked(each.question, each.passage + offset, each.answer) for each in corpus.asked
        )
    return joined


def make_examples(
    asked: Sequence[Asked], passages: Sequence[str], pairing: Pairing
) -> list[Example]:
    """Return a row for each question, with the window of its passage that holds the answer."""
    used = sorted({each.passage for each in asked})
    cut = dict(zip(used, pairing.passages([passages[place] for place in used]), strict=True))
    questions = pairing.questions([each.question for each in asked])
    return [
        _example(each, ids, passages[each.passage], cut[each.passage], pairing)
        for each, ids in zip(asked, questions, strict=True)
    ]


def _example(
    asked: Asked, question: list[int], text: str, cut: Sequence[Window], pairing: Pairing
) -> Example:
    places = list(find_all(text, asked.answer))
    found = [[span for at in places if (span := _tokens(window, at))] for window in cut]
    best = max(range(len(cut)), key=lambda place: len(found[place]))
    if not any(found):  # any part of the passage will do
        best = random.Random(asked.question).randrange(len(cut))  # noqa: S311
    offset = len(question)
    spans = tuple((first + offset, last + offset) for first, last in found[best])
    return Example(pairing.join(question, cut[best]), offset, spans)


def find_all(text: str, answer: str) -> Iterator[Span]:
    """Yield where `answer` stands in `text` as whole words; anywhere, if nowhere so."""
    if not answer:
        return
    places, start = [], text.find(answer)
    while start >= 0:
        places.append((start, start + len(answer)))
        start = text.find(answer, start + 1)
    whole = [at for at in places if not _cuts_a_word(text, at)]
    yield from whole or places


def _cuts_a_word(text: str, span: Span) -> bool:
    start, end = span
    before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    return before or (end < len(text) and text[end].isalnum() and text[end - 1].isalnum())


def _tokens(window: Window, span: Span) -> Span | None:
    """Return the first and last token of a stretch of text, or None if it isn't in the window."""
    inside = [
        place
        for place, (start, end) in enumerate(window.spans)
        if start < span[1] and end > span[0]
    ]
    if not inside or window.spans[inside[0]][0] > span[0] or window.spans[inside[-1]][1] < span[1]:
        return None
    return inside[0], inside[-1]
