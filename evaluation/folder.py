"""The `folder` format: `documents/` beside `questions.jsonl`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
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
from evaluation.records import Record, read_lines
from index.errors import DatasetError, RefusedFileError
from index.settings import load_settings

ROLES = ("user", "assistant")


def read_folder(path: Path) -> Dataset:
    """Read a folder set, loading its documents as the index does.

    Raises:
        DatasetError: A field is missing or of the wrong type, an id occurs twice, or evidence
            isn't in the document that it names; names the line.
    """
    file = path / "questions.jsonl"
    records = list(read_lines(file))
    require_unique(((record.text("id"), record.place) for record in records), what="question")
    files = dict(document_files(path / "documents"))
    warnings: Counter[str] = Counter()
    documents = {name: read_document(name, found, warnings) for name, found in files.items()}
    return Dataset(
        name=path.resolve().name,
        format="folder",
        documents=tuple(documents.values()),
        questions=tuple(read_question(record, documents) for record in records),
        warnings=counted(warnings),
        digest=digest_files([("questions.jsonl", file), *files.items()]),
        path=path,
    )


def document_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the path below `folder` and the whole path of each file that isn't hidden."""
    if not folder.is_dir():
        raise DatasetError(f"there is no folder {folder}; put the documents there")
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in below.parts):
            yield below.as_posix(), path


def read_document(name: str, path: Path, warnings: Counter[str]) -> SourceText:
    """Return a file's text; one that the index would refuse is counted and stays empty."""
    from index.loaders import Limits, load

    settings = load_settings()
    limits = Limits(
        max_file_bytes=settings.max_file_bytes, max_text_characters=settings.max_text_characters
    )
    try:
        extract = load(path, limits=limits)
    except RefusedFileError as error:
        warnings[f"document {name} can't be indexed: {error}"] += 1
        return SourceText(name, "", "", path)
    return SourceText(name, extract.title or "", extract.text, path)


def read_question(record: Record, documents: Mapping[str, SourceText]) -> Question:
    """Return one line's question."""
    unanswerable, answers = record.flag("unanswerable"), record.strings("answers")
    if unanswerable and answers:
        raise DatasetError(
            f"{record.place}: 'unanswerable' is true, yet there are answers; correct either"
        )
    if not unanswerable and not any(answer.strip() for answer in answers):
        raise DatasetError(
            f"{record.place}: 'answers' is empty, yet 'unanswerable' is false; give an answer"
        )
    passages = tuple(
        read_evidence(item, documents) for item in record.records("evidence", optional=True)
    )
    history = tuple(read_turn(item) for item in record.records("history", optional=True))
    named = {passage.document for passage in passages}
    return Question(
        id=record.text("id"),
        text=record.text("question"),
        answers=answers,
        passages=() if unanswerable else tuple(dict.fromkeys(passages)),
        kind=record.text("kind", optional=True) or evident_kind(unanswerable, history),
        document=named.pop() if len(named) == 1 else None,
        history=history,
    )


def evident_kind(unanswerable: bool, history: tuple[tuple[str, str], ...]) -> str:
    """Return the kind of a question that has no label of its own."""
    if unanswerable:
        return "unanswerable"
    return "follow-up" if history else "answerable"


def read_evidence(record: Record, documents: Mapping[str, SourceText]) -> Passage:
    """Return a passage: the quote wherever it stands, or the whole document without one."""
    name, quote = record.text("document"), record.text("quote", optional=True)
    if name not in documents:
        raise DatasetError(f"{record.place}: there is no document {name!r}; correct the evidence")
    if not quote:
        return Passage(name)
    ranges = tuple(occurrences(quote, documents[name].text))
    if not ranges:
        raise DatasetError(
            f"{record.place}: the quote {quote[:60]!r} isn't in {name!r}; copy it word by word"
        )
    return Passage(name, ranges, enough=(len(quote) + 1) // 2)


def occurrences(quote: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield each range at which `quote` stands in `text`."""
    start = text.find(quote)
    while start >= 0:
        yield start, start + len(quote)
        start = text.find(quote, start + 1)


def read_turn(record: Record) -> tuple[str, str]:
    """Return a message of the history as (role, content)."""
    role = record.text("role")
    if role not in ROLES:
        raise DatasetError(f"{record.place}: the role {role!r} is none of {', '.join(ROLES)}")
    return role, record.text("content", blank=True)
