"""Lexical search with tantivy: BM25 over word stems, in a folder of immutable files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from math import log1p
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import CatalogueError
from index.vectors import TIES, Keys, Scores
from index.wording import edits, segmented, without_asking

if TYPE_CHECKING:
    import tantivy

# What each field's BM25 counts. Faint lines (repeated ones, those without a sentence) can be found,
# but hardly move a ranking.
WEIGHTS = {"body": 1.0, "heading": 0.3, "faint": 0.1}
MOST_TERMS = 64  # of a question; the rarest are kept
MOST_CODES = 8
CORRECTED = 0.7  # weight of a word that was taken for a misspelt one
_SHORTEST_CORRECTED = 5  # letters; shorter words are one letter from too many others
_LONGEST_CORRECTED = 40  # letters; the work grows with their square
_LONGEST_WORD = 128  # bytes; a SHA-512 in hexadecimal is to be found
_HEAP = 64_000_000  # bytes that tantivy may use while it writes
_WORD = re.compile(r"\w+")
# Possessive and from a word's start on, so that a long word takes no quadratic time.
_CODE = re.compile(r"\b\w++(?:[-/._:@#+]\w++)+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A chunk as it is searched by its words."""

    key: int
    document_id: str
    collection: str
    body: str
    heading: str
    faint: str


class LexicalIndex:
    """The words of one collection or of several, opened for searching.

    Each collection has an index of its own, so that how rare a word is, and with it the ranking,
    doesn't depend on documents that aren't searched.
    """

    def __init__(self, *folders: Path) -> None:
        """Open the indexes in `folders`, one for each collection.

        Raises:
            CatalogueError: A folder doesn't hold one.
        """
        self._searchers = [_open(folder).searcher() for folder in folders]
        self._schema = _schema()
        self._analyzer = _analyzer()
        self._documents: Sequence[str] | None = None

    @classmethod
    def join(cls, parts: Sequence[LexicalIndex]) -> LexicalIndex:
        """Return one index over what several have opened."""
        joined = cls()
        joined._searchers = [searcher for part in parts for searcher in part._searchers]
        return joined

    def among(self, document_ids: Sequence[str]) -> LexicalIndex:
        """Return the same index, whose search finds chunks of these documents alone.

        How rare a word is, is still counted in all of it.
        """
        narrowed = copy(self)
        narrowed._documents = document_ids
        return narrowed

    def terms(self, text: str) -> list[str]:
        """Return the distinct stems of `text` that can be searched for, in order."""
        return list(dict.fromkeys(self._analyzer.analyze(segmented(text))))

    def document_frequency(self, term: str) -> int:
        """Return in how many chunks a stem occurs."""
        return sum(int(searcher.doc_freq("body", term)) for searcher in self._searchers)

    @property
    def size(self) -> int:
        """Number of chunks."""
        return sum(int(searcher.num_docs) for searcher in self._searchers)

    def question_terms(self, question: str) -> dict[str, float]:
        """Return the stems of a question, each with how sure it is that it was meant.

        A word that occurs nowhere, but would with one letter more, less, changed or swapped, stands
        for the most frequent such word, at `CORRECTED`; every other stem is sure, at 1. Words that
        only ask count where there are no others.
        """
        return self._sure_terms(without_asking(question)) or self._sure_terms(question)

    def _sure_terms(self, question: str) -> dict[str, float]:
        found: dict[str, float] = {}
        for word in _WORD.findall(segmented(question)):
            for stem in self.terms(word):
                correction = None if self._occurs(stem) else self._correct(word.lower())
                found.setdefault(correction or stem, CORRECTED if correction else 1.0)
        return found

    def search(self, text: str, k: int) -> tuple[Keys, Scores]:
        """Return keys and scores of the `k` chunks whose words fit `text` best, best first.

        A score is BM25 as a share of a full match: what a chunk of average length has whose body
        has each stem once, or the best where that is better. Where chunks say it in other words,
        even the best has little of it. What occurs nowhere counts most, as the rarest stem there
        could be.
        """
        certainty = self.question_terms(text)
        keys, scores = self._best([*self._term_queries(certainty), *self._phrase_queries(text)], k)
        best = max(self._full_match(certainty), float(scores.max(initial=0.0)))
        return keys, scores / np.float32(best or 1.0)

    def _full_match(self, certainty: Mapping[str, float]) -> float:
        """Return the BM25 of a chunk of average length whose body has each stem once."""
        size = self.size
        frequencies = {term: min(size, self.document_frequency(term)) for term in certainty}
        weighed = (
            certainty[term] * log1p((size - n + 0.5) / (n + 0.5)) for term, n in frequencies.items()
        )
        return sum(sorted(weighed, reverse=True)[:MOST_TERMS])

    def _best(self, parts: Sequence[tantivy.Query], k: int) -> tuple[Keys, Scores]:
        """Return keys and BM25 of the chunks that fit best, best first."""
        from tantivy import Occur, Query

        if not parts:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        query = self._narrow(Query.boolean_query([(Occur.Should, part) for part in parts]))
        found: list[int] = []
        scored: list[float] = []
        for searcher in self._searchers:
            hits = _search(searcher, query, k)
            found += searcher.fast_field_values("key", [address for _, address in hits])
            scored += [score for score, _ in hits]
        keys, scores = np.array(found, np.int64), np.array(scored, np.float32)
        # Ties are broken by key, as in dense search, so that a ranking doesn't depend on segments.
        order = np.lexsort((keys, -scores))[:k]
        return keys[order], scores[order]

    def _narrow(self, query: tantivy.Query) -> tantivy.Query:
        """Return a query that finds chunks of the chosen documents alone, with the same scores."""
        from tantivy import Occur, Query

        if self._documents is None:
            return query
        chosen = Query.term_set_query(self._schema, "document", self._documents)
        return Query.boolean_query(
            [(Occur.Must, query), (Occur.Must, Query.const_score_query(chosen, 0.0))]
        )

    def _term_queries(self, certainty: Mapping[str, float]) -> list[tantivy.Query]:
        rarest = sorted(certainty, key=lambda term: (self.document_frequency(term), term))
        return [
            self._weighted(field, term, weight * certainty[term])
            for term in rarest[:MOST_TERMS]
            for field, weight in WEIGHTS.items()
        ]

    def _phrase_queries(self, text: str) -> list[tantivy.Query]:
        """Return a query for each code such as `HB-2291/7`, whose parts must stand together."""
        from tantivy import Query

        found = _CODE.findall(unicodedata.normalize("NFC", text))[:MOST_CODES]
        codes = [self._analyzer.analyze(code) for code in found]
        return [
            Query.phrase_query(self._schema, "body", [*words]) for words in codes if len(words) > 1
        ]

    def _correct(self, word: str) -> str | None:
        if not (_SHORTEST_CORRECTED <= len(word) <= _LONGEST_CORRECTED and word.isalpha()):
            return None
        stems = self.terms(" ".join(edits(word)))
        frequencies = {stem: self.document_frequency(stem) for stem in stems}
        known = [stem for stem, frequency in frequencies.items() if frequency]
        likeliest = sorted(known, key=lambda stem: (frequencies[stem], stem), reverse=True)
        return next((stem for stem in likeliest if self._occurs(stem)), None)

    def _occurs(self, stem: str) -> bool:
        return any(
            searcher.doc_freq(field, stem)
            # Frequencies count what was removed until tantivy merges its segment away.
            and searcher.search(self._weighted(field, stem, 1.0), limit=1, count=False).hits
            for searcher in self._searchers
            for field in WEIGHTS
        )

    def _weighted(self, field: str, term: str, weight: float) -> tantivy.Query:
        from tantivy import Query

        query = Query.term_query(self._schema, field, term, index_option="freq")
        return query if weight == 1.0 else Query.boost_query(query, weight)


