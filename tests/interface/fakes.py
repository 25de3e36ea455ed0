"""A library and an assistant that can be worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from threading import Event
from typing import Any

import gradio as gr

from index.errors import InvalidInputError, NotFoundError
from index.progress import Progress, silent
from index.settings import Settings
from index.snapshot import Status
from index.values import (
    AddReport,
    Chunk,
    Document,
    DocumentSummary,
    Outcome,
    Page,
    digest,
    place_at,
)
from interface.chat import ChatTab
from retrieval.composing import Composition, Opening
from retrieval.timing import Observer, unobserved
from retrieval.values import Answer, Citation, Disagreement, Hit, Provenance, Sentence, Turn, cite

LONGEST_QUESTION = 4000
LONGEST_WAIT_S = 3.0
BANK_QUOTE = "The bank closed 115 accounts in March\u00a02025."
HOSTILE_QUOTE = (
    '<script>window.hacked=1</script> <img src=x onerror="window.hacked=2"> *not* `emphasis` [1] '
    "![pixel](http://evil.example/pixel.png) [link](http://evil.example) ${window.hacked=3} "
    "{{window.hacked}} &amp; \u202egnitset\u202c"
)
TWO_LINE_QUOTE = "First line of 🧪 two.\nSecond\tline – é e\u0301, עברית."
NOTICE = (
    "🏦 Notice 🏦\n\nAll is well with 𝔘nicode.\n\n"
    + BANK_QUOTE
    + "\n\n"
    + TWO_LINE_QUOTE
    + "\n\nThe regulator counts 117.\n\nAda Bridge, a clerk, signed it.\n"
)
HOSTILE = "# Heading <b>bold</b>\n\nBefore. " + HOSTILE_QUOTE + "\n\n## After\n\nThe end.\n"


def turns_of(conversation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the turns of a conversation as the page's script reads them."""
    return [json.loads(turn) for turn in conversation["turns"]]


def make_document(
    source: str,
    text: str,
    *,
    title: str | None = None,
    pages: tuple[Page, ...] = (),
    collection: str = "default",
) -> Document:
    return Document(
        id=digest(collection, source),
        collection=collection,
        source=source,
        title=title or source,
        date="2025-03-31" if source == "notice.txt" else None,
        text=text,
        pages=pages,
        content_hash=digest(text),
        modified="2026-01-02T03:04:05+00:00",
    )


def make_long_document() -> Document:
    first = "".join(f"Line {number} of the long document.\n" for number in range(4000))
    second = "The needle lies on page two.\n"
    third = "".join(f"Line {number} after the needle.\n" for number in range(4000))
    text = first + second + third
    return make_document(
        "long.pdf",
        text,
        title="A long document",
        pages=(Page(1, 0, len(first)), Page(2, len(first), len(text))),
    )


