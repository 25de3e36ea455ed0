"""What search's techniques bring: its order of work, exact cosines, and what is remembered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.ablations_comparison import InTurn, Material, Row, alternate, median_ms
from benchmarks.stand_in import StandInEmbedder
from index import succession
from index.embedding import Embedder, Vectors
from index.library import Library
from index.settings import Settings
from index.snapshot import Snapshot
from index.vectors import Keys, Scores
from retrieval import assistant, remembering, search
from retrieval.assistant import Assistant
from retrieval.remembering import RememberingEmbedder
from retrieval.search import DEPTH, Searcher, fuse
from retrieval.values import Hit

SHOWN = 10
JUDGED = 1_000  # questions whose rankings are judged
ASKED = 30  # questions that are answered, which takes much longer than searching


def ablate_search(material: Material) -> Iterator[Row]:
    """Compare searches in made-up documents by time, in real ones by what comes first."""
    with TemporaryDirectory(dir=material.scratch) as folder:
        yield from compare_times(material, Path(folder) / "made-up")
        yield from compare_rankings(material, Path(folder) / "real")
        yield from compare_memories(material, Path(folder) / "real")


def compare_times(material: Material, folder: Path) -> Iterator[Row]:
    """Compare the milliseconds of a search."""
    Library(Settings(data_dir=folder), embedder=StandInEmbedder()).add_texts(material.documents)
    numbers = np.linspace(0, material.chunks - 1, material.questions).astype(int).tolist()
    questions = [material.corpus.question(number) for number in numbers]
    embedder = SlowStandIn(material.embedder)
    in_turn = Searcher(embedder)
    with (
        Library(Settings(data_dir=folder), embedder=embedder).snapshot() as snapshot,
        patch.object(in_turn, "_beside", InTurn()),
    ):
        searchers = {
            "ours": Searcher(embedder),
            "in turn": in_turn,
            "by codes": CodesSearcher(embedder),
        }
        measures = {
            name: partial(median_ms, partial(searcher.search, snapshot, k=SHOWN), questions)
            for name, searcher in searchers.items()
        }
        times = alternate(measures, material.runs)
    yield Row("words beside the embedding", "before it", "ms", times["ours"], times["in turn"])
    yield Row("exact cosines", "what the index says", "ms", times["ours"], times["by codes"])


def compare_rankings(material: Material, folder: Path) -> Iterator[Row]:
    """Compare how often the paragraph that a question is about comes first, in trained segments."""
    paragraphs = material.paragraphs
    settings = Settings(data_dir=folder, commit_chunks=1_000_000)  # trained once
    embedder = RememberingEmbedder(material.embedder)  # questions are asked three times
    library = Library(settings, embedder=embedder)
    sources = {text: f"{place}.txt" for place, text in enumerate(paragraphs)}
    with patch.object(succession, "TRAINED_FROM", 1):
        library.add_texts([(source, "", text) for text, source in sources.items()])
    asked = [(each, sources[text]) for text, about in paragraphs.items() for each in about]
    asked = asked[:: -(-len(asked) // JUDGED)]
    with library.snapshot() as snapshot:
        ours = share_first(Searcher(embedder), snapshot, asked)
        by_codes = share_first(CodesSearcher(embedder), snapshot, asked)
        with patch.object(search, "FEEDBACK_SHARE", 0.0):
            unmoved = share_first(Searcher(embedder), snapshot, asked)
    yield Row("exact cosines", "what the index says", "right one first", (unmoved,), (by_codes,))
    yield Row("moving the question", "leaving it", "right one first", (ours,), (unmoved,))


def share_first(searcher: Searcher, snapshot: Snapshot, asked: Sequence[tuple[str, str]]) -> float:
    """Return the share of questions for which the right source comes first."""
    found = [searcher.search(snapshot, text, k=SHOWN)[0].source for text, _ in asked]
    return float(
        np.mean([first == source for first, (_, source) in zip(found, asked, strict=True)])
    )


def compare_memories(material: Material, folder: Path) -> Iterator[Row]:
    """Compare the milliseconds of an answer, the first time and once more."""
    library = Library(Settings(data_dir=folder), embedder=material.embedder)
    every = [question for about in material.paragraphs.values() for question in about]
    questions = list(islice(every[:: -(-len(every) // ASKED)], ASKED))
    no_answers = patch.object(assistant, "REMEMBERED_ANSWERS", 0)
    no_vectors = patch.object(remembering, "_TEXTS", 0)
    measure = partial(answer_ms, library, questions)
    times = alternate(
        {
            "first": partial(measure, times=1),
            "first, no vectors": partial(measure, no_vectors, times=1),
            "again": partial(measure, times=2),
            "again, no answers": partial(measure, no_answers, times=2),
            "again, nothing": partial(measure, no_answers, no_vectors, times=2),
        },
        material.runs,
    )
    for technique, instead_of, having, lacking in (
        ("remembered vectors, first time", "none", "first", "first, no vectors"),
        ("remembered vectors, asked again", "none", "again, no answers", "again, nothing"),
        ("remembered answers, asked again", "only vectors", "again", "again, no answers"),
        ("asked again", "the first time", "again", "first"),
    ):
        yield Row(technique, instead_of, "ms", times[having], times[lacking])


def answer_ms(library: Library, questions: Sequence[str], *changes: Any, times: int) -> float:
    """Return the median time of the last of several `times` that all questions are answered."""
    with ExitStack() as stack:
        for change in changes:
            stack.enter_context(change)
        fresh = Assistant(library)
        fresh.ask("Is everything loaded?")
        return [median_ms(fresh.ask, questions) for _ in range(times)][-1]


class SlowStandIn(StandInEmbedder):
    """The stand-in's vectors, in the time that a real embedder takes."""

    def __init__(self, real: Embedder) -> None:
        """Take as long as `real`."""
        super().__init__()
        self._real = real

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors of unit length, shape (len(texts), dimension)."""
        self._real.embed(texts)
        return super().embed(texts)


class CodesSearcher(Searcher):
    """Ranks by the cosines that the index says, and no others."""

    def search(self, snapshot: Snapshot, query: str, *, k: int) -> tuple[Hit, ...]:
        """Return the `k` passages that fit `query` best, best first."""
        by_words = self._beside.submit(snapshot.words.search, query, DEPTH)
        vector = self._embedder.embed([query])[0]
        near = snapshot.generation.nearest(vector, DEPTH, only=snapshot.only)
        keys, scores = rank_by_codes(near, by_words.result())
        return search._show(keys, scores, snapshot, k=k)


def rank_by_codes(
    near: tuple[Keys, Scores], by_words: tuple[Keys, Scores]
) -> tuple[Keys, NDArray[np.float64]]:
    """Return the keys of both rankings and one score for each, shapes (n,).

    A chunk that only its words found is taken to be as near as the least near one.
    """
    keys = np.union1d(near[0], by_words[0])
    cosines = np.full(len(keys), near[1].min(initial=1.0))
    cosines[np.searchsorted(keys, near[0])] = near[1]
    matches = np.zeros(len(keys))
    if len(by_words[0]):
        matches[np.searchsorted(keys, by_words[0])] = by_words[1]
    return keys, fuse(cosines, matches)
