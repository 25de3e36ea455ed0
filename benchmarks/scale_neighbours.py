"""Exact nearest neighbours, and how hard a set of vectors makes it to find them otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embedding import Vectors

K = 10
_NEIGHBOURS = 20  # that the dimension is estimated from
_LISTS, _PROBED = 64, 4
_ASKED = 500


class Exact:
    """The `K` best inner products of each query with all vectors seen so far."""

    def __init__(self, queries: Vectors) -> None:
        """Begin with nothing seen; `queries` has shape (n, dimension)."""
        self._queries = queries
        self._best = np.full((len(queries), K), -np.inf, np.float32)

    def see(self, vectors: Vectors) -> None:
        """Compare each query with each of these vectors, shape (m, dimension)."""
        for start in range(0, len(vectors), 5_000):
            products = self._queries @ vectors[start : start + 5_000].T
            both = np.concatenate([self._best, products], axis=1)
            self._best = np.partition(both, -K, axis=1)[:, -K:]

    @property
    def worst(self) -> NDArray[np.float32]:
        """The `K`-th best product of each query, shape (n,)."""
        return np.asarray(self._best.min(axis=1), np.float32)


@dataclass(frozen=True, slots=True)
class Structure:
    """How vectors lie among each other.

    Attributes:
        nearest_cosine: To the nearest other one: 10th percentile, median and 90th.
        tenth_cosine: To the tenth nearest, the same.
        two_nn_dimension: Intrinsic dimension by the ratio of the distances to the two nearest
            (Facco et al., "Estimating the intrinsic dimension of datasets by a minimal
            neighborhood information", 2017; the maximum-likelihood form).
        levina_bickel_dimension: By the distances to the 20 nearest ("Maximum Likelihood
            Estimation of Intrinsic Dimension", 2004; averaged as by MacKay and Ghahramani).
        listed: Recall@10 of FAISS where 4 of 64 lists are looked at: the lower, the harder.
    """

    nearest_cosine: tuple[float, ...]
    tenth_cosine: tuple[float, ...]
    two_nn_dimension: float
    levina_bickel_dimension: float
    listed: float


def describe_structure(vectors: Vectors) -> Structure:
    """Describe vectors of unit length, a few thousand of shape (n, dimension)."""
    products = vectors @ vectors.T
    np.fill_diagonal(products, -1.0)
    order = np.argsort(-products, axis=1)[:, :_NEIGHBOURS]
    cosines = np.take_along_axis(products, order, axis=1)
    distances = np.sqrt(np.maximum(2 - 2 * cosines.astype(np.float64), 1e-9))
    ratios = np.log(distances[:, -1:] / distances[:, :-1]).mean(axis=1)
    return Structure(
        nearest_cosine=_percentiles(cosines[:, 0]),
        tenth_cosine=_percentiles(cosines[:, K - 1]),
        two_nn_dimension=float(1 / np.log(distances[:, 1] / distances[:, 0]).mean()),
        levina_bickel_dimension=float(1 / ratios.mean()),
        listed=_recall_of_lists(vectors, order[:, :K]),
    )


def _percentiles(cosines: NDArray[np.float32]) -> tuple[float, ...]:
    return tuple(float(value) for value in np.percentile(cosines, (10, 50, 90)))


def _recall_of_lists(vectors: Vectors, nearest: NDArray[np.int64]) -> float:
    import faiss

    flat = faiss.IndexFlatIP(vectors.shape[1])
    lists = faiss.IndexIVFFlat(flat, vectors.shape[1], _LISTS, faiss.METRIC_INNER_PRODUCT)
    lists.train(vectors)
    lists.add(vectors)
    lists.nprobe = _PROBED
    asked = np.linspace(0, len(vectors) - 1, min(_ASKED, len(vectors))).astype(np.int64)
    _, found = lists.search(vectors[asked], K + 1)  # itself is found, too
    shares = [np.isin(nearest[asked[place]], row).mean() for place, row in enumerate(found)]
    return float(np.mean(shares))
