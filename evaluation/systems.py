"""What is evaluated: Footnote in this process; `evaluation.server` has the one for a server."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from evaluation.datasets import Dataset, Question
from evaluation.identity import hash_package
from evaluation.output import replace_file
from evaluation.staging import PREFIX, Staged, stage
from index.errors import InvalidInputError
from index.progress import Progress, silent

if TYPE_CHECKING:
    from index.library import Library
    from retrieval.assistant import Assistant

JsonObject = Mapping[str, Any]


class System(Protocol):
    """Something that answers questions about a set's documents, in the endpoints' JSON."""

    @property
    def names(self) -> Mapping[str, str]:
        """Name in the question set of each document, by its source in the system."""
        ...

    @property
    def complaints(self) -> Sequence[str]:
        """What went wrong with documents."""
        ...

    @property
    def facts(self) -> JsonObject:
        """What the figures depend on; a run goes on only where it is the same."""
        ...

    @property
    def longest_search(self) -> int:
        """How many hits a search gives at most."""
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
    """Footnote in this process, with the set's documents in a data folder of their own.

    Attributes:
        names: Name in the question set of each document, by its source.
        complaints: What went wrong with documents.
    """

    def __init__(
        self, dataset: Dataset, library: Library, assistant: Assistant, progress: Progress = silent
    ) -> None:
        """Index the documents, as far as that hasn't been done.

        Args:
            dataset: The question set.
            library: Where its documents go.
            assistant: Answers from the library.
            progress: Told how far indexing is.

        Raises:
            FootnoteError: Whatever indexing raises.
        """
        self._library = library
        self._assistant = assistant
        with stage(dataset) as staged:
            self._collection = staged.collection
            report = self._library.add_uploads(
                staged.files, collection=staged.collection, progress=progress
            )
        for summary in self._library.documents():
            ours = summary.collection == staged.collection
            # What an earlier state of a set left would be searched through, too.
            if summary.collection.startswith(PREFIX) and not (
                ours and summary.source in staged.names
            ):
                self._library.remove(summary.id)
        documents = self._library.documents(staged.collection)
        self._ids = {staged.names[summary.source]: summary.id for summary in documents}
        sizes = {summary.source: summary.size for summary in documents}
        refused = {outcome.source: outcome.reason for outcome in report.refused}
        self.names, self.complaints = take_stock(staged, sizes, refused)

    @property
    def facts(self) -> JsonObject:
        """The index's hash, the models and all settings."""
        status = self._library.status()
        return {
            "index_hash": status.index_hash,
            "models": dict(status.models),
            "settings": self._library.settings.model_dump(mode="json", exclude={"data_dir"}),
        }

    @property
    def longest_search(self) -> int:
        """How many hits a search gives at most."""
        from retrieval.assistant import MOST_HITS

        return MOST_HITS

    def ask(self, question: Question) -> JsonObject:
        """Return the answer object."""
        from retrieval.values import Turn
        from retrieval.wire import answer_object

        history = [Turn(role, content) for role, content in question.history]
        return answer_object(
            self._assistant.ask(question.text, history=history, collection=self._collection)
        )

    def read(self, question: Question) -> JsonObject:
        """Return the answer object, made of the passage that comes with the question alone."""
        from retrieval.wire import answer_object

        document_id = self._ids.get(question.document or "")
        if document_id is None or question.given is None:
            raise InvalidInputError(f"question {question.id!r} has no passage that was indexed")
        start, end = question.given
        return answer_object(self._assistant.read_passage(question.text, document_id, start, end))

    def search(self, query: str, k: int) -> Sequence[JsonObject]:
        """Return at most `k` hits, best first."""
        from retrieval.wire import hit_object

        hits = self._assistant.search(query, k=k, collection=self._collection)
        return [hit_object(hit) for hit in hits]


def take_stock(
    staged: Staged, sizes: Mapping[str, int], refused: Mapping[str, str]
) -> tuple[Mapping[str, str], Sequence[str]]:
    """Return a system's `names` and `complaints`: documents refused, or with another text.

    Args:
        staged: The documents as they were handed over.
        sizes: Length of each indexed text, by the name of its file.
        refused: Why a file was refused, by its name.
    """
    names = {file: staged.names[file] for file in sizes}
    others = [name for file, name in names.items() if staged.sizes[file] != sizes[file]]
    return names, (
        *(f"document {staged.names[file]} was refused: {why}" for file, why in refused.items()),
        *(f"document {name} has other offsets in the index" for name in others),
    )


def open_local(
    dataset: Dataset, data_dir: Path, *, progress: Progress = silent, keep: bool = False
) -> LocalSystem:
    """Return Footnote with the settings of this process and the index in `data_dir`.

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
    library = Library(load_settings({"data_dir": data_dir}))
    assistant = Assistant(library)
    system = LocalSystem(dataset, library, assistant, progress)
    assistant.warm_up()  # or the first question would be timed with the loading of the models
    return system


def default_data_dir(dataset: Dataset, output: Path) -> Path:
    """Return the data folder beside the output folder that belongs to a question set."""
    name = hashlib.sha256(str(dataset.path.resolve()).encode()).hexdigest()[:12]
    return output.resolve().parent / f".index-{name}"


def discard_other_code(data_dir: Path) -> None:
    """Delete an evaluation's own data folder where other code made it: it would index otherwise."""
    import index

    marker = data_dir / "evaluation.json"
    made_by = {"index_code": hash_package(Path(index.__file__).parent)}
    if marker.exists() and marker.read_text("utf-8", "replace") != json.dumps(made_by):
        # Out of the way at once: what an interruption leaves isn't taken for this code's.
        doomed = data_dir.with_name(f"{data_dir.name}.old")
        shutil.rmtree(doomed, ignore_errors=True)
        data_dir.rename(doomed)
        shutil.rmtree(doomed)
    data_dir.mkdir(parents=True, exist_ok=True)
    replace_file(marker, json.dumps(made_by))
