from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.catalogue import FoundChunk
from index.embedding import Vectors
from index.errors import NotFoundError
from index.library import Library
from index.snapshot import Snapshot
from index.vectors import Keys, Mask, Scores
from retrieval.search import DEPTH, Searcher, fuse, rank, worth_reading
from retrieval.values import Hit
from tests.retrieval.fakes import BRIDGE, MILL, add_texts, make_chunk, make_document, make_library

ALPHA, BETA, GAMMA, TWIN = 1, 2, 3, 4
VECTORS = {ALPHA: (1.0, 0.0), BETA: (0.0, 1.0), GAMMA: (0.6, 0.8), TWIN: (1.0, 0.0)}
NAMES = {ALPHA: "alpha.txt", BETA: "beta.txt", GAMMA: "gamma.txt", TWIN: "twin.txt"}
EAST = np.array([1, 0], np.float32)


def ranked(scores: dict[int, float]) -> tuple[Keys, Scores]:
    order = sorted(scores, key=lambda key: -scores[key])
    return np.array(order, np.int64), np.array([scores[key] for key in order], np.float32)


@dataclass
class HandMade:
    """A generation, a catalogue and an embedder of a plane with three passages."""

    lexical: dict[int, float]
    present: Sequence[int] = (ALPHA, BETA, GAMMA)
    depths: list[int] = field(default_factory=list)

    def embed(self, texts: Sequence[str]) -> Vectors:
        assert texts == ["east"]
        return EAST[None, :]

    def nearest(self, query: Vectors, k: int, *, only: Mask | None) -> tuple[Keys, Scores]:
        assert (query.tolist(), only) == (EAST.tolist(), None)
        self.depths.append(k)
        return ranked({key: float(np.dot(VECTORS[key], query)) for key in self.present})

    def words(self, collection: str | None) -> HandMade:
        assert collection is None
        return self

    def search(self, text: str, k: int) -> tuple[Keys, Scores]:
        assert text == "east"
        self.depths.append(k)
        return ranked(self.lexical)

    def chunks(self, keys: Iterable[int]) -> dict[int, FoundChunk]:
        return {
            key: FoundChunk(make_chunk(make_document("x", source=NAMES[key])), NAMES[key], "T")
            for key in keys
        }

    def vectors(self, keys: Keys) -> Vectors:
        return np.array([VECTORS[int(key)] for key in keys], np.float32)

    def find(self, k: int) -> tuple[Hit, ...]:
        snapshot = Snapshot(self, self)  # type: ignore[arg-type]
        return Searcher(self).search(snapshot, "east", k=k)  # type: ignore[arg-type]


def test_both_rankings_add_up_and_what_is_found_first_pulls_the_question_along() -> None:
    """A worked example.

    First round: alpha 1, gamma .6 + 0.4 * .5 = .8, beta 0 + .4 = .4; the mean of the three is
    (.533, .6), so the question moves to (1, 0) + .3 * (.533, .6) = (1.16, .18), of length 1.17388.
    Second round: alpha .98817, gamma .6 * .98817 + .8 * .15334 + .2, beta .15334 + .4.
    """
    hits = HandMade({BETA: 1.0, GAMMA: 0.5}).find(3)
    assert [hit.source for hit in hits] == ["alpha.txt", "gamma.txt", "beta.txt"]
    assert [hit.score for hit in hits] == pytest.approx([0.988174, 0.915574, 0.553337], abs=2e-6)
    assert {hit.stage for hit in hits} == {"fusion"}


def test_no_more_hits_are_given_than_were_asked_for() -> None:
    assert [hit.source for hit in HandMade({}).find(1)] == ["alpha.txt"]


def test_what_is_far_behind_the_best_isnt_worth_reading() -> None:
    hits = HandMade({BETA: 1.0, GAMMA: 0.5}).find(3)  # at .988, .916 and .553, see above
    assert worth_reading(hits, 3) == list(hits[:2])
    assert worth_reading(hits, 1) == list(hits[:1])
    assert worth_reading((), 3) == []


def test_equal_scores_are_ordered_by_the_passages_id() -> None:
    hits = HandMade({ALPHA: 1.0, TWIN: 1.0}, present=()).find(2)
    assert hits[0].score == hits[1].score
    assert [hit.chunk.id for hit in hits] == sorted(hit.chunk.id for hit in hits)


