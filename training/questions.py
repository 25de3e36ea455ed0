"""Questions to train on, from files in SQuAD format, and which of them are for what."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import DatasetError
from index.library import Library
from index.progress import Progress

# The project's own questions: what is learnt from, and what is held out for calibration.
WRITTEN = Path(__file__).parent / "written.json"
WRITTEN_HELD_OUT = WRITTEN.with_name("held_out.json")
SEPARATOR = "\n\n"  # of an article's paragraphs
HELD_OUT_ARTICLES = 30  # set aside: thresholds and calibration are fitted on them
HELD_OUT_TYPED = 600  # of the questions typed into a search engine, likewise
DEVELOPMENT_ARTICLES = 40  # the next ones: weights are fitted on them


@dataclass(frozen=True, slots=True)
class TrainingQuestion:
    """A question with its gold spans.

    Attributes:
        text: The question.
        source: Name of the article it is asked of.
        spans: (start, end) of each gold answer in the article's text; empty if unanswerable.
    """

    text: str
    source: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Articles and the questions about them.

    Attributes:
        texts: (source, title, text) of each article.
        questions: What is asked.
    """

    texts: tuple[tuple[str, str, str], ...]
    questions: tuple[TrainingQuestion, ...]


def load_articles(path: Path) -> list[dict[str, Any]]:
    """Return the articles of a SQuAD file in an order that depends on their titles alone.

    Raises:
        DatasetError: The file isn't there or isn't in SQuAD format.
    """
    try:
        articles: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["data"]
        return sorted(articles, key=lambda item: hashlib.sha256(item["title"].encode()).hexdigest())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(
            f"{str(path)!r} can't be read as SQuAD JSON ({error!r}); give another one with --data"
        ) from error


def make_set(articles: Sequence[dict[str, Any]], *, limit: int, seed: int) -> TrainingSet:
    """Return articles as documents and at most `limit` of their questions, drawn by `seed`.

    Raises:
        DatasetError: An article lacks something or has it in another form; names the article.
    """
    texts = []
    questions: list[TrainingQuestion] = []
    for number, article in enumerate(articles):
        title = article["title"]
        source = f"{number}-{title}"
        try:
            contexts = [paragraph["context"] for paragraph in article["paragraphs"]]
            texts.append((source, title.replace("_", " "), SEPARATOR.join(contexts)))
            questions += _read_questions(article, source)
        except (KeyError, TypeError) as error:
            raise DatasetError(
                f"the article {title!r} isn't in SQuAD format ({error!r}); correct it or give "
                "another file with --data"
            ) from error
    drawn = random.Random(seed).sample(questions, min(limit, len(questions)))  # noqa: S311
    return TrainingSet(tuple(texts), tuple(drawn))


def _read_questions(article: dict[str, Any], source: str) -> Iterator[TrainingQuestion]:
    """Yield the questions of an article with their answers' places in its whole text."""
    offset = 0
    for paragraph in article["paragraphs"]:
        for item in paragraph["qas"]:
            starts = [(offset + each["answer_start"], each["text"]) for each in item["answers"]]
            spans = tuple((start, start + len(text)) for start, text in starts)
            yield TrainingQuestion(item["question"], source, spans)
        offset += len(paragraph["context"]) + len(SEPARATOR)


def load_held_out(
    data: Path, *, limit: int, seed: int
) -> tuple[dict[str, TrainingSet], tuple[TrainingQuestion, ...]]:
    """Return what no reader learns from: questions by their kind, and ones about other documents.

    Args:
        data: Folder with `reading/squad/train.json` and `reading/natural-questions/train.json`.
        limit: Most questions of a kind.
        seed: Of the draws.

    Raises:
        DatasetError: A file isn't there or isn't in SQuAD format.
    """
    typed = load_articles(data / "reading/natural-questions/train.json")[:HELD_OUT_TYPED]
    articles = {
        "SQuAD": load_articles(data / "reading/squad/train.json")[:HELD_OUT_ARTICLES],
        # Half of what was typed is asked about documents that don't answer it.
        "typed": typed[::2],
        "written": load_articles(WRITTEN_HELD_OUT),
    }
    sets = {kind: make_set(held, limit=limit, seed=seed) for kind, held in articles.items()}
    return sets, as_strangers(make_set(typed[1::2], limit=limit, seed=seed))


def join_sets(*sets: TrainingSet) -> TrainingSet:
    """Return all documents and all questions."""
    return TrainingSet(
        tuple(text for each in sets for text in each.texts),
        tuple(question for each in sets for question in each.questions),
    )


def as_strangers(questions: TrainingSet) -> tuple[TrainingQuestion, ...]:
    """Return the questions as ones that other documents don't answer."""
    return tuple(TrainingQuestion(question.text, "", ()) for question in questions.questions)


def index_texts(library: Library, questions: TrainingSet, progress: Progress) -> None:
    """Index a set's texts, and remove what a folder that was used before has besides them."""
    library.add_texts(questions.texts, progress=progress)
    sources = {source for source, _, _ in questions.texts}
    for summary in library.documents():
        if summary.source not in sources:
            library.remove(summary.id)
