"""Judgements as a question set, for `python -m evaluation run`: what users said becomes a test."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import InvalidInputError, NotFoundError, RefusedFileError
from index.values import Document
from interface.keeping.judgements import Judgement
from retrieval.receipts import asked_of

if TYPE_CHECKING:
    from index.library import Library

# Their text is Markdown, whatever they were; all others are exported as plain text. (A message's is
# either, and nothing but its loader knows.)
MARKDOWN = frozenset(".md .markdown .html .htm .xhtml .docx .pptx .epub .odt .rtf".split())
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_STEM = 60


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What became of the judgements: questions written, and a line for each thing left out."""

    questions: int
    documents: int
    left_out: tuple[str, ...]


def export_question_set(
    judgements: Iterable[Judgement], library: Library, folder: Path
) -> ExportReport:
    """Write `questions.jsonl` and `documents/` into an empty folder, or one that it makes.

    A question is written with the newest judgement of it, where that tells the right answer: a
    thumb up (the answer given), a right answer, or that it should have been declined. The
    documents are those that the answers cited or found, as text, so that quotes are in them.

    Raises:
        InvalidInputError: The folder has something in it or can't be written.
    """
    left_out: list[str] = []
    chosen = list(_choose(judgements, left_out))
    try:
        files = _write_documents(chosen, library, folder, left_out)
        lines = [json.dumps(_as_line(each, files), ensure_ascii=False) for each in chosen]
        (folder / "questions.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    except OSError as error:
        raise InvalidInputError(
            f"can't write the question set to {str(folder)!r} ({error.strerror}); "
            "name another folder"
        ) from error
    return ExportReport(len(chosen), len(files), tuple(left_out))


def right_answers(judgement: Judgement) -> tuple[str, ...] | None:
    """Return the right answers that a judgement tells: none for declining, None for not told."""
    answer, opinion = judgement.answer, judgement.opinion
    if opinion.verdict == "up":
        return () if answer["abstained"] else _given(answer)
    if "should have declined" in opinion.reasons:
        return ()
    if opinion.right_answer:
        return (opinion.right_answer,)
    if opinion.reasons == ("wrong citation",) and not answer["abstained"]:
        return _given(answer)
    return None


def _given(answer: Mapping[str, Any]) -> tuple[str, ...] | None:
    return (answer["short_answer"],) if answer["short_answer"].strip() else None


def _choose(judgements: Iterable[Judgement], left_out: list[str]) -> Iterator[Judgement]:
    newest: dict[tuple[str, str], Judgement] = {}
    for judgement in judgements:
        same = (judgement.answer["question"].strip(), json.dumps(judgement.history))
        if same in newest:
            left_out.append(f"{same[0]!r:.80} was judged again later")
        newest[same] = judgement
    for judgement in newest.values():
        if right_answers(judgement) is None:
            left_out.append(f"{judgement.answer['question']!r:.80}: nobody told the right answer")
        elif not right_answers(judgement) and asked_of(judgement.answer) != (None, None):
            asked = judgement.answer["question"]
            left_out.append(f"{asked!r:.80} was declined by some of the documents, not by all")
        else:
            yield judgement


def _write_documents(
    judgements: Sequence[Judgement], library: Library, folder: Path, left_out: list[str]
) -> dict[str, tuple[str, str]]:
    """Return the name and text of each document that was written, by its id."""
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInputError(f"{str(folder)!r} isn't empty; name a folder that is, or none yet")
    (folder / "documents").mkdir(parents=True, exist_ok=True)
    files: dict[str, tuple[str, str]] = {}
    concerned = dict.fromkeys(
        (each["document_id"], each["source"])
        for judgement in judgements
        for each in (*judgement.answer["citations"], *judgement.answer["hits"])
    )
    for document_id, source in concerned:
        try:
            document = library.document(document_id)
        except NotFoundError:
            left_out.append(f"the document {source!r:.80} is no longer there")
        else:
            files[document_id] = _write_document(document, folder / "documents")
    return files


def _write_document(document: Document, folder: Path) -> tuple[str, str]:
    """Write a document's text under a name that can neither clash nor leave the folder."""
    source = Path(document.source)
    suffix = ".md" if source.suffix.lower() in MARKDOWN else ".txt"
    stem = _UNSAFE.sub("-", source.stem)[:_LONGEST_STEM].strip(".-")
    name = f"{stem}-{document.id}{suffix}".lstrip("-")
    path = folder / name
    path.write_bytes(document.text.encode("utf-8"))
    return name, _load(path, document)


def _load(path: Path, document: Document) -> str:
    """Return the text as an evaluation will read it: evidence must be in that."""
    from index.loaders import Limits, load

    size = path.stat().st_size
    try:
        return load(path, limits=Limits(max_file_bytes=size, max_text_characters=size)).text
    except RefusedFileError as error:
        raise InvalidInputError(
            f"the text of {document.source!r} can't be read back ({error}); remove its judgements"
        ) from error


def _as_line(judgement: Judgement, files: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    answers = right_answers(judgement)
    answer = judgement.answer
    return {
        "id": judgement.id,
        "question": answer["question"],
        "answers": list(answers or ()),
        "unanswerable": not answers,
        "evidence": list(_evidence(judgement, files)) if answers else [],
        "history": list(judgement.history),
    }


def _evidence(
    judgement: Judgement, files: Mapping[str, tuple[str, str]]
) -> Iterator[dict[str, str]]:
    """Yield the quotes of an answer that was found right; nobody has vouched for others."""
    if judgement.opinion.verdict != "up":
        return
    for citation in judgement.answer["citations"]:
        name, text = files.get(citation["document_id"], ("", ""))
        if name and citation["quote"] in text:  # the document may have changed since
            yield {"document": name, "quote": citation["quote"]}
