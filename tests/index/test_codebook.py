from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index import codebook, vectors
from index.codebook import lists_for, write_trained
from index.embedding import Vectors
from index.vectors import Keys, Mask, VectorSegment, open_segment, search_segments, write_flat

NONE = np.zeros(0, np.int64)


def clustered(count: int, *, seed: int = 0, shift: float = 0.0) -> Vectors:
    """Return unit vectors of 16 dimensions around 20 centres."""
    random = np.random.default_rng(7)
    centres = random.standard_normal((20, 16)) + shift
    random = np.random.default_rng(seed)
    made = centres[random.integers(0, 20, count)] + 0.3 * random.standard_normal((count, 16))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


class Trainings:
    """Counts trainings."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def __call__(self, done: int) -> None:
        self.told.append(done)


def flat(folder: Path, first: int, made: Vectors) -> VectorSegment:
    path = folder / f"{first}.faiss"
    write_flat(path, np.arange(first, first + len(made)), made)
    return open_segment(path)


def trained(
    folder: Path,
    merged: list[VectorSegment],
    *,
    codes: VectorSegment | None = None,
    dead: Keys = NONE,
    trainings: Trainings | None = None,
) -> VectorSegment:
    path = folder / f"trained-{len(list(folder.iterdir()))}.faiss"
    count = write_trained(
        path, merged, codebook=codes, dead=dead, training=trainings or Trainings()
    )
    segment = open_segment(path)
    assert (segment.count, segment.trained) == (count, True)
    return segment


def held(segment: VectorSegment) -> dict[int, Vectors]:
    return {
        int(key): vector
        for keys, made in segment.blocks()
        for key, vector in zip(keys, made, strict=True)
    }


def recall(segment: VectorSegment, made: Vectors, first: int) -> float:
    found = 0
    for query in made[:50]:
        nearest = first + np.argsort(-(made @ query))[:10]
        keys, _ = search_segments([segment], query, 10, only=None)
        found += len(np.intersect1d(nearest, keys))
    return found / 500


def test_the_number_of_lists_grows_with_the_root_of_the_vectors() -> None:
    assert [lists_for(count) for count in (1_000, 32_768, 1_000_000)] == [128, 1024, 4096]


def test_a_trained_segment_finds_what_an_exact_search_finds(tmp_path: Path) -> None:
    made, trainings = clustered(3_000), Trainings()
    parts = [flat(tmp_path, 1, made[:2_000]), flat(tmp_path, 2_001, made[2_000:])]
    segment = trained(tmp_path, parts, trainings=trainings)
    assert trainings.told == [0, 1]
    assert sorted(segment.keys.tolist()) == list(range(1, 3_001))
    assert recall(segment, made, 1) >= 0.97


def test_its_codes_tell_almost_the_vectors_that_went_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "BLOCK", 700)
    made = clustered(2_000)
    told = held(trained(tmp_path, [flat(tmp_path, 1, made)]))
    assert len(told) == 2_000
    assert min(float(told[key + 1] @ vector) for key, vector in enumerate(made)) > 0.99


def test_the_dead_are_left_out(tmp_path: Path) -> None:
    segment = trained(tmp_path, [flat(tmp_path, 1, clustered(1_000))], dead=np.array([5, 7]))
    assert sorted({*range(1, 1_001)} - {*segment.keys.tolist()}) == [5, 7]


def test_a_training_that_still_fits_serves_again(tmp_path: Path) -> None:
    made, trainings = clustered(2_200), Trainings()
    first = trained(tmp_path, [flat(tmp_path, 1, made[:1_500])])
    apart = trained(
        tmp_path, [flat(tmp_path, 1_501, made[1_500:2_000])], codes=first, trainings=trainings
    )
    more = flat(tmp_path, 2_001, made[2_000:])
    both = trained(tmp_path, [first, apart, more], codes=first, trainings=trainings)
    assert trainings.told == []
    assert sorted(both.keys.tolist()) == list(range(1, 2_201))
    assert recall(both, made, 1) >= 0.97


def test_segments_of_different_trainings_are_brought_together(tmp_path: Path) -> None:
    made = clustered(2_000)
    one = trained(tmp_path, [flat(tmp_path, 1, made[:1_000])])
    other = trained(tmp_path, [flat(tmp_path, 1_001, made[1_000:])])
    both = trained(tmp_path, [one, other], codes=one)
    assert sorted(both.keys.tolist()) == list(range(1, 2_001))
    assert recall(both, made, 1) >= 0.95


def test_four_times_as_many_vectors_are_trained_anew(tmp_path: Path) -> None:
    made, trainings = clustered(4_500), Trainings()
    first = trained(tmp_path, [flat(tmp_path, 1, made[:1_000])])
    lists = int(first.faiss_index.nlist)
    more = flat(tmp_path, 1_001, made[1_000:])
    grown = trained(tmp_path, [first, more], codes=first, trainings=trainings)
    assert trainings.told == [0, 1]
    assert grown.faiss_index.nlist == 2 * lists


def test_vectors_that_have_moved_away_are_trained_anew(tmp_path: Path) -> None:
    trainings = Trainings()
    first = trained(tmp_path, [flat(tmp_path, 1, clustered(1_000))])
    random = np.random.default_rng(3).standard_normal((900, 16)).astype(np.float32)
    random /= np.linalg.norm(random, axis=1, keepdims=True)
    trained(tmp_path, [first, flat(tmp_path, 2_000, random)], codes=first, trainings=trainings)
    assert trainings.told == [0, 1]


def test_where_few_may_be_found_more_lists_are_looked_into(tmp_path: Path) -> None:
    made = clustered(3_000)
    segment = trained(tmp_path, [flat(tmp_path, 1, made)])
    allowed = np.arange(1, 3_001, 150)
    for query in made[:20]:
        keys, _ = search_segments([segment], query, 10, only=Mask.of(allowed))
        nearest = allowed[np.argsort(-(made[allowed - 1] @ query))[:10]]
        assert len(np.intersect1d(keys, nearest)) >= 9


def test_made_up_questions_are_as_far_from_their_passage_as_peoples() -> None:
    passages = clustered(50)
    questions = codebook._make_questions(passages)
    assert np.allclose(np.linalg.norm(questions, axis=1), 1, atol=1e-5)
    assert 0.4 < float(np.median((questions @ passages.T).max(axis=1))) < 0.95
