"""Embedders through sentence-transformers; by default the packaged all-MiniLM-L6-v2."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from index.embedding import Vectors
from index.errors import ModelError
from index.packaged_model import NAME, check_packaged_model, model_folder, model_name
from index.tokenizer import ModelTokenizer

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Texts are sorted by length; small batches of long texts waste the least on padding, large batches
# of short ones the least on calls.
BATCH_CHARACTERS = 8_000


class SentenceTransformerEmbedder:
    """The packaged model, or any other that sentence-transformers can load from disk."""

    def __init__(self, model: str = NAME, *, reason: str = "") -> None:
        """Locate the model; the weights are loaded, and checked, when first needed.

        Args:
            model: `all-MiniLM-L6-v2` for the packaged model, else a folder or a model's name.
            reason: Why a faster embedder isn't used, for the status.

        Raises:
            ModelError: The packaged model is missing.
        """
        self._folder = model_folder(model)
        self._model = model
        self._reason = reason
        self._lock = Lock()

    @cached_property
    def name(self) -> str:
        """Model name and the start of its weights' SHA-256."""
        return model_name(self._model)

    @property
    def runtime(self) -> str:
        """What runs the model, and why nothing faster does."""
        because = f" (the fast encoder can't: {self._reason})" if self._reason else ""
        return f"sentence-transformers {version('sentence-transformers')}{because}"

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return 384 if self._model == NAME else int(self._loaded.get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        """How many of its own tokens it sees of a text, special tokens not counted."""
        return 254 if self._model == NAME else int(self._loaded.max_seq_length or 512) - 2

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of its own tokens of each text, special tokens not counted."""
        return self._tokenizer.count(texts)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors of unit length, shape (len(texts), dimension)."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        with self._lock:
            vectors = self._loaded.encode(
                list(texts),
                batch_size=min(64, max(8, BATCH_CHARACTERS // (1 + max(map(len, texts))))),
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.ascontiguousarray(vectors, np.float32)

    @cached_property
    def _tokenizer(self) -> ModelTokenizer:
        if (self._folder / "tokenizer.json").is_file():
            return ModelTokenizer.from_folder(self._folder)
        # A model that is named, or an older one, has its tokenizer elsewhere.
        return ModelTokenizer(self._loaded.tokenizer.backend_tokenizer.to_str())

    @cached_property
    def _loaded(self) -> SentenceTransformer:
        if self._model == NAME:
            check_packaged_model()
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"can't load the embedding model {self._model!r}; give the folder of a "
                "sentence-transformers model that is on this machine"
            ) from error
