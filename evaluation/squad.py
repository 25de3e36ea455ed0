"""SQuAD 1.1 and 2.0 JSON: each article is one document, its paragraphs joined by a blank line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from evaluation.datasets import (
    Dataset,
    Passage,
    Question,
    SourceText,
    counted,
    digest_files,
    require_unique,
)
from evaluation.records import Place, Record, read_json
from index.errors import DatasetError

SEPARATOR = "\n\n"


def read_squad(path: Path) -> Dataset:
    """Read a SQuAD file; an unanswerable question is one without answers.

    Raises:
        DatasetError: A field is missing or of the wrong type, an id occurs twice, or an answer
            isn't where `answer_start` says; names the line and the place in the JSON.
    """
    warnings: Counter[str] = Counter()
    documents: list[SourceText] = []
    questions: list[tuple[Question, Place]] = []
    names: set[str] = set()
    for article in read_json(path).records("data"):
        title = article.text("title")
        name = free_name(title, names)
        names.add(name)
        paragraphs = article.records("paragraphs")
        text = SEPARATOR.join(paragraph.text("context", blank=True) for paragraph in paragraphs)
        warnings["documents without text"] += not text.strip()
        documents.append(SourceText(name, title, text))
        questions += read_article(paragraphs, name)
    require_unique(((question.id, place) for question, place in questions), what="question")
    return Dataset(
        name=f"{path.resolve().parent.name}/{path.stem}",
        format="squad",
        documents=tuple(documents),
        questions=tuple(question for question, _ in questions),
        warnings=counted(warnings),
        digest=digest_files([("squad", path)]),
        path=path,
    )


def free_name(title: str, names: set[str]) -> str:
    """Return the title, or `title#2` and so on where it is taken."""
    name, count = title, 1
    while name in names:
        count += 1
        name = f"{title}#{count}"
    return name


def read_article(paragraphs: list[Record], document: str) -> Iterator[tuple[Question, Place]]:
    """Yield an article's questions, each with its place in the file."""
    start = 0
    for paragraph in paragraphs:
        context = paragraph.text("context", blank=True)
        for record in paragraph.records("qas"):
            yield read_question(record, document, context, start), record.place
        start += len(context) + len(SEPARATOR)


def read_question(record: Record, document: str, context: str, start: int) -> Question:
    """Return a question about the paragraph `context`, which begins at `start` of the document."""
    spans = [answer_span(answer, context) for answer in record.records("answers")]
    if spans and record.flag("is_impossible", default=False):
        raise DatasetError(
            f"{record.place}: 'is_impossible' is true, yet there are answers; correct either"
        )
    if not spans and not record.flag("is_impossible", default=True):
        raise DatasetError(
            f"{record.place}: no answer is given, yet 'is_impossible' is false; correct either"
        )
    place = (start, start + len(context))
    shifted = tuple((start + first, start + last) for first, last in spans)
    return Question(
        id=record.text("id"),
        text=record.text("question"),
        answers=tuple(context[first:last] for first, last in spans),
        passages=(Passage(document, (place,), shifted),) if spans else (),
        kind="answerable" if spans else "unanswerable",
        document=document,
        given=place,
    )


def answer_span(record: Record, context: str) -> tuple[int, int]:
    """Return an answer's range in its paragraph, checking that it stands there."""
    text, start = record.text("text"), record.number("answer_start")
    if start < 0 or context[start : start + len(text)] != text:
        raise DatasetError(
            f"{record.place}: the answer {text[:60]!r} isn't at 'answer_start' {start} of its "
            "paragraph; correct the offset"
        )
    return start, start + len(text)
