"""Which embedder to use: the fast one where it can run the model, else sentence-transformers."""

from __future__ import annotations

from index.embedding import Embedder
from index.errors import UnsupportedModelError
from index.fast_embedder import FastEmbedder
from index.packaged_model import NAME
from index.sentence_transformer import SentenceTransformerEmbedder


def choose_embedder(model: str = NAME) -> Embedder:
    """Return the embedder for a model; its `runtime` says what runs it, and why.

    Args:
        model: `all-MiniLM-L6-v2` for the packaged model, else a folder or a model's name.

    Raises:
        ModelError: The model can't be run at all.
    """
    try:
        return FastEmbedder(model)
    except UnsupportedModelError as reason:
        return SentenceTransformerEmbedder(model, reason=str(reason))
