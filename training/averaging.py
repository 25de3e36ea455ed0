"""The mean of several stages' weights, which is often better than each of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.errors import ModelError
from retrieval.span_reader import WEIGHTS


def average(paths: Sequence[Path], folder: Path) -> Path:
    """Write the mean of readers' weights to a folder, and return its file.

    Between a model and what further training makes of it lie weights that keep what both know
    (Wortsman et al., 2022, "Robust fine-tuning of zero-shot models").

    Args:
        paths: Files that `export` wrote.
        folder: Where the mean goes.

    Raises:
        ModelError: A file holds no weights, or those of another model than the first.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file, save_file

    total: dict[str, np.ndarray] = {}
    for path in paths:
        try:
            found = load_file(path)
            shapes = {name: part.shape for name, part in found.items()}
            if total and shapes != {name: part.shape for name, part in total.items()}:
                raise ValueError("other weights than the first one's")
        except (OSError, SafetensorError, ValueError) as error:
            raise ModelError(
                f"the file {str(path)!r} can't be averaged ({error}); give ones that stages of the "
                "same reader wrote"
            ) from error
        for name, part in found.items():
            total[name] = total.get(name, np.float32(0)) + part.astype(np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / WEIGHTS
    save_file(
        {name: (part / len(paths)).astype(np.float16) for name, part in total.items()}, target
    )
    return target
