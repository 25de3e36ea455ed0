"""The eight public endpoints: their names, arguments and JSON are a contract with clients."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial, wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypedDict

import gradio as gr
from gradio.events import api
from gradio.utils import get_upload_folder

from index.errors import FootnoteError
from interface.arguments import (
    read_count,
    read_documents,
    read_files,
    read_history,
    read_optional_text,
    read_text,
)
from interface.asking import READERS, Run, Runs
from interface.conversation import disarm, stream_text
from retrieval.composing import Composition
from retrieval.values import Answer
from retrieval.wire import (
    UNEXPECTED,
    answer_object,
    document_object,
    hit_object,
    report_object,
    status_object,
    summary_object,
)

if TYPE_CHECKING:
    from index.library import Library
    from retrieval.assistant import Assistant

logger = logging.getLogger(__name__)


class Message(TypedDict):
    """One message of a conversation: `role` is `user` or `assistant`."""

    role: str
    content: str


class Endpoints:
    """What clients can call; every method checks its arguments and returns plain JSON values."""

    def __init__(self, library: Library, assistant: Assistant, runs: Runs | None = None) -> None:
        self._library = library
        self._assistant = assistant
        self._runs = runs or Runs()

    def ask(
        self,
        question: str,
        history: list[Message] | None = None,
        collection: str | None = None,
        documents: list[str] | None = None,
    ) -> dict[str, Any]:
        """Answer a question from the documents, with the exact place of every sentence.

        The answer is an object: answer (text with [n] markers), short_answer, abstained (true
        where the documents don't answer), confidence, sentences, citations (each with
        document_id, source, title, page, place, start, end and the verbatim quote), disagreement,
        hits, standalone_question, timings_ms and provenance. Offsets are Unicode code points in the
        text that /document returns.

        Args:
            question: The question, in words.
            history: The conversation so far, oldest message first, for "when was that?".
            collection: Name of the collection to ask; null means all of them.
            documents: Ids of the documents to ask, at most 1000; null means all of them.

        Returns:
            The answer object.
        """
        asked = read_text(question, name="question")
        with self._start(asked, history, collection, documents) as run:
            return next(answer_object(each) for each in run.events() if isinstance(each, Answer))

    def chat(
        self,
        message: str,
        history: list[Message] | None = None,
        collection: str | None = None,
        documents: list[str] | None = None,
    ) -> Iterator[str]:
        """Answer a message as a stream: each yield is the answer's Markdown so far.

        The last yield is the answer that /ask returns.

        Args:
            message: The question, in words.
            history: The conversation so far, oldest message first.
            collection: Name of the collection to ask; null means all of them.
            documents: Ids of the documents to ask, at most 1000; null means all of them.

        Returns:
            The answer's text with [n] markers, as far as it goes.
        """
        begun = ""
        asked = read_text(message, name="message")
        with self._start(asked, history, collection, documents) as run:
            for event in run.events():
                if isinstance(event, Composition):
                    begun = disarm(event.text)
                    yield begun
                elif isinstance(event, Answer):
                    yield from (text for text in stream_text(event) if text != begun)

    def search(
        self,
        query: str,
        k: int = 10,
        collection: str | None = None,
        documents: list[str] | None = None,
    ) -> list[dict[str, Any]]:
        """Find the passages that fit a query best, without answering it.

        Args:
            query: Words, names, numbers or a question.
            k: How many passages, 1 to 1000.
            collection: Name of the collection to search; null means all of them.
            documents: Ids of the documents to search, at most 1000; null means all of them.

        Returns:
            Hits, best first: document_id, source, title, place ("page 3", "sheet Prices, row 12"
            or null) of its start, start, end, text, score.
        """
        hits = self._assistant.search(
            read_text(query, name="query"),
            k=read_count(k),
            collection=read_optional_text(collection, name="collection"),
            documents=read_documents(documents),
        )
        return [hit_object(hit) for hit in hits]

    def list_documents(self, collection: str | None = None) -> list[dict[str, Any]]:
        """List the documents that can be asked about.

        Args:
            collection: Name of the collection to list; null means all of them.

        Returns:
            Documents: id, source, title, date, size (characters), chunks, modified, collection.
        """
        wanted = read_optional_text(collection, name="collection")
        return [summary_object(summary) for summary in self._library.documents(wanted)]

    def add_documents(
        self, files: list[gr.FileData], collection: str | None = None
    ) -> dict[str, Any]:
        """Add files to the documents; a file of the same name replaces the earlier one.

        They may be text, Markdown, HTML, PDF, DOCX, PPTX, XLSX, CSV, TSV, EPUB, EML, RTF or ODT;
        where Tesseract is installed, also PNG, JPEG and TIFF pictures.

        Args:
            files: Uploaded files, or {name, base64}: a file's name and its bytes in base64.
            collection: Name of the collection to add to; null means "default".

        Returns:
            What became of each file: added, unchanged and refused, lists of {id, source, reason}.
        """
        wanted = read_optional_text(collection, name="collection") or "default"
        with TemporaryDirectory(prefix="footnote-") as scratch:
            paths = read_files(
                files, upload_dir=Path(get_upload_folder()), scratch_dir=Path(scratch)
            )
            return report_object(self._library.add_uploads(paths, collection=wanted))

    def remove_document(self, id: str) -> dict[str, Any]:  # noqa: A002 - the contract's name
        """Remove a document: nothing of it can be found or cited afterwards.

        Args:
            id: The document's id, as /list_documents gives it.

        Returns:
            What was removed: id, source, chunks.
        """
        document_id = self._library.document(read_text(id, name="id")).id
        removed = self._library.remove(document_id)[0]
        return {"id": removed.id, "source": removed.source, "chunks": removed.chunks}

    def document(self, id: str) -> dict[str, Any]:  # noqa: A002 - the contract's name
        """Return a document's whole text, to which all offsets refer.

        Args:
            id: The document's id, as citations, hits and /list_documents give it.

        Returns:
            The document: id, title, source, date, text, pages (each with number, start, end
            and place: "page 3", "slide 2", "sheet Prices").
        """
        return document_object(self._library.document(read_text(id, name="id")))

    def status(self) -> dict[str, Any]:
        """Say whether the server is healthy and what it holds.

        Returns:
            The status: version, generation, documents, chunks, models, healthy.
        """
        return status_object(self._assistant.status())

    def _start(
        self,
        question: str,
        history: list[Message] | None,
        collection: str | None,
        documents: list[str] | None,
    ) -> AbstractContextManager[Run]:
        ask = partial(
            self._assistant.ask,
            question,
            history=read_history(history),
            collection=read_optional_text(collection, name="collection"),
            documents=read_documents(documents),
        )
        return self._runs.start(ask)


def publish(endpoints: Endpoints) -> None:
    """Register the endpoints with the Gradio page that is being built."""
    for read in (
        endpoints.ask,
        endpoints.chat,
        endpoints.search,
        endpoints.list_documents,
        endpoints.document,
        endpoints.status,
    ):
        register(read, group="read", at_once=READERS)
    for write in (endpoints.add_documents, endpoints.remove_document):
        register(write, group="write", at_once=1)


def register(function: Callable[..., Any], *, group: str, at_once: int) -> None:
    """Register one endpoint under its function's name.

    Args:
        function: Takes and returns plain JSON values; what it raises is told in one line.
        group: Endpoints of the same group share their limit.
        at_once: How many requests of the group are answered at the same time.
    """
    api(
        _guard(function),
        api_name=function.__name__,
        concurrency_id=group,
        concurrency_limit=at_once,
    )


@contextmanager
def report_errors() -> Iterator[None]:
    """Turn errors into the one line that a client may see; nothing else of them leaves the server.

    Raises:
        gradio.Error: A known error's message, or that the request failed.
    """
    try:
        yield
    except FootnoteError as error:
        kind = type(error).__name__
        raise gr.Error(str(error), title=kind, print_exception=False) from error
    except Exception as error:
        logger.exception("a request failed")
        raise gr.Error(UNEXPECTED, print_exception=False) from error


def _guard(function: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.isgeneratorfunction(function):

        @wraps(function)
        def guarded(*arguments: Any) -> Any:
            with report_errors():
                yield from function(*arguments)
    else:

        @wraps(function)
        def guarded(*arguments: Any) -> Any:
            with report_errors():
                return function(*arguments)

    # Gradio reads return types from the signature, where they would still be strings.
    vars(guarded)["__signature__"] = inspect.signature(function, eval_str=True)
    return guarded
