from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest

from index.embedding import Vectors
from index.errors import CatalogueError
from index.vectors import (
    Keys,
    Mask,
    VectorSegment,
    exact_vectors,
    open_segment,
    search_segments,
    write_flat,
    write_index,
)


def unit(*degrees: float) -> Vectors:
    """Return a vector of the plane for each angle, shape (n, 2)."""
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def keys(*values: int) -> Keys:
    return np.array(values, np.int64)


def make_segment(path: Path, angles: dict[int, float]) -> VectorSegment:
    write_flat(path, keys(*angles), unit(*angles.values()))
    return open_segment(path)


def make_trained(path: Path, vectors: Vectors) -> VectorSegment:
    """Return a segment with inverted lists; the keys are the places of the vectors."""
    quantizer = faiss.IndexFlatIP(2)
    trained = faiss.IndexIVFFlat(quantizer, 2, 32, faiss.METRIC_INNER_PRODUCT)
    trained.train(vectors)
    trained.add_with_ids(vectors, np.arange(len(vectors)))
    write_index(path, trained)
    return open_segment(path)


def found(segments: list[VectorSegment], k: int, *, only: Keys | None = None) -> list[int]:
    mask = None if only is None else Mask.of(only)
    nearest, _ = search_segments(segments, unit(0)[0], k, only=mask)
    return [int(key) for key in nearest]


@pytest.fixture
def segments(tmp_path: Path) -> list[VectorSegment]:
    return [
        make_segment(tmp_path / "1.faiss", {10: 20, 11: 90, 12: 60}),
        make_segment(tmp_path / "2.faiss", {20: 10, 21: 45}),
    ]


def test_a_segment_gives_back_what_was_written(tmp_path: Path) -> None:
    segment = make_segment(tmp_path / "1.faiss", {7: 30, 5: 60})
    assert segment.name == "1.faiss"
    assert segment.keys.tolist() == [7, 5]
    ((held, vectors),) = segment.blocks()
    assert held.tolist() == [7, 5]
    assert np.array_equal(vectors, unit(30, 60))
    assert (segment.count, segment.trained) == (2, False)


def test_a_segment_that_fails_to_reach_the_disk_as_its_file_is_closed_is_told() -> None:
    few = faiss.IndexFlatIP(2)  # less than a buffer: nothing is written before
    few.add(unit(30, 60))
    with pytest.raises(OSError, match="No space left on device"):
        write_index(Path("/dev/full"), few)


def test_the_nearest_of_all_segments_come_first(segments: list[VectorSegment]) -> None:
    nearest, scores = search_segments(segments, unit(0)[0], 4, only=None)
    assert nearest.tolist() == [20, 10, 21, 12]
    assert np.allclose(scores, np.cos(np.radians([10, 20, 45, 60])))


def test_no_more_are_found_than_there_are(segments: list[VectorSegment]) -> None:
    assert found(segments, 99) == [20, 10, 21, 12, 11]


def test_only_what_may_be_found_is(segments: list[VectorSegment]) -> None:
    assert found(segments, 3, only=keys(11, 12, 20)) == [20, 12, 11]
    assert found(segments, 3, only=keys()) == []


def test_vectors_are_given_back_as_they_are(segments: list[VectorSegment]) -> None:
    exact = exact_vectors(segments, keys(10, 12, 20))
    assert exact is not None
    assert np.array_equal(exact, unit(20, 60, 10))


def test_vectors_that_no_flat_segment_holds_are_not_made_up(
    segments: list[VectorSegment], tmp_path: Path
) -> None:
    trained = make_trained(tmp_path / "3.faiss", unit(*np.linspace(0, 359, 3_000)))
    assert exact_vectors([*segments, trained], keys(20)) is not None
    assert exact_vectors([*segments, trained], keys(3, 20)) is None
    assert exact_vectors([], keys(3)) is None


def test_vectors_alike_are_found_by_key(tmp_path: Path) -> None:
    alike = [
        make_segment(tmp_path / "1.faiss", {4: 0, 2: 0}),
        make_segment(tmp_path / "2.faiss", {3: 0, 1: 0}),
    ]
    assert found(alike, 4) == [1, 2, 3, 4]
    assert found(alike, 2) == [1, 2]


def test_which_of_many_alike_are_found_doesnt_depend_on_their_places(tmp_path: Path) -> None:
    nearer = {200: 1.0, 150: 1.0}
    alike = [
        make_segment(tmp_path / "1.faiss", {**dict.fromkeys(range(90, 30, -1), 5.0), **nearer}),
        make_segment(tmp_path / "2.faiss", dict.fromkeys(range(30, 10, -1), 5.0)),
    ]
    assert found(alike, 4) == [150, 200, 11, 12]
    everything = np.arange(1, 300)
    assert found(alike, 4, only=np.setdiff1d(everything, [11, 150])) == [200, 12, 13, 14]
    assert found(alike, 4, only=keys(40, 50, 60)) == [40, 50, 60]
    # Too many to compare:
    assert len(found(alike, 1, only=np.setdiff1d(everything, [150, 200]))) == 1


def test_nothing_is_found_where_there_is_nothing() -> None:
    nearest, scores = search_segments([], unit(0)[0], 3, only=None)
    assert (str(nearest.dtype), str(scores.dtype)) == ("int64", "float32")
    assert (nearest.shape, scores.shape) == ((0,), (0,))


def test_a_file_that_isnt_a_segment_is_refused(tmp_path: Path) -> None:
    (tmp_path / "3.faiss").write_bytes(b"nothing of the kind")
    with pytest.raises(CatalogueError, match=r"'3.faiss' can't be read; run 'python -m index reb"):
        open_segment(tmp_path / "3.faiss")


def test_a_missing_segment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"'4.faiss' can't be read"):
        open_segment(tmp_path / "4.faiss")


def test_what_is_chosen_by_hand_is_found_in_whatever_list_it_lies(tmp_path: Path) -> None:
    vectors = unit(*np.linspace(0, 359, 3_000))
    segments = [make_trained(tmp_path / "1.faiss", vectors)]
    chosen = np.arange(750, 2_250)  # half of all, on the far side
    hidden, _ = search_segments(segments, unit(0)[0], 5, only=Mask.of(chosen))
    assert len(hidden) < 5
    nearest, _ = search_segments(segments, unit(0)[0], 1_500, only=Mask.of_few(chosen))
    assert sorted(nearest.tolist()) == chosen.tolist()
