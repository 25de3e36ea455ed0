"""How a question becomes an answer: rewrite, search, read, cite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, partial
from hashlib import sha256

from index.errors import InvalidInputError, NotFoundError
from index.language import load_languages
from index.library import Library
from index.snapshot import Snapshot, Status
from index.values import Chunk, digest
from retrieval.composing import Answerer, ExtractiveAnswerer, Opening
from retrieval.courtesies import reply_courteously
from retrieval.questions import divide
from retrieval.readers import choose_reader
from retrieval.reading import Reader
from retrieval.remembering import Memory, RememberingEmbedder
from retrieval.rewriting import Rewriter, RuleRewriter
from retrieval.search import Searcher, locate, worth_reading
from retrieval.spelling import load_dictionary, respell
from retrieval.timing import Clock, Observer, unobserved
from retrieval.values import Answer, Hit, Turn
from retrieval.writing import SHOWN_HITS, Writer, get_document

REMEMBERED_ANSWERS = 1_000
MOST_HITS = 100_000  # of a search; the word index sets aside room for twice as many


class Assistant:
    """Answers questions from a library. Any number of threads may ask at once."""

    def __init__(
        self,
        library: Library,
        *,
        reader: Reader | None = None,
        answerer: Answerer | None = None,
        rewriter: Rewriter | None = None,
    ) -> None:
        """Answer from `library`.

        Args:
            library: The documents.
            reader: Finds the words that answer; by default the settings' one.
            answerer: Writes the answer; by default by quoting.
            rewriter: Makes follow-ups stand alone; by default by rules.
        """
        self.library = library
        self._given_reader = reader
        self._answerer = answerer or ExtractiveAnswerer()
        self._rewriter = rewriter or RuleRewriter()
        # The fingerprint of the generation is part of each key: a change forgets all answers.
        self._answers: Memory[tuple[object, ...], Answer] = Memory(REMEMBERED_ANSWERS)

    @cached_property
    def reader(self) -> Reader:
        """The reader, loaded when the first question comes."""
        return self._given_reader or choose_reader(self.library.settings.reader, self._embedder)

    @cached_property
    def _embedder(self) -> RememberingEmbedder:
        return RememberingEmbedder(self.library.embedder)

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self._answerer, self.reader, self.library.embedder.name)

    @cached_property
    def _searcher(self) -> Searcher:
        return Searcher(self._embedder)

    def warm_up(self) -> None:
        """Load what the first questions would have to wait for: models and the dictionary."""
        self._embedder.embed(["ready"])
        load_dictionary()
        load_languages()
        _ = self.reader

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
        """Answer a question with citations, or say that the documents don't.

        Args:
            question: In any language that the documents are in.
            history: The conversation before it, oldest first.
            collection: The collection to answer from, or None for all.
            documents: Ids of the documents in it to answer from, or None for all.
            observer: Told of each stage as it begins and ends; what it raises ends the work.
            lead: Told how the answer begins before it is whole.

        Raises:
            InvalidInputError: The question is empty or too long, or `documents` is empty.
            NotFoundError: There is no such collection or document, or no document at all.
        """
        question = self._check(question)
        turns = tuple(Turn(turn.role, _clean(turn.content)) for turn in history)
        clock = Clock(observer)
        with self.library.snapshot(collection, documents=documents) as snapshot:
            # A digest, as a history is as long as whoever sends it likes.
            context = sha256(repr((turns, snapshot.documents)).encode()).digest()
            same = (question, collection, context, snapshot.generation.state)
            answer = self._answers.recall([same]).get(same)
            if answer is not None:
                return replace(answer, timings_ms=clock.timings())
            answer = self._work_out(question, turns, snapshot, clock, lead)
        self._answers.keep({same: answer})
        return answer

    def _work_out(
        self,
        question: str,
        turns: Sequence[Turn],
        snapshot: Snapshot,
        clock: Clock,
        lead: Opening | None,
    ) -> Answer:
        """Rewrite, search, read, cite."""
        reply = reply_courteously(question, turns, snapshot, self.library.embedder)
        if reply is not None:
            answer = self._writer.reply(question, reply, snapshot)
            return replace(answer, timings_ms=clock.timings())
        with clock.time("rewrite"):
            asked_parts = divide(question)
            parts = self._complete(asked_parts, turns)
            standalone = _put_together(question, asked_parts, parts)
        if len(parts) > 1 or self._writer.llm is not None:
            lead = None  # the answer may begin with something else
        readings = {}
        for part in parts:
            with clock.time("search"):
                hits = self._search(part, max(SHOWN_HITS, self._passages), snapshot)
            with clock.time("read"):
                likely = worth_reading(hits, self._passages)
                texts = [hit.chunk.text for hit in likely]
                asked = respell(part, texts)
                standalone = _put_together(standalone, [part], [asked])
                begin = partial(self._writer.begin, asked, snapshot, lead)
                reading = self.reader.read(asked, likely, snapshot, lead=begin)
            readings[asked] = replace(reading, hits=(*reading.hits, *hits[len(likely) :]))
        with clock.time("cite"):
            answer = self._writer.write(standalone, readings, snapshot)
        return replace(answer, question=question, timings_ms=clock.timings())

    def _complete(self, parts: Sequence[str], turns: Sequence[Turn]) -> list[str]:
        """Return the parts of a question, each standing alone: what follows leans on the first."""
        first, *others = parts
        first = self._rewriter.rewrite(first, turns)
        return [first, *(self._rewriter.join(part, first) for part in others)]

    def read_passage(self, question: str, document_id: str, start: int, end: int) -> Answer:
        """Answer from one stretch of one document, as reading benchmarks do.

        Args:
            question: A standalone question.
            document_id: The document.
            start: Offset of the passage in the document's text.
            end: Offset after it.

        Raises:
            InvalidInputError: The question is empty or too long, or no text lies there.
            NotFoundError: There is no such document.
        """
        question = self._check(question)
        clock = Clock()
        with self.library.snapshot() as snapshot:
            document = get_document(snapshot, document_id)
            if not 0 <= start < end <= len(document.text):
                raise InvalidInputError(
                    f"there is no passage at {start}:{end} of {document.source!r}, which has "
                    f"{len(document.text)} characters; give a range within them"
                )
            text = document.text[start:end]
            chunk = Chunk(
                digest(document_id, str(start), text), document_id, 0, start, end, text, "", None
            )
            hits = (Hit(chunk, 1.0, "given", document.source, document.title),)
            with clock.time("read"):
                reading = self.reader.read(question, hits, snapshot)
            answer = self._writer.write(question, {question: reading}, snapshot)
            return replace(answer, timings_ms=clock.timings())

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
    ) -> tuple[Hit, ...]:
        """Return the `k` passages that fit a query best, best first.

        Args:
            query: Words or a question.
            k: How many at most.
            collection: The collection to search, or None for all.
            documents: Ids of the documents in it to search, or None for all.

        Raises:
            InvalidInputError: The query is empty or too long, `k` isn't from 1 to 100,000, or
                `documents` is empty.
            NotFoundError: There is no such collection or document, or no document at all.
        """
        query = self._check(query)
        if not 1 <= k <= MOST_HITS:
            raise InvalidInputError(f"can't return {k} hits; ask for 1 to {MOST_HITS}")
        with self.library.snapshot(collection, documents=documents) as snapshot:
            return locate(self._search(query, k, snapshot), snapshot)

    def status(self) -> Status:
        """Return the library's status, with the reader and the language model among the models."""
        status = self.library.status()
        reader = {"reader": self.reader.name, "reader_runtime": self.reader.runtime}
        models = {**status.models, **reader, "llm": self._writer.llm}
        return replace(status, models=models)

    @property
    def _passages(self) -> int:
        return self.library.settings.passages

    def _check(self, question: str) -> str:
        limit = self.library.settings.max_question_characters
        if not question.strip():
            raise InvalidInputError("the question is empty; ask something")
        if len(question) > limit:
            raise InvalidInputError(
                f"the question has {len(question)} characters, at most {limit} are read; shorten it"
            )
        return _clean(question.strip())

    def _search(self, query: str, k: int, snapshot: Snapshot) -> tuple[Hit, ...]:
        if not snapshot.words.size:
            raise NotFoundError(
                "there are no documents to search; add some with 'python -m index add PATH'"
            )
        return self._searcher.search(snapshot, query, k=k)


def _put_together(question: str, parts: Sequence[str], others: Sequence[str]) -> str:
    """Return a question with others in place of its parts."""
    for part, other in zip(parts, others, strict=True):
        question = question.replace(part.rstrip("?"), other.rstrip("?"), 1)
    return question


def _clean(text: str) -> str:
    """Return the text without lone surrogates, which JSON can hold, but no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")
