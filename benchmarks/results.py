"""Results of a benchmark: its JSON with what the figures depend on, its tables and its plots."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from evaluation.figures import row
from evaluation.identity import machine, versions
from evaluation.output import make_folder, replace_file
from index.errors import FootnoteError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOTHING = "–"


class BenchmarkError(FootnoteError):
    """A benchmark can't run: what it needs is missing or failed."""


def write_result(output: Path, name: str, figures: Mapping[str, Any]) -> Path:
    """Write `<output>/<name>.json`: the figures and what they depend on.

    Returns:
        The file.

    Raises:
        DatasetError: The folder can't be made.
    """
    make_folder(output)
    path = output / f"{name}.json"
    text = json.dumps({"benchmark": name, **figures, "provenance": provenance()}, indent=1)
    replace_file(path, text + "\n")
    return path


def provenance() -> dict[str, Any]:
    """Return what figures depend on: the machine, the date, the versions, the commit."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "machine": {**machine(), "memory_bytes": memory_bytes},
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "commit": commit(Path(__file__).parent),
    }


def commit(folder: Path) -> str | None:
    """Return the commit that is checked out, with "-dirty" if files differ; None without git."""
    command = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        done = subprocess.run(  # noqa: S603 - the command is fixed
            command, cwd=folder, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def tell(message: str) -> None:
    """Print a message, apart from results."""
    print(message, file=sys.stderr, flush=True)


def median_of(runs: Iterable[float | None]) -> float | None:
    """Return the median over the runs that gave a figure, None where none did."""
    values = [value for value in runs if value is not None]
    return median(values) if values else None


def cell(value: float | None, digits: int = 1, *, suffix: str = "") -> str:
    """Return a figure for a table, with commas in its thousands; a dash where there is none."""
    return NOTHING if value is None else f"{value:,.{digits}f}{suffix}"


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table: the first column to the left, the others to the right."""
    rule = ["---", *("---:" for _ in header[1:])]
    return "\n".join(row(cells) for cells in (header, rule, *rows))


def save_plot(
    path: Path, draw: Callable[[Figure], None], *, inches: tuple[float, float] = (7.0, 3.2)
) -> None:
    """Draw on an empty figure and save it; the name's ending (.svg, .png) says as what.

    Args:
        path: The file; its folder is made.
        draw: Puts axes on the figure and draws on them.
        inches: Width and height.

    Raises:
        DatasetError: The folder can't be made.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    make_folder(path.parent)
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": path.name, "font.size": 9}):
        figure = Figure(figsize=inches, layout="constrained")
        draw(figure)
        for axes in figure.axes:
            axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=150)