class FakeLibrary:
    """Holds documents in memory; refuses files that are empty or aren't text."""

    def __init__(self, documents: Iterable[Document] = (), *, data_dir: Path | None = None) -> None:
        self.data_dir = data_dir  # a page built without one fails, rather than keep things here
        self.held = {document.id: document for document in documents}
        self.filled = ""
        self.generation = 1
        self.settings = Settings(max_file_bytes=1_000_000)
        self.scanned: list[Path] = []
        self.go_on = Event()  # until it is set, a file called "slow" is read

    def original(self, document_id: str) -> Path | None:
        return None

    def add_uploads(
        self,
        files: Sequence[Path],
        *,
        collection: str = "default",
        names: Sequence[str] = (),
        progress: Progress = silent,
    ) -> AddReport:
        self.filled = collection
        groups: dict[str, list[Outcome]] = {"added": [], "unchanged": [], "refused": []}
        for done, (file, name) in enumerate(zip_longest(files, names), start=1):
            if file.stem == "slow":
                for step in range(30):
                    progress("passages", step, 30)
                    self.go_on.wait(0.1)
            kind, outcome = self._add(file, name or file.name, collection)
            groups[kind].append(outcome)
            progress("indexing", done, len(files))
        self.generation += 1
        return AddReport(
            tuple(groups["added"]), tuple(groups["unchanged"]), tuple(groups["refused"]), ()
        )

    def add(self, paths: Sequence[Path], *, progress: Progress = silent) -> AddReport:
        self.scanned += paths
        gone = next(document for document in self.held.values() if document.source == "long.pdf")
        progress("files", 1, 1)
        return AddReport((), (), (), (Outcome(gone.id, gone.source, "its file is gone"),))

    def reindex(self, document_id: str, *, progress: Progress = silent) -> AddReport:
        document = self.document(document_id)
        progress("files", 1, 1)
        return AddReport((Outcome(document.id, document.source, ""),), (), (), ())

    def without_file(self, document_ids: Sequence[str]) -> frozenset[str]:
        gone = digest("default", "long.pdf")
        return frozenset({gone} & set(document_ids))

    def _add(self, file: Path, name: str, collection: str) -> tuple[str, Outcome]:
        if file.stem == "locked":
            raise InvalidInputError("the library is locked; try again")
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return "refused", Outcome(None, name, "it is not text")
        if not text:
            return "refused", Outcome(None, name, "it is empty; add a file with text")
        document = make_document(name, text, collection=collection)
        if self.held.get(document.id) == document:
            return "unchanged", Outcome(document.id, name, "")
        self.held[document.id] = document
        return "added", Outcome(document.id, name, "")

    def remove(self, source_or_id: str) -> tuple[DocumentSummary, ...]:
        document = self.held.pop(self.document(source_or_id).id)
        return (_summarise(document),)

    def documents(
        self, collection: str | None = None, *, ids: Sequence[str] | None = None
    ) -> tuple[DocumentSummary, ...]:
        self.check_collection(collection)
        held = (
            each
            for each in self.held.values()
            if collection in (None, each.collection) and (ids is None or each.id in ids)
        )
        return tuple(_summarise(document) for document in held)

    def check_collection(self, collection: str | None) -> None:
        known = sorted({document.collection for document in self.held.values()})
        if collection is not None and collection not in known:
            raise NotFoundError(
                f"there is no collection {collection!r}; there are: {', '.join(known)}"
            )

    def document(self, document_id: str) -> Document:
        if document_id == "broken":
            raise RuntimeError("/srv/secret/catalogue.sqlite is broken")
        if document_id not in self.held:
            raise NotFoundError(f"there is no document {document_id!r}; list them first")
        return self.held[document_id]


class FakeAssistant:
    """Answers by a table of quotes; whatever isn't in it is declined."""

    def __init__(self, library: FakeLibrary) -> None:
        self.library = library
        self.histories: list[tuple[Turn, ...]] = []
        self.go_on = Event()  # until it is set, what begins with "wait" is read

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        collection: str | None = None,
        documents: Sequence[str] | None = None,
        observer: Observer = unobserved,
        lead: Opening | None = None,
    ) -> Answer:
        held = self._choose(collection, documents)
        self.histories.append(tuple(history))
        if not question.strip():
            raise InvalidInputError("the question is empty; ask something")
        if len(question) > LONGEST_QUESTION:
            raise InvalidInputError(
                f"the question has {len(question)} characters; {LONGEST_QUESTION} are the most"
            )
        if question == "crash":
            raise RuntimeError("/srv/secret/catalogue.sqlite is broken")
        if question == "hello":
            return make_answer(question, (), text="Hello. Ask me a question.")
        for stage in ("search", "read"):
            observer(stage, None)
            if stage == "read" and question.startswith("wait"):
                self.go_on.wait(LONGEST_WAIT_S)
            observer(stage, 1.5)
        texts = "".join(document.text for document in held)
        quotes = [quote for quote in self._find_quotes(question) if quote in texts]
        hits = self.search(question, k=5, collection=collection, documents=documents)
        answer = make_answer(question, self._cite(quotes), hits)
        if lead is not None and len(quotes) > 1:
            begun = answer.text.partition("]")[0] + "]"
            lead(Composition(begun, answer.sentences[:1], answer.citations[:1]))
        asked = None if documents is None else tuple(sorted(documents))
        return replace(
            answer,
            provenance=replace(answer.provenance, collection=collection, documents=asked),
        )

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
    ) -> tuple[Hit, ...]:
        found = self._choose(collection, documents)
        return tuple(_make_hit(document) for document in found)[:k]

    def _choose(self, collection: str | None, documents: Sequence[str] | None) -> list[Document]:
        self.library.check_collection(collection)
        chosen = list(self.library.held.values())
        if documents is not None:
            chosen = [self.library.document(document_id) for document_id in documents]
        return [each for each in chosen if collection in (None, each.collection)]

    def status(self) -> Status:
        count = len(self.library.held)
        return Status(
            version="0.1.0",
            generation=self.library.generation,
            documents=count,
            chunks=count,
            models={"embedder": "fake", "reader": "fake", "llm": None},
            healthy=True,
            index_hash="0" * 16,
            problems=(),
        )

    def _find_quotes(self, question: str) -> tuple[str, ...]:
        table = {
            "accounts": (BANK_QUOTE, "The regulator counts 117."),
            "hostile": (HOSTILE_QUOTE,),
            "lines": (TWO_LINE_QUOTE,),
            "Ada Bridge": ("Ada Bridge, a clerk, signed it.",),
            "needle": ("The needle lies on page two.",),
        }
        return next((quotes for word, quotes in table.items() if word in question), ())

    def _cite(self, quotes: Sequence[str]) -> tuple[Citation, ...]:
        citations = []
        for marker, quote in enumerate(quotes, start=1):
            document = next(held for held in self.library.held.values() if quote in held.text)
            start = document.text.index(quote)
            citations.append(
                cite(
                    document,
                    _make_chunk(document),
                    marker=marker,
                    start=start,
                    end=start + len(quote),
                    quote=quote,
                    score=0.9,
                )
            )
        return tuple(citations)


