"""Which reader is used."""

from __future__ import annotations

from index.embedding import Embedder
from index.errors import UnsupportedModelError
from retrieval.reading import Reader
from retrieval.similarity import SimilarityReader
from retrieval.span_reader import SpanReader


def choose_reader(reader: str, embedder: Embedder) -> Reader:
    """Return the reader called `reader`; by similarity where the encoder can't run.

    Raises:
        ModelError: A part of it is missing or broken.
    """
    if reader == "similarity":
        return SimilarityReader(embedder)
    try:
        return SpanReader()
    except UnsupportedModelError as reason:
        return SimilarityReader(embedder, reason=str(reason))
