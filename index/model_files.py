"""What a model's folder holds: its configuration and its weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import UnsupportedModelError

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class BertConfig:
    """The shape of a BERT encoder."""

    layers: int
    heads: int
    width: int
    inner: int
    epsilon: float
    positions: int


def read_config(folder: Path) -> BertConfig:
    """Read `config.json` of a model folder.

    Raises:
        UnsupportedModelError: It isn't a BERT as this module builds it.
    """
    fields = read_json(folder / "config.json")
    plain = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
    for name, expected in plain.items():
        if fields.get(name, "absolute") != expected:
            raise UnsupportedModelError(f"its {name} is {fields.get(name)!r}, not {expected!r}")
    try:
        return BertConfig(
            layers=int(fields["num_hidden_layers"]),
            heads=int(fields["num_attention_heads"]),
            width=int(fields["hidden_size"]),
            inner=int(fields["intermediate_size"]),
            epsilon=float(fields["layer_norm_eps"]),
            positions=int(fields["max_position_embeddings"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnsupportedModelError(f"its config.json lacks a number ({error!r})") from error


def read_json(path: Path) -> dict[str, Any]:
    """Read an object, or a list as an object with numbers for names, from a model's file.

    Raises:
        UnsupportedModelError: It isn't there or can't be read.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UnsupportedModelError(f"it has no readable {path.name}") from error
    return (
        dict(found) if isinstance(found, dict) else {str(n): each for n, each in enumerate(found)}
    )


def read_weights(path: Path) -> Weights:
    """Read a safetensors file, each tensor as float32.

    Raises:
        UnsupportedModelError: It isn't there or can't be read.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
    except (OSError, SafetensorError, KeyError, TypeError) as error:
        raise UnsupportedModelError(f"its weights {path.name} can't be read") from error
    return {name: np.asarray(tensor, np.float32) for name, tensor in tensors.items()}
