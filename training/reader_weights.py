"""The reader's weights as a file: what the program needs, and the stages that made them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from index.errors import ModelError
from index.packaged_model import model_folder
from index.values import checksum
from retrieval.span_reader import WEIGHTS
from training.reader_model import ReaderModel
from training.recipe import Recipe

EMBEDDINGS = "encoder.embeddings."  # not trained
_STAGES = "stages"  # in the file's metadata


def restore(model: ReaderModel, path: Path) -> None:
    """Give a model the weights that `export` wrote.

    Raises:
        ModelError: The file isn't there, or isn't one of these.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        state = load_file(path)
        rows = model.span.out_features
        head = {
            f"{name}.{kind}": state[f"head.{kind}"][part]
            for kind in ("weight", "bias")
            for name, part in (("span", slice(rows)), ("answerable", slice(rows, None)))
        }
        body = {f"encoder.{name}": value for name, value in state.items() if "head." not in name}
        fixed = {k: v for k, v in model.state_dict().items() if k.startswith(EMBEDDINGS)}
        model.load_state_dict(fixed | body | head)
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        raise ModelError(
            f"the file {str(path)!r} holds no reader ({error!r}); give the one that an earlier "
            "stage wrote"
        ) from error


def load_reader(encoder: str, weights: Path | None) -> ReaderModel:
    """Return a model's encoder with heads that know nothing, or with the weights of a stage.

    Raises:
        ModelError: There is no such encoder, or the file holds no reader of it.
    """
    model = ReaderModel(model_folder(encoder))
    if weights is not None:
        restore(model, weights)
    return model


def export(
    model: ReaderModel,
    folder: Path,
    recipe: Recipe,
    *,
    start: Path | None = None,
    share: float = 1.0,
    teachers: Sequence[tuple[str, Path]] = (),
) -> Path:
    """Write the weights that the program needs, and return their file.

    What isn't trained, the word vectors, is left out. 16-bit floats: half the size, and the
    runtime computes with fewer bits anyway.

    Args:
        model: What a stage made.
        folder: Where to write.
        recipe: The stage's.
        start: The weights that the stage began with, to write a mean of both: it keeps what was
            known before (Wortsman et al., "Robust fine-tuning of zero-shot models", 2022).
        share: Of the stage's weights in that mean.
        teachers: Encoder and weights of each reader that the stage has learnt from.
    """
    from safetensors.torch import load_file, save_file

    state = {
        name.removeprefix("encoder."): value
        for name, value in model.encoder.state_dict(prefix="encoder.").items()
        if not name.startswith(EMBEDDINGS)
    }
    state["head.weight"] = torch.cat([model.span.weight, model.answerable.weight])
    state["head.bias"] = torch.cat([model.span.bias, model.answerable.bias])
    stage: dict[str, Any] = asdict(recipe)
    if teachers:
        stage["teacher"] = [f"{Path(name).name} {checksum(path)[:12]}" for name, path in teachers]
    stages = [stage]
    if start is not None:
        before = load_file(start)
        state = {n: torch.lerp(before[n].float(), v.float(), share) for n, v in state.items()}
        stages = [*read_stages(start), {**stage, "share": share}]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / WEIGHTS
    tensors = {name: value.detach().half().contiguous() for name, value in state.items()}
    save_file(tensors, path, metadata={_STAGES: json.dumps(stages)})
    return path


def read_stages(path: Path) -> Sequence[dict[str, Any]]:
    """Return the recipe of each stage that made a file's weights, as far as the file tells.

    Later ones have their `share` in the mean with their start, too; where they had teachers,
    `teacher` names the encoder of each and the start of its weights' SHA-256.
    """
    from safetensors import safe_open

    with safe_open(path, "numpy") as opened:
        stages: list[dict[str, Any]] = json.loads((opened.metadata() or {}).get(_STAGES, "[]"))
    return stages
