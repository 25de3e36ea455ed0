"""Thresholds that a run has to reach, kept in a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evaluation.output import read_metrics
from evaluation.tables import aligned, figures_of, shown
from index.errors import DatasetError

SIDES = ("at_least", "at_most")


def check(output: Path, thresholds: Path) -> dict[str, Any]:
    """Compare a run's figures with thresholds.

    Args:
        output: Output folder of a run.
        thresholds: TOML file with the tables `at_least` and `at_most`, in each a table a group of
            figures: `[at_least.answers]`, then `f1 = 0.7`.

    Returns:
        `checked` figures with value, threshold and side, and the paths of those that `missed`.

    Raises:
        DatasetError: A file is missing or malformed, or a threshold names no figure of the run.
    """
    figures = dict(figures_of(read_metrics(output)))
    checked: dict[str, dict[str, Any]] = {}
    missed: list[str] = []
    for side, path, threshold in read_thresholds(thresholds):
        if path not in figures:
            raise DatasetError(f"{thresholds}: {path!r} is no figure of {output}; correct its name")
        value = figures[path]["value"]
        checked.setdefault(path, {"value": value})[side] = threshold
        if not reaches(value, side, threshold) and path not in missed:
            missed.append(path)
    return {"checked": checked, "missed": missed}


def reaches(value: float | None, side: str, threshold: float) -> bool:
    """Whether a figure is on the right side of a threshold."""
    if value is None:
        return False
    return value >= threshold if side == "at_least" else value <= threshold


def read_thresholds(path: Path) -> Iterator[tuple[str, str, float]]:
    """Yield (side, figure, threshold)."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DatasetError(f"can't read thresholds from {path} ({error}); correct it") from error
    for side, groups in tables.items():
        if side not in SIDES or not isinstance(groups, Mapping):
            raise DatasetError(f"{path}: {side!r} isn't a table {' or '.join(SIDES)}; correct it")
        for group, names in groups.items():
            if not isinstance(names, Mapping):
                raise DatasetError(f"{path}: {side}.{group} isn't a table of figures; make it one")
            for name, threshold in names.items():
                if isinstance(threshold, bool) or not isinstance(threshold, int | float):
                    raise DatasetError(f"{path}: {side}.{group}.{name} isn't a number; correct it")
                yield side, f"{group}.{name}", float(threshold)


def check_table(found: Mapping[str, Any]) -> str:
    """Return a check as text for a terminal."""
    rows = [("figure", "value", "threshold", "")]
    for path, figure in found["checked"].items():
        for side in (side for side in SIDES if side in figure):
            threshold = f"{side.replace('_', ' ')} {shown(path, figure[side])}"
            missed = "" if reaches(figure["value"], side, figure[side]) else "missed"
            rows.append((path, shown(path, figure["value"]), threshold, missed))
    return "\n".join(aligned(rows))
