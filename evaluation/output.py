"""The files of an output folder: how they are written whole, and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from index.errors import DatasetError


def replace_file(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(text, "utf-8")
    temporary.replace(path)


def read_metrics(output: Path) -> dict[str, Any]:
    """Return the figures of a run.

    Raises:
        DatasetError: The folder holds no complete run.
    """
    path = output / "metrics.json"
    if not path.exists():
        raise DatasetError(f"there is no {path}; give the output folder of a complete run")
    metrics: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return metrics
