"""The adapter of gradio_client: evaluates a running server through its public endpoints."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from evaluation.datasets import Dataset, Question
from evaluation.staging import Staged, stage
from evaluation.systems import JsonObject, take_stock
from index.errors import InvalidInputError, ServerError
from index.progress import Progress, silent

FILES_AT_ONCE = 50
LONGEST_SEARCH = 1000  # what the endpoint allows
TRANSPORT = "network and queue"


class Client(Protocol):
    """What is needed of gradio_client's `Client`."""

    def predict(self, *arguments: Any, api_name: str) -> Any:
        """Call an endpoint and wait for what it returns."""
        ...


def connect(address: str) -> Client:
    """Return a client of the server at `address`.

    Raises:
        ServerError: There is none.
    """
    import gradio_client  # type: ignore[import-untyped]

    try:
        client: Client = gradio_client.Client(address, verbose=False, analytics_enabled=False)
    except Exception as error:  # the client raises whatever its transport does
        raise ServerError(
            f"no Footnote server answers at {address} ({error}); start one with 'make run'"
        ) from error
    return client


class ServerSystem:
    """Footnote behind its endpoints, with the set's documents in a temporary collection.

    Attributes:
        names: Name in the question set of each document, by its source.
        complaints: What went wrong with documents.
        longest_search: How many hits a search gives at most.
    """

    longest_search = LONGEST_SEARCH

    def __init__(self, client: Client, address: str, collection: str) -> None:
        """Evaluate through `client` what is in `collection`; `open` fills it."""
        self._client = client
        self._address = address
        self._collection = collection
        self.names: Mapping[str, str] = {}
        self.complaints: Sequence[str] = ()

    @classmethod
    @contextmanager
    def open(
        cls, dataset: Dataset, client: Client, address: str, progress: Progress = silent
    ) -> Iterator[ServerSystem]:
        """Upload the documents, give the system, and remove them again, whatever happens.

        Raises:
            ServerError: The server fails.
        """
        with stage(dataset) as staged:
            system = cls(client, address, staged.collection)
            try:
                system._upload(staged, progress)
                yield system
            finally:
                system._remove_all(progress)

    @property
    def facts(self) -> JsonObject:
        """The server's version and models; its index has other documents too, and changes."""
        status = self._call("/status")
        return {"version": status["version"], "models": status["models"]}

    def ask(self, question: Question) -> JsonObject:
        """Return the answer object, its timings with what network and queue added."""
        history = [{"role": role, "content": content} for role, content in question.history]
        begin = time.perf_counter()
        answer = self._call("/ask", question.text, history, self._collection)
        elapsed_ms = (time.perf_counter() - begin) * 1000
        timings: Mapping[str, float] = answer["timings_ms"]
        outside = {TRANSPORT: elapsed_ms - timings["total"]} if "total" in timings else {}
        return {**answer, "timings_ms": {**timings, **outside}}

    def read(self, question: Question) -> JsonObject:
        """Refuse: there is no public endpoint for it.

        Raises:
            InvalidInputError: Always.
        """
        raise InvalidInputError(f"{question.id}: a given passage is read in process only")

    def search(self, query: str, k: int) -> Sequence[JsonObject]:
        """Return at most `k` hits, best first."""
        hits: Sequence[JsonObject] = self._call("/search", query, k, self._collection)
        return hits

    def _upload(self, staged: Staged, progress: Progress) -> None:
        from gradio_client import handle_file

        refused: dict[str, str] = {}
        for start in range(0, len(staged.files), FILES_AT_ONCE):
            some = [handle_file(path) for path in staged.files[start : start + FILES_AT_ONCE]]
            report = self._call("/add_documents", some, self._collection)
            refused |= {each["source"]: each["reason"] for each in report["refused"]}
            progress("upload", start + len(some), len(staged.files))
        for each in self._documents():
            if each["source"] not in staged.names:  # left by a run that was killed
                self._call("/remove_document", each["id"])
        sizes = {each["source"]: each["size"] for each in self._documents()}
        self.names, self.complaints = take_stock(staged, sizes, refused)

    def _remove_all(self, progress: Progress) -> None:
        documents = self._documents()
        for done, document in enumerate(documents, start=1):
            self._call("/remove_document", document["id"])
            progress("remove", done, len(documents))

    def _documents(self) -> Sequence[JsonObject]:
        listed: Sequence[JsonObject] = self._call("/list_documents")
        return [each for each in listed if each["collection"] == self._collection]

    def _call(self, endpoint: str, *arguments: Any) -> Any:
        from gradio_client.exceptions import AppError  # type: ignore[import-untyped]

        try:
            return self._client.predict(*arguments, api_name=endpoint)
        except AppError as error:
            # Only what is wrong with a question is its own affair; the rest would end a run here.
            refused = error.title == InvalidInputError.__name__
            kind = InvalidInputError if refused else ServerError
            raise kind(f"{self._address}{endpoint}: {error}") from error
        except Exception as error:  # the client raises whatever its transport does
            raise ServerError(
                f"{self._address}{endpoint} failed ({error}); see the server's log"
            ) from error
