"""Measures one system: `python -m benchmarks.systems.measuring JOB.json RESULT.json`.

Runs in the environment of the system, so the standard library and numpy are all it imports.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Chunk = tuple[str, str]
Vectors = npt.NDArray[np.float32]
WARM_UP_CHUNKS = 32
K = 10


class System(Protocol):
    """Indexes chunks, persists the index where it can, and searches in it.

    Attributes:
        packages: What it is made of, most important first.
        variant: What else a reader has to know of it, or "".
    """

    packages: tuple[str, ...]
    variant: str

    def __init__(self, model: Path) -> None:
        """Load the sentence-transformers model in the folder `model`."""
        ...

    def index(self, chunks: Sequence[Chunk], folder: Path, vectors: Vectors | None = None) -> None:
        """Index chunks anew and make this what is searched.

        Args:
            chunks: Pairs of an id and a text.
            folder: Where to persist the index; it doesn't exist yet.
            vectors: The chunks' vectors, unit length, shape (n, dimension), or None to embed them.
        """
        ...

    def search(self, query: str, k: int) -> list[str]:
        """Return the ids of the `k` chunks that fit best, best first."""
        ...


def measure(job: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was measured of a system.

    Args:
        job: `system` as "module:class", the `model`'s folder, the JSON-lines file `chunks`, its
            `vectors` (.npy), how many chunks to `embed`, the queries to `warm` up with, those to be
            `timed` and those to be `judged`, and an empty `folder`.
    """
    module, _, name = job["system"].partition(":")
    system: System = getattr(import_module(module), name)(Path(job["model"]))
    chunks, vectors = read_chunks(Path(job["chunks"])), np.load(job["vectors"])
    folder = Path(job["folder"])
    system.index(chunks[:WARM_UP_CHUNKS], folder / "warm-up")
    index_s = time_call(partial(system.index, chunks[: job["embed"]], folder / "embedded"))
    memory_bytes = peak_memory_bytes()
    library_s = time_call(partial(system.index, chunks, folder / "library", vectors))
    for query in job["warm"]:
        system.search(query, K)
    return {
        "variant": system.variant,
        "versions": {package: metadata.version(package) for package in system.packages},
        "index_s": index_s,
        "memory_bytes": memory_bytes,
        "library_s": library_s,
        "disk_bytes": size_bytes(folder / "library"),
        "query_ms": [1000 * time_call(partial(system.search, query, K)) for query in job["timed"]],
        "found": [system.search(query, K) for query in job["judged"]],
    }


def read_chunks(path: Path) -> list[Chunk]:
    """Return the ids and texts of a JSON-lines file."""
    with path.open(encoding="utf-8") as lines:
        return [(record["id"], record["text"]) for record in map(json.loads, lines)]


def time_call(call: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def peak_memory_bytes() -> int | None:
    """Return the most memory that this process ever had resident; None where Linux doesn't say.

    `getrusage` won't do: on Linux it counts what the parent had before this program was started.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return 1024 * int(line.split()[1])


def size_bytes(folder: Path) -> int:
    """Return the size of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main(job: str, result: str) -> None:
    """Read a job and write its result."""
    measured = measure(json.loads(Path(job).read_text("utf-8")))
    Path(result).write_text(json.dumps(measured), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