def test_enough_is_fused_however_few_or_many_are_wanted() -> None:
    few, many = HandMade({ALPHA: 1.0}), HandMade({ALPHA: 1.0})
    few.find(1)
    many.find(DEPTH)
    assert few.depths == [DEPTH] * 2
    assert many.depths == [2 * DEPTH] * 2


def test_where_nothing_is_found_there_are_no_hits() -> None:
    assert HandMade({}, present=()).find(5) == ()


def test_what_only_words_find_has_its_exact_cosine() -> None:
    made: Any = HandMade({GAMMA: 1.0})
    snapshot = Snapshot(made, made)
    keys, scores = rank(EAST, np.array([ALPHA]), made.search("east", 9), snapshot)
    assert keys.tolist() == [ALPHA, GAMMA]
    moved = EAST + 0.3 * np.array([0.8, 0.4])
    cosine = float(np.dot([0.6, 0.8], moved / np.linalg.norm(moved)))
    assert scores[1] == pytest.approx(cosine + 0.4, abs=2e-6)


def fused(cosines: list[float], matches: list[float]) -> list[float]:
    return [float(score) for score in fuse(np.array(cosines), np.array(matches))]


def test_fusing_adds_a_share_of_the_match_by_words_to_the_cosine() -> None:
    assert fused([0.8, 0.5], [0.25, 1.0]) == pytest.approx([0.9, 0.9], abs=1e-6)


def test_what_points_the_other_way_counts_as_unrelated() -> None:
    assert fused([-0.4], [0.0]) == [0.0]


def test_the_last_bits_of_a_cosine_do_not_decide() -> None:
    assert len(set(fused([0.5, 0.5 + 1e-7], [0.0, 0.0]))) == 1


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library in which the passages that are not wanted fit best, and are many."""
    library = make_library(tmp_path / "data", {"bridge.txt": BRIDGE}, collection="closed")
    copies = {f"{place}.txt": f"{BRIDGE} {place}" for place in range(2 * DEPTH)}
    add_texts(library, copies, collection="closed")
    add_texts(library, {"mill.txt": MILL}, collection="open")
    return library


def find(library: Library, query: str, collection: str | None, k: int = 5) -> list[str]:
    with library.snapshot(collection) as snapshot:
        hits = Searcher(library.embedder).search(snapshot, query, k=k)
    return [hit.source for hit in hits]


def test_a_collection_is_searched_alone_by_meaning_and_by_words(library: Library) -> None:
    assert find(library, "When was the bridge at Orlen opened?", "open") == ["mill.txt"]
    assert find(library, "lightning", "open") == ["mill.txt"]
    assert "mill.txt" not in find(library, "lightning struck the mill", "closed", k=500)


def test_without_a_collection_all_are_searched(library: Library) -> None:
    assert find(library, "lightning struck the mill", None)[0] == "mill.txt"
    assert "mill.txt" not in find(library, "When was the bridge at Orlen opened?", None)


def test_what_is_removed_is_not_found_any_more(library: Library) -> None:
    library.remove("mill.txt")
    assert "mill.txt" not in find(library, "lightning struck the mill", None, k=500)
    with pytest.raises(NotFoundError, match="there is no collection 'open'"):
        find(library, "lightning struck the mill", "open")


def test_chosen_documents_are_searched_alone_however_many_fit_better(library: Library) -> None:
    (wanted,) = (each for each in library.documents() if each.source == "7.txt")
    (mill,) = (each for each in library.documents() if each.source == "mill.txt")

    def find_among(query: str, *ids: str) -> list[str]:
        with library.snapshot(documents=ids) as snapshot:
            hits = Searcher(library.embedder).search(snapshot, query, k=500)
        return [hit.source for hit in hits]

    question = "When was the bridge at Orlen opened?"
    assert find_among(question, mill.id) == ["mill.txt"]
    assert find_among(question, mill.id, wanted.id, mill.id) == ["7.txt", "mill.txt"]
    assert find_among("lightning struck the mill", mill.id, wanted.id) == ["mill.txt", "7.txt"]
