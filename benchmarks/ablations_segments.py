"""What trained vector segments bring, by the number of vectors, and how they are merged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np

from benchmarks.ablations_comparison import Material, Row, during, median_ms, seconds
from benchmarks.scale_corpus import PARAGRAPHS
from benchmarks.scale_neighbours import Exact, K
from benchmarks.stand_in import StandInEmbedder
from index import codebook
from index.codebook import write_trained
from index.embedding import Vectors
from index.vectors import VectorSegment, open_segment, search_segments, write_flat
from retrieval.search import DEPTH

NONE_DEAD = np.zeros(0, np.int64)
ROUNDING = 1e-5  # by which a product may differ when it is computed another way


def ablate_segments(material: Material) -> Iterator[Row]:
    """Compare flat segments with trained ones, codes alone with exact products, and merges."""
    vectors, questions = make_vectors(material)
    with TemporaryDirectory(dir=material.scratch) as folder:
        for size in material.sizes:
            flat = open_segment(make_flat(Path(folder) / "flat", vectors[:size]))
            trained = open_segment(make_trained(Path(folder) / "trained", flat))
            yield material.compare(
                f"trained segment, {size:,} vectors",
                "flat",
                "ms",
                having=partial(search_ms, trained, questions),
                lacking=partial(search_ms, flat, questions),
            )
        exact = Exact(questions)
        exact.see(vectors)
        recall_at = partial(recall, trained, vectors, questions, exact.worst.tolist())
        yield Row(
            f"exact products of {DEPTH}, {size:,} vectors",
            "codes alone",
            f"recall@{K}",
            (recall_at(DEPTH),),
            (recall_at(K),),
        )
        yield compare_merges(material, Path(folder), vectors)


def make_vectors(material: Material) -> tuple[Vectors, Vectors]:
    """Return the vectors of made-up paragraphs, as many as the largest size, and of questions."""
    embedder = StandInEmbedder()
    documents = range(-(-material.sizes[-1] // PARAGRAPHS))
    paragraphs = [embedder.embed(material.corpus.paragraphs(number)) for number in documents]
    asked = np.linspace(0, material.sizes[0] - 1, material.questions).astype(int).tolist()
    questions = embedder.embed([material.corpus.question(number) for number in asked])
    return np.concatenate(paragraphs)[: material.sizes[-1]], questions


def make_flat(path: Path, vectors: Vectors, *, first: int = 0) -> Path:
    """Write a flat segment whose keys count from `first`, and return its path."""
    write_flat(path, np.arange(first, first + len(vectors), dtype=np.int64), vectors)
    return path


def make_trained(path: Path, *merged: VectorSegment, like: VectorSegment | None = None) -> Path:
    """Write segments as a trained one, with the centroids of `like` if it is given."""
    write_trained(path, merged, codebook=like, dead=NONE_DEAD, training=lambda _: None)
    return path


def search_ms(segment: VectorSegment, questions: Vectors) -> float:
    """Return the median time of a search as deep as the product's, in milliseconds."""
    return median_ms(lambda each: search_segments([segment], each, DEPTH, only=None), questions)


def recall(
    segment: VectorSegment,
    vectors: Vectors,
    questions: Vectors,
    tenths: Sequence[float],
    depth: int,
) -> float:
    """Return the share of the nearest that the best `depth` by their codes hold.

    What is found counts where it is at least as near as the exact tenth, as several may be equally
    near. Exact products choose the same ten of whatever holds them.
    """
    shares = []
    for question, tenth in zip(questions, tenths, strict=True):
        keys, _ = search_segments([segment], question, depth, only=None)
        found = np.sum(vectors[keys] @ question >= tenth - ROUNDING)
        shares.append(min(K, int(found)) / K)
    return float(np.mean(shares))


def compare_merges(material: Material, folder: Path, vectors: Vectors) -> Row:
    """Merge two trained segments of half of the vectors each, which share their centroids."""
    middle = len(vectors) // 2
    halves = [
        open_segment(make_flat(folder / "flat-0", vectors[:middle])),
        open_segment(make_flat(folder / "flat-1", vectors[middle:], first=middle)),
    ]
    first = make_trained(folder / "trained-0", halves[0])
    second = make_trained(folder / "trained-1", halves[1], like=open_segment(first))

    def merge() -> float:
        # Merging uses them up, so that each time they are opened anew.
        opened = [open_segment(first), open_segment(second)]
        return seconds(lambda: make_trained(folder / "merged", *opened, like=opened[0]))

    other_codes = patch.object(codebook, "_same_codes", lambda *_: False)
    return material.compare(
        f"merging by shared centroids, 2 x {middle:,}",
        "adding anew",
        "s",
        having=merge,
        lacking=lambda: during(other_codes, merge),
    )
