"""Embedders that are BERT encoders with pooling, run on OpenVINO."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.bert import BertRunner, Head, pool_first, pool_mean
from index.embedding import Vectors
from index.errors import UnsupportedModelError
from index.model_files import read_config, read_json, read_weights
from index.packaged_model import NAME, check_packaged_model, model_folder, model_name
from index.tokenizer import ModelTokenizer


class FastEmbedder:
    """A sentence-transformers model of the usual kind, several times faster than there."""

    def __init__(self, model: str = NAME, *, precision: str | None = None) -> None:
        """Load a model and compile it for this processor.

        Args:
            model: `all-MiniLM-L6-v2` for the packaged model, else a folder.
            precision: `bf16` or `f32`; by default what the processor is best at.

        Raises:
            ModelError: The packaged model isn't the expected one.
            UnsupportedModelError: It isn't a BERT with mean or first-token pooling, or OpenVINO
                can't run it here.
        """
        folder = model_folder(model)
        config, head = read_config(folder), _read_head(folder)
        if model == NAME:
            check_packaged_model()
        self.name = model_name(model)
        self.dimension = config.width
        self.max_tokens = min(_read_length(folder) or config.positions, config.positions) - 2
        self._tokenizer = ModelTokenizer.from_folder(folder)
        first, last = self._tokenizer.special("[CLS]"), self._tokenizer.special("[SEP]")
        if first is None or last is None:
            raise UnsupportedModelError("its tokenizer has no [CLS] and [SEP]")
        self._first, self._last = first, last
        weights = read_weights(folder / "model.safetensors")
        self._runner = BertRunner(config, weights, head, precision=precision)

    @property
    def runtime(self) -> str:
        """What runs the model, with its version and precision."""
        return self._runner.runtime

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of its own tokens of each text, special tokens not counted."""
        return self._tokenizer.count(texts)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 vectors of unit length, shape (len(texts), dimension)."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        encoded = self._tokenizer.encode(texts)
        return self._runner.run(
            [[self._first, *ids[: self.max_tokens], self._last] for ids in encoded]
        )


def _read_head(folder: Path) -> Head:
    """Return the pooling that the model's folder asks for.

    Raises:
        UnsupportedModelError: It is another than the mean or the first token, at unit length.
    """
    types = [str(module["type"]).rpartition(".")[2] for module in _modules(folder)]
    if types != ["Transformer", "Pooling", "Normalize"]:
        raise UnsupportedModelError(f"its modules are {', '.join(types)}")
    pooling = read_json(folder / "1_Pooling" / "config.json")
    named = pooling.get("pooling_mode")  # since sentence-transformers 6; a switch for each before
    switched = [name for name in pooling if name.startswith("pooling_mode_") and pooling[name]]
    modes = [named] if named else switched
    heads = {
        "mean": pool_mean,
        "cls": pool_first,
        "pooling_mode_mean_tokens": pool_mean,
        "pooling_mode_cls_token": pool_first,
    }
    if len(modes) != 1 or str(modes[0]) not in heads:
        raise UnsupportedModelError(f"its pooling is {', '.join(map(str, modes)) or 'not known'}")
    return heads[str(modes[0])]


def _read_length(folder: Path) -> int | None:
    """Return the most tokens of a text that the model's folder asks for; None if it doesn't."""
    asked = read_json(folder / "sentence_bert_config.json").get("max_seq_length")
    if asked is None:  # since sentence-transformers 6 the tokenizer has it
        asked = read_json(folder / "tokenizer_config.json").get("model_max_length")
    return int(asked) if isinstance(asked, int | float) else None


def _modules(folder: Path) -> list[dict[str, str]]:
    return list(read_json(folder / "modules.json").values())
