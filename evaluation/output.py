"""The files of an output folder: how they are written whole, and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from index.errors import DatasetError


def replace_file(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all.

    Raises:
        DatasetError: It can't be written.
    """
    temporary = path.with_name(path.name + ".new")
    try:
        temporary.write_text(text, "utf-8")
        temporary.replace(path)
    except OSError as error:
        raise DatasetError(f"can't write {path} ({error.strerror}); check the disk") from error


def make_folder(path: Path) -> None:
    """Make the output folder.

    Raises:
        DatasetError: It can't be made, or is a file.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatasetError(
            f"can't make the folder {path} ({error.strerror}); name another --output"
        ) from error


def read_result(output: Path, name: str) -> str:
    """Return a file of a complete run.

    Raises:
        DatasetError: The folder holds no complete run.
    """
    path = output / name
    if not path.exists():
        raise DatasetError(f"there is no {path}; give the output folder of a complete run")
    return path.read_text("utf-8")


def read_metrics(output: Path) -> dict[str, Any]:
    """Return the figures of a run.

    Raises:
        DatasetError: The folder holds no complete run.
    """
    try:
        metrics: dict[str, Any] = json.loads(read_result(output, "metrics.json"))
    except ValueError as error:
        raise DatasetError(
            f"{output / 'metrics.json'} isn't what a run writes ({error}); run it again"
        ) from error
    return metrics
