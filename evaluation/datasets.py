"""Question sets: documents, questions and the passages that answer them, whatever the format."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from evaluation.records import Place
from index.errors import DatasetError


@dataclass(frozen=True, slots=True)
class SourceText:
    """A document of a question set.

    Attributes:
        name: What hits and citations call it.
        title: Its title, "" where it has none.
        text: Its text; all offsets refer to it.
        path: The file that it was read from, where it has one of its own.
    """

    name: str
    title: str
    text: str
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document that answers a question.

    Attributes:
        document: Name of the document.
        ranges: Where it stands in the document's text, once for each time that it occurs there;
            empty where the question set names the document alone.
        answers: Ranges of gold answers inside it; a hit that holds one of them is relevant.
        enough: A hit that holds this many characters of one range is relevant, None where a part
            of the passage is never enough.
        grade: How relevant it is, at least 1.
    """

    document: str
    ranges: tuple[tuple[int, int], ...] = ()
    answers: tuple[tuple[int, int], ...] = ()
    enough: int | None = None
    grade: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what is known to be right.

    Attributes:
        id: Unique in its set.
        text: The question as it is asked.
        answers: Gold answers, any of which is right; empty where the documents don't answer.
        passages: What answers it, empty where nothing does.
        kind: The set's own label, else what is evident from the question.
        document: The document that it was asked about, or None where that isn't one document.
        given: The range of `document` that it was asked about, for reading without search.
        history: Earlier messages as (role, content).
        itself: The document that the question is taken from, which is no find, or None.
    """

    id: str
    text: str
    answers: tuple[str, ...]
    passages: tuple[Passage, ...]
    kind: str
    document: str | None = None
    given: tuple[int, int] | None = None
    history: tuple[tuple[str, str], ...] = ()
    itself: str | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A question set that has been checked.

    Attributes:
        name: For display: the name of its folder or file.
        format: `folder`, `squad` or `beir`.
        documents: All documents, in the order of the set.
        questions: Its questions, in the order of the set.
        warnings: How often something harmless was found, by what it was.
        digest: SHA-256 over the set's files, hexadecimal.
        path: The folder or file that it was read from.
    """

    name: str
    format: str
    documents: tuple[SourceText, ...]
    questions: tuple[Question, ...]
    warnings: tuple[tuple[str, int], ...]
    digest: str
    path: Path

    @property
    def answers_expected(self) -> bool:
        """Whether questions have answers, rather than relevant documents alone."""
        return self.format != "beir"


def load_dataset(path: Path, *, format_name: str = "auto") -> Dataset:
    """Read and check a question set.

    Args:
        path: A folder with `questions.jsonl` or with `corpus.jsonl`, or a SQuAD JSON file.
        format_name: `auto`, `folder`, `squad` or `beir`.

    Raises:
        DatasetError: The set doesn't follow its format; the message names file and line.
    """
    from evaluation import beir, folder, squad

    readers = {"folder": folder.read_folder, "squad": squad.read_squad, "beir": beir.read_beir}
    chosen = recognise(path) if format_name == "auto" else format_name
    dataset = readers[chosen](path)
    if not dataset.questions:
        raise DatasetError(f"{path} has no questions; add one")
    if not dataset.documents:
        raise DatasetError(f"{path} has no documents; add one")
    return dataset


def recognise(path: Path) -> str:
    """Return the format that a folder's or file's shape speaks for.

    Raises:
        DatasetError: It has the shape of none.
    """
    if not path.exists():
        raise DatasetError(f"there is no question set at {path}; check the path")
    if path.is_file():
        return "squad"
    if (path / "corpus.jsonl").exists():
        return "beir"
    if (path / "questions.jsonl").exists():
        return "folder"
    raise DatasetError(
        f"{path} holds neither questions.jsonl (folder) nor corpus.jsonl (beir), and isn't a SQuAD "
        "file; name a question set"
    )


def select(
    dataset: Dataset, *, limit: int | None = None, seed: int = 0, kind: str | None = None
) -> Dataset:
    """Return the set with fewer questions, in file order, and all documents.

    Args:
        dataset: The whole set.
        limit: How many questions to draw uniformly, None for all.
        seed: Which draw.
        kind: Draw from the questions of this kind alone.

    Raises:
        DatasetError: No question is of that kind.
    """
    questions = dataset.questions
    if kind is not None:
        kinds = sorted({question.kind for question in questions})
        questions = tuple(question for question in questions if question.kind == kind)
        if not questions:
            raise DatasetError(
                f"{dataset.path} has no questions of kind {kind!r}; it has {', '.join(kinds)}"
            )
    if limit is not None and limit < len(questions):
        drawn = random.Random(seed).sample(range(len(questions)), limit)  # noqa: S311
        questions = tuple(questions[position] for position in sorted(drawn))
    return replace(dataset, questions=questions)


def digest_files(files: Iterable[tuple[str, Path]]) -> str:
    """Return SHA-256 over names and contents, independent of the order."""
    whole = hashlib.sha256()
    for name, path in sorted(files):
        whole.update(f"{name}\0{path.stat().st_size}\0".encode("utf-8", "surrogateescape"))
        whole.update(path.read_bytes())
    return whole.hexdigest()


def require_unique(places: Iterable[tuple[str, Place]], *, what: str) -> None:
    """Check that ids are unique, given each with its place.

    Raises:
        DatasetError: Two places have the same id; names both.
    """
    seen: dict[str, Place] = {}
    for identifier, place in places:
        if identifier in seen:
            raise DatasetError(
                f"{place}: the {what} id {identifier!r} was used before, in {seen[identifier]}; "
                "make ids unique"
            )
        seen[identifier] = place


def counted(warnings: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Return warnings in the order in which they came up, without those that didn't."""
    return tuple((what, count) for what, count in warnings.items() if count)