def make_answer(
    question: str,
    citations: tuple[Citation, ...],
    hits: tuple[Hit, ...] = (),
    *,
    text: str = "The documents don't answer this.",
) -> Answer:
    sentences = tuple(Sentence(item.quote, (item.marker,), "verbatim") for item in citations)
    quoted = " ".join(f"{item.quote} [{item.marker}]" for item in citations)
    return Answer(
        question=question,
        standalone_question=question.replace("that", "the notice"),
        text=quoted or text,
        short_answer="115" if citations else "",
        sentences=sentences,
        citations=citations,
        hits=hits,
        abstained=not citations,
        confidence=0.9 if citations else 0.1,
        disagreement=_disagree(citations),
        timings_ms={"search": 1.5, "total": 42.0},
        provenance=Provenance(1, "0" * 16, "fake", "fake", None),
        best_span="115",
    )


def _disagree(citations: tuple[Citation, ...]) -> tuple[Disagreement, ...]:
    if len(citations) < 2:
        return ()
    return (
        Disagreement(
            citations=(1, 2),
            values=("115", "117"),
            attributions=("the bank", "the regulator"),
            dates=("2025-03-31", None),
            note="The documents give different numbers.",
        ),
    )


def _summarise(document: Document) -> DocumentSummary:
    return DocumentSummary(
        id=document.id,
        source=document.source,
        title=document.title,
        date=document.date,
        size=len(document.text),
        chunks=1,
        modified=document.modified,
        collection=document.collection,
    )


def _make_chunk(document: Document) -> Chunk:
    end = min(400, len(document.text))
    return Chunk(
        id=digest(document.id, "chunk"),
        document_id=document.id,
        ordinal=0,
        start=0,
        end=end,
        text=document.text[:end],
        heading="",
        page=None,
    )


def _make_hit(document: Document) -> Hit:
    place = place_at(document, 0)
    return Hit(_make_chunk(document), 0.5, "fusion", document.source, document.title, place)


def make_library(data_dir: Path) -> FakeLibrary:
    return FakeLibrary(
        [
            make_document("notice.txt", NOTICE, title="Notice to <i>customers</i>"),
            make_document("hostile <img src=x onerror=alert(1)>.md", HOSTILE),
            make_long_document(),
        ],
        data_dir=data_dir,
    )


def send(
    chat: ChatTab,
    question: object,
    conversation: object,
    browser: object = None,
    request: gr.Request | None = None,
) -> Iterator[dict[str, Any]]:
    """Send a question as the page does."""
    event = gr.EventData(None, {"question": question})
    return chat.submit(conversation, event, browser, request)
