"""Training of large vector segments: centroids, codes, and how many lists a search looks into."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.embedding import Vectors
from index.vectors import Keys, VectorSegment, write_index

_LISTS = 4  # times the root of the number of vectors, about
_SAMPLED = 40  # vectors for each centroid that it is trained on, about
_ROUNDS = 8  # of k-means; more change recall by less than they cost
_OUTGROWN = 1.5  # times as many lists wanted as there are: after four times the vectors, about
# Share of the likeness between old vectors and their centroids that new ones must reach.
_MOVED = 0.9
# Share of the ten nearest that a search finds, against one in all lists, before probing stops to
# grow; and how near the made-up questions are to their passage, which is as near as people's are.
_RECALL = 0.99
_QUESTIONS = 200
_LIKENESS = 0.65
_PROBES = (4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 320, 384, 448, 512)


def write_trained(
    path: Path,
    merged: Sequence[VectorSegment],
    *,
    codebook: VectorSegment | None,
    dead: Keys,
    training: Callable[[int], None],
) -> int:
    """Write the vectors of several segments as one trained segment, and return how many they are.

    Args:
        path: The new file.
        merged: The segments; they are used up, their files stay as they are.
        codebook: A trained segment whose centroids and codes serve again if they still fit.
        dead: Keys to leave out.
        training: Told 0 before training and 1 after it, if there is any.
    """
    import faiss

    faiss.omp_set_num_threads(os.cpu_count() or 1)
    total = sum(segment.count for segment in merged)
    lists, questions = None, None
    if codebook is not None and not _outgrown(codebook, total) and not _moved(codebook, merged):
        lists = codebook.faiss_index if codebook in merged else _empty_copy(codebook.faiss_index)
    if lists is None:
        training(0)
        sample = _sample(merged, total)
        lists = _train(sample, total)
        questions = _make_questions(sample)
        training(1)
    for segment in merged:
        if segment.faiss_index is not lists:
            _take_over(segment, lists)
    if len(dead):
        lists.remove_ids(faiss.IDSelectorBatch(dead))
    if questions is not None:
        lists.nprobe = _find_probes(lists, questions)
    write_index(path, lists)
    return int(lists.ntotal)


def lists_for(total: int) -> int:
    """Return how many lists suit so many vectors: a power of two, about four times the root."""
    return int(2 ** round(math.log2(_LISTS * math.sqrt(total))))


def _outgrown(codebook: VectorSegment, total: int) -> bool:
    return _LISTS * math.sqrt(total) > _OUTGROWN * int(codebook.faiss_index.nlist)


def _moved(codebook: VectorSegment, merged: Sequence[VectorSegment]) -> bool:
    """Whether vectors that came later are clearly less like the centroids than the old ones."""
    import faiss

    fresh = [segment for segment in merged if not segment.trained]
    if not fresh:
        return False
    lists = codebook.faiss_index
    firsts = [number for number in range(lists.nlist) if lists.invlists.list_size(number)]
    old = np.empty((len(firsts), lists.d), np.float32)
    for place, number in enumerate(firsts):
        lists.reconstruct_from_offset(number, 0, faiss.swig_ptr(old[place]))
    new = np.concatenate([next(segment.blocks())[1][:2_000] for segment in fresh])
    return _likeness(lists, new) < _MOVED * _likeness(lists, old)


def _likeness(lists: Any, vectors: Vectors) -> float:
    products, _ = lists.quantizer.search(vectors, 1)
    return float(products.mean())


def _empty_copy(lists: Any) -> Any:
    """Return lists with the same centroids and codes, and nothing in them."""
    import faiss

    copy = faiss.IndexIVFScalarQuantizer(
        faiss.clone_index(lists.quantizer),
        lists.d,
        lists.nlist,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
        lists.by_residual,
    )
    copy.sq = lists.sq
    copy.is_trained = True
    copy.nprobe = lists.nprobe
    return copy


def _sample(merged: Sequence[VectorSegment], total: int) -> Vectors:
    """Return every so-manieth vector, as many as training uses."""
    step = max(1, total // (_SAMPLED * lists_for(total)))
    return np.concatenate(
        [vectors[::step] for segment in merged for _, vectors in segment.blocks()]
    )


def _train(sample: Vectors, total: int) -> Any:
    import faiss

    lists: Any = faiss.index_factory(
        sample.shape[1], f"IVF{lists_for(total)},SQ8", faiss.METRIC_INNER_PRODUCT
    )
    lists.cp.niter = _ROUNDS
    lists.cp.min_points_per_centroid = _SAMPLED // 2  # no warning where the sample is smaller
    lists.train(np.ascontiguousarray(sample))
    return lists


def _take_over(segment: VectorSegment, lists: Any) -> None:
    """Add a segment's vectors to `lists`; codes for the same centroids go as they are."""
    if segment.trained and _same_codes(segment.faiss_index, lists):
        lists.merge_from(segment.faiss_index, 0)
        return
    for keys, vectors in segment.blocks():
        lists.add_with_ids(vectors, np.ascontiguousarray(keys))


def _same_codes(one: Any, other: Any) -> bool:
    import faiss

    def numbers(lists: Any) -> tuple[Any, Any]:
        centroids = lists.quantizer.reconstruct_n(0, lists.nlist)
        return centroids, faiss.vector_to_array(lists.sq.trained)

    pairs = zip(numbers(one), numbers(other), strict=True)
    return one.nlist == other.nlist and all(np.array_equal(a, b) for a, b in pairs)


def _make_questions(sample: Vectors) -> Vectors:
    """Return vectors that are as far from a passage as a question is, in random directions."""
    random = np.random.default_rng(0)
    passages = sample[random.integers(0, len(sample), _QUESTIONS)]
    away = random.standard_normal(passages.shape).astype(np.float32)
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    questions = _LIKENESS * passages + math.sqrt(1 - _LIKENESS**2) * away
    return np.asarray(questions / np.linalg.norm(questions, axis=1, keepdims=True), np.float32)


def _find_probes(lists: Any, questions: Vectors) -> int:
    """Return the smallest number of lists to look into that reaches the recall."""
    lists.nprobe = lists.nlist
    _, nearest = lists.search(questions, 10)
    for probes in _PROBES:
        lists.nprobe = min(probes, lists.nlist)
        _, found = lists.search(questions, 10)
        recall = np.mean([len(np.intersect1d(a, b)) for a, b in zip(nearest, found, strict=True)])
        if recall >= 10 * _RECALL:
            break
    return int(lists.nprobe)