def create(folder: Path) -> None:
    """Make an empty index in an empty folder."""
    import tantivy

    words = tantivy.Index(_schema(), path=str(folder))
    words.register_tokenizer("footnote", _analyzer())
    words.writer(_HEAP, 1).commit()


def update(folder: Path, *, removed: Sequence[str], added: Iterable[Entry]) -> None:
    """Remove the chunks of some documents, then add chunks, in one step.

    Args:
        folder: A folder that `create` filled or a copy of one; nobody may have it open.
        removed: Ids of documents.
        added: New chunks.
    """
    import tantivy

    writer = _open(folder).writer(_HEAP, 1)
    for document_id in removed:
        writer.delete_documents_by_term("document", document_id)
    for entry in added:
        document = tantivy.Document()
        document.add_unsigned("key", entry.key)
        document.add_text("document", entry.document_id)
        document.add_text("body", segmented(entry.body))
        document.add_text("heading", segmented(entry.heading))
        document.add_text("faint", segmented(entry.faint))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def _search(searcher: tantivy.Searcher, query: tantivy.Query, k: int) -> list[Any]:
    """Return the `k` best hits, and what is just as good as the last of them."""
    hits: list[Any] = []
    for depth in (k + 1, TIES * k):
        hits = searcher.search(query, limit=depth, count=False).hits
        if len(hits) <= k or hits[-1][0] < hits[k - 1][0]:
            break
    return hits


def _open(folder: Path) -> Any:
    import tantivy

    try:
        words = tantivy.Index.open(str(folder))
    except ValueError as error:
        raise CatalogueError(
            f"the word index {folder.name!r} can't be read; run 'python -m index rebuild'"
        ) from error
    words.register_tokenizer("footnote", _analyzer())
    return words


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", fast=True)
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    for field in WEIGHTS:
        builder.add_text_field(field, tokenizer_name="footnote", index_option="position")
    return builder.build()


def _analyzer() -> tantivy.TextAnalyzer:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (
        Filter.remove_long(_LONGEST_WORD),
        Filter.lowercase(),
        Filter.ascii_fold(),
        Filter.stopword("english"),
        Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()
