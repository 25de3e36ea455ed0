"""What is evaluated: Footnote in this process; `evaluation.server` has the one for a server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from evaluation.datasets import Dataset, Question
from evaluation.identity import hash_package
from index.progress import Progress, silent

COLLECTION = "evaluation"
JsonObject = Mapping[str, Any]


class System(Protocol):
    """Something that answers questions about a set's documents, in the endpoints' JSON."""

    @property
    def names(self) -> Mapping[str, str]:
        """Name in the question set of each document, by its source in the system."""
        ...

    @property
    def refused(self) -> Sequence[str]:
        """Documents that the system didn't take, each with the reason."""
        ...

    @property
    def facts(self) -> JsonObject:
        """What the figures depend on; a run goes on only where it is the same."""
        ...

    def ask(self, question: Question) -> JsonObject:
        """Return the answer object."""
        ...

    def read(self, question: Question) -> JsonObject:
        """Return the answer object, made of the passage that comes with the question alone."""
        ...

    def search(self, query: str, k: int) -> Sequence[JsonObject]:
        """Return at most `k` hits, best first."""
        ...


class LocalSystem:
    """Footnote in this process, with the set's documents in a data folder of their own."""

    def __init__(
        self, dataset: Dataset, data_dir: Path, *, progress: Progress = silent, keep: bool = False
    ) -> None:
        """Index the documents, as far as that hasn't been done.

        Args:
            dataset: The question set.
            data_dir: Where the index lies.
            progress: Told how far indexing is.
            keep: Whether an index that was made by other code is used all the same.

        Raises:
            FootnoteError: Whatever indexing raises.
        """
        from index.library import Library
        from index.settings import load_settings
        from retrieval.assistant import Assistant

        if not keep:
            discard_other_code(data_dir)
        settings = load_settings({"data_dir": data_dir})
        self._library = Library(settings)
        self._refused = self._index(dataset, progress)
        self._assistant = Assistant(self._library, settings=settings)
        documents = self._library.documents(COLLECTION)
        self._ids = {summary.source: summary.id for summary in documents}
        self._settings = settings

    @property
    def names(self) -> Mapping[str, str]:
        """Sources are the names."""
        return {source: source for source in self._ids}

    @property
    def refused(self) -> Sequence[str]:
        """Documents that the index didn't take, each with the reason."""
        return self._refused

    @property
    def facts(self) -> JsonObject:
        """The index's hash, the models and all settings."""
        status = self._library.status()
        return {
            "index_hash": status.index_hash,
            "models": dict(status.models),
            "settings": self._settings.model_dump(mode="json", exclude={"data_dir"}),
        }

    def ask(self, question: Question) -> JsonObject:
        """Return the answer object."""
        from retrieval.values import Turn
        from retrieval.wire import answer_object

        history = [Turn(role, content) for role, content in question.history]
        return answer_object(
            self._assistant.ask(question.text, history=history, collection=COLLECTION)
        )

    def read(self, question: Question) -> JsonObject:
        """Return the answer object, made of the passage that comes with the question alone."""
        from retrieval.wire import answer_object

        assert question.document is not None
        assert question.given is not None
        start, end = question.given
        return answer_object(
            self._assistant.read_passage(question.text, self._ids[question.document], start, end)
        )

    def search(self, query: str, k: int) -> Sequence[JsonObject]:
        """Return at most `k` hits, best first."""
        from retrieval.wire import hit_object

        return [
            hit_object(hit) for hit in self._assistant.search(query, k=k, collection=COLLECTION)
        ]

    def _index(self, dataset: Dataset, progress: Progress) -> Sequence[str]:
        if dataset.format == "folder":
            report = self._library.add(
                [dataset.path / "documents"], collection=COLLECTION, progress=progress
            )
        else:
            report = self._library.add_texts(
                (
                    (document.name, document.title, document.text)
                    for document in dataset.documents
                    if document.text.strip()
                ),
                collection=COLLECTION,
                progress=progress,
            )
        names = {document.name for document in dataset.documents}
        for summary in self._library.documents(COLLECTION):
            if summary.source not in names:
                self._library.remove(summary.id)
        return tuple(f"{outcome.source}: {outcome.reason}" for outcome in report.refused)


def default_data_dir(dataset: Dataset, output: Path) -> Path:
    """Return the data folder beside the output folder that belongs to a question set."""
    import hashlib

    name = hashlib.sha256(str(dataset.path.resolve()).encode()).hexdigest()[:12]
    return output.resolve().parent / f".index-{name}"


def discard_other_code(data_dir: Path) -> None:
    """Delete an evaluation's own data folder where other code made it: it would index otherwise."""
    import index

    marker = data_dir / "evaluation.json"
    made_by = {"index_code": hash_package(Path(index.__file__).parent)}
    if marker.exists() and json.loads(marker.read_text("utf-8")) != made_by:
        shutil.rmtree(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    marker.write_text(json.dumps(made_by), "utf-8")
