from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from index.catalogue import FoundChunk
from index.embedding import Vectors
from index.errors import NotFoundError
from index.library import Library, Snapshot
from index.vectors import Keys, Scores
from retrieval.search import DEPTH, fuse, search
from retrieval.values import Hit
from tests.retrieval.fakes import BRIDGE, MILL, add_texts, make_chunk, make_document, make_library

ALPHA, BETA, GAMMA = 1, 2, 3
VECTORS = {ALPHA: (1.0, 0.0), BETA: (0.0, 1.0), GAMMA: (0.6, 0.8)}
NAMES = {ALPHA: "alpha.txt", BETA: "beta.txt", GAMMA: "gamma.txt"}
EAST = np.array([1, 0], np.float32)


def ranked(scores: dict[int, float]) -> tuple[Keys, Scores]:
    order = sorted(scores, key=lambda key: -scores[key])
    return np.array(order, np.int64), np.array([scores[key] for key in order], np.float32)


@dataclass
class HandMade:
    """A generation and a catalogue of three passages in a plane, and what was asked of them."""

    lexical: dict[int, float]
    present: Sequence[int] = (ALPHA, BETA, GAMMA)
    depths: list[int] = field(default_factory=list)

    def nearest(self, query: Vectors, k: int, *, only: Keys | None) -> tuple[Keys, Scores]:
        assert np.linalg.norm(query) == pytest.approx(1.0)
        assert query.dtype == np.float32
        self.depths.append(k)
        allowed = [key for key in self.present if only is None or key in only]
        return ranked({key: float(np.dot(VECTORS[key], query)) for key in allowed})

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

    def chunk_vectors(self, keys: Sequence[int]) -> Vectors:
        return np.array([VECTORS[key] for key in keys], np.float32)

    def find(self, k: int) -> tuple[Hit, ...]:
        snapshot = Snapshot(self, self)  # type: ignore[arg-type]
        return search(snapshot, "east", EAST, k=k)


def test_both_rankings_add_up_and_what_is_found_first_pulls_the_question_along() -> None:
    """A worked example.

    First round: alpha 1, gamma .6 + 1/3 * 3/6 = .767, beta 0 + 1/3 = .333; the mean of the three is
    (.533, .6), so the question moves to (1, 0) + .3 * (.533, .6) = (1.16, .18), of length 1.17388.
    Second round: alpha .98817, gamma .6 * .98817 + .8 * .15334 + .16667, beta .15334 + .33333.
    """
    hits = HandMade({BETA: 6.0, GAMMA: 3.0}).find(3)
    assert [hit.source for hit in hits] == ["alpha.txt", "gamma.txt", "beta.txt"]
    assert [hit.score for hit in hits] == pytest.approx([0.988174, 0.882241, 0.486670], abs=2e-6)
    assert {hit.stage for hit in hits} == {"fusion"}


def test_no_more_hits_are_given_than_were_asked_for() -> None:
    assert [hit.source for hit in HandMade({}).find(1)] == ["alpha.txt"]


def test_equal_scores_are_ordered_by_the_passages_id() -> None:
    made = HandMade({ALPHA: 1.0, BETA: 1.0}, present=())
    hits = made.find(2)
    assert hits[0].score == hits[1].score
    assert [hit.chunk.id for hit in hits] == sorted(hit.chunk.id for hit in hits)


def test_enough_is_fused_however_few_or_many_are_wanted() -> None:
    few, many = HandMade({ALPHA: 1.0}), HandMade({ALPHA: 1.0})
    few.find(1)
    many.find(DEPTH)
    assert few.depths == [DEPTH] * 3
    assert many.depths == [2 * DEPTH] * 3


def test_where_nothing_is_found_there_are_no_hits() -> None:
    assert HandMade({}, present=()).find(5) == ()


def test_fusing_adds_a_third_of_the_relative_bm25_to_the_cosine() -> None:
    fused = fuse(ranked({1: 0.8, 2: 0.5}), ranked({2: 12.0, 1: 3.0}))
    assert fused == pytest.approx({1: 0.8 + 0.25 / 3, 2: 0.5 + 1 / 3}, abs=1e-6)


def test_what_is_not_among_the_nearest_counts_as_near_as_the_last_of_them() -> None:
    fused = fuse(ranked({1: 0.8, 2: 0.5}), ranked({3: 7.0}))
    assert fused == pytest.approx({1: 0.8, 2: 0.5, 3: 0.5 + 1 / 3}, abs=1e-6)


def test_what_points_the_other_way_counts_as_unrelated() -> None:
    assert fuse(ranked({1: -0.4}), ranked({})) == {1: 0.0}


def test_nothing_and_nothing_is_nothing() -> None:
    assert fuse(ranked({}), ranked({})) == {}


def test_the_last_bits_of_a_cosine_do_not_decide() -> None:
    assert len(set(fuse(ranked({1: 0.5, 2: 0.5 + 1e-7}), ranked({})).values())) == 1


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library in which the passages that are not wanted fit best, and are many."""
    library = make_library(tmp_path / "data", {"bridge.txt": BRIDGE}, collection="closed")
    copies = {f"{place}.txt": f"{BRIDGE} {place}" for place in range(2 * DEPTH)}
    add_texts(library, copies, collection="closed")
    add_texts(library, {"mill.txt": MILL}, collection="open")
    return library


def find(library: Library, query: str, collection: str | None, k: int = 5) -> list[str]:
    vector = library.embedder.embed([query])[0]
    with library.snapshot(collection) as snapshot:
        hits = search(snapshot, query, vector, k=k)
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
