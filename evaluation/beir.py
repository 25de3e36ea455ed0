"""BEIR folders: a corpus, queries, and judgements of which documents are relevant."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
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
from evaluation.records import Line, Record, read_lines, read_text
from index.errors import DatasetError

Judgements = Mapping[str, Mapping[str, int]]


def read_beir(path: Path) -> Dataset:
    """Read a BEIR folder; its questions are the queries with at least one relevant document.

    Documents that are judged but missing stay relevant: nothing can retrieve them.

    Raises:
        DatasetError: A field is missing or of the wrong type, an id occurs twice, or a judgement
            names no query; names the line.
    """
    corpus, queries, qrels = path / "corpus.jsonl", path / "queries.jsonl", judgement_files(path)
    documents = read_corpus(corpus)
    records = list(read_lines(queries))
    require_unique(((record.text("_id"), record.place) for record in records), what="query")
    judged = read_judgements(qrels, {record.text("_id") for record in records})
    warnings: Counter[str] = Counter()
    warnings["documents without text"] = sum(not document.text.strip() for document in documents)
    known = {document.name: document.text for document in documents}
    named = [name for grades in judged.values() for name in grades]
    warnings["judgements of documents that are not in the corpus"] = sum(
        name not in known for name in named
    )
    return Dataset(
        name=path.resolve().name,
        format="beir",
        documents=documents,
        questions=tuple(
            Question(
                id=record.text("_id"),
                text=record.text("text"),
                answers=(),
                passages=relevant(judged[record.text("_id")]),
                kind="query",
                itself=find_itself(record, known, judged[record.text("_id")]),
            )
            for record in records
            if any(grade > 0 for grade in judged.get(record.text("_id"), {}).values())
        ),
        warnings=counted(warnings),
        digest=digest_files((file.name, file) for file in (corpus, queries, *qrels)),
        path=path,
    )


def read_corpus(path: Path) -> tuple[SourceText, ...]:
    """Return the documents; a document's text is the title, a blank line, the text."""
    documents = []
    places = []
    for record in read_lines(path):
        name = record.text("_id")
        title, text = record.text("title", optional=True), record.text("text", blank=True)
        documents.append(SourceText(name, title, "\n\n".join(filter(None, (title, text)))))
        places.append((name, record.place))
    require_unique(places, what="document")
    return tuple(documents)


def relevant(grades: Mapping[str, int]) -> tuple[Passage, ...]:
    """Return the documents that were judged relevant, whole."""
    return tuple(Passage(name, grade=grade) for name, grade in grades.items() if grade > 0)


def find_itself(query: Record, texts: Mapping[str, str], grades: Mapping[str, int]) -> str | None:
    """Return the document that a query was taken from: the one with its id that holds its text.

    The queries of ArguAna and Quora are documents. BEIR's own evaluation leaves out whatever has
    the query's id, also where numbers coincide by chance and the document is relevant.

    Args:
        query: A line of `queries.jsonl`.
        texts: The documents' texts by name.
        grades: The query's judgements: what is to be found stays.
    """
    name = query.text("_id")
    words, text = (" ".join(each.split()) for each in (query.text("text"), texts.get(name, "")))
    return name if words in text and grades.get(name, 0) <= 0 else None


def judgement_files(path: Path) -> list[Path]:
    """Return the judgements to use: the test split where there is one, else all of them."""
    found = sorted((path / "qrels").glob("*.tsv"))
    if not found:
        raise DatasetError(f"{path} has no qrels/*.tsv; add the judgements")
    return [file for file in found if file.name == "test.tsv"] or found


def read_judgements(files: list[Path], queries: set[str]) -> Judgements:
    """Return the grade of each judged document, by query."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for path in files:
        for number, text in enumerate(read_text(path).splitlines(), start=1):
            fields = text.split("\t")
            if not text.strip() or (number == 1 and fields[-1] == "score"):
                continue
            place = Line(path, number)
            query, document, grade = judgement(fields, place)
            if query not in queries:
                raise DatasetError(f"{place}: no query has the id {query!r}; correct it")
            if grades[query].setdefault(document, grade) != grade:
                raise DatasetError(
                    f"{place}: document {document!r} has another score for query {query!r} "
                    "above; remove one"
                )
    return grades


def judgement(fields: list[str], place: Line) -> tuple[str, str, int]:
    """Return query, document and grade of a judgement's three columns."""
    try:
        query, document, grade = fields
        return query, document, int(grade)
    except ValueError as error:
        raise DatasetError(
            f"{place}: not query, document and whole score parted by tabs; correct the line"
        ) from error
