"""Measures a data folder in a fresh process: `python -m benchmarks.scale_probe JOB RESULT`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results import BenchmarkError
from benchmarks.scale_neighbours import K
from benchmarks.stand_in import StandInEmbedder
from index.embedding import Embedder
from index.library import Library
from index.settings import Settings
from retrieval.assistant import Assistant
from retrieval.search import DEPTH

ENCODED = 100  # questions whose encoding by the real embedder is timed
_ROUNDING = 1e-5  # by which a product may differ when it is computed another way
_LONGEST_S = 10.0  # until a change has to be seen


@dataclass(frozen=True, slots=True)
class Question:
    """A question about one paragraph.

    Attributes:
        text: The question.
        source: Of the document that it is about.
        tenth: Inner product with the tenth nearest of all chunks, by exact search.
    """

    text: str
    source: str
    tenth: float


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document that is added and removed again, and a question that finds it."""

    source: str
    title: str
    text: str
    question: str


@dataclass(frozen=True, slots=True)
class Job:
    """What to measure: a data folder, and what to ask, to add and to remove."""

    data_dir: Path
    questions: tuple[Question, ...]
    arrivals: tuple[Arrival, ...]


def measure(job: Job, real: Embedder) -> dict[str, Any]:
    """Return what was measured; times in milliseconds, sizes in bytes.

    Args:
        job: What to measure.
        real: The embedder whose encoding of a question is added to what the stand-in's takes.

    Raises:
        BenchmarkError: A document wasn't found after it was added, or was after it was removed.
    """
    texts = [question.text for question in job.questions]
    start = time.perf_counter()
    library = Library(Settings(data_dir=job.data_dir), embedder=StandInEmbedder())
    assistant = Assistant(library)
    assistant.search(texts[0], k=K)
    open_ms = _since(start)
    search_ms = [_time(partial(assistant.search, text, k=K)) for text in texts[1:]]
    memory = memory_bytes()
    before = find_sources(assistant, job.questions)
    recall = measure_recall(library, job.questions)
    add_ms, remove_ms = measure_changes(assistant, job.arrivals)
    after = find_sources(assistant, job.questions)
    encode_ms = measure_encoding(real)
    return {
        "open_ms": open_ms,
        "search_ms": search_ms,
        "encode_ms": encode_ms,
        "add_ms": add_ms,
        "remove_ms": remove_ms,
        "memory": memory,
        "memory_with_encoder": memory_bytes(),
        "recall": recall,
        "found": sum(before) / len(before),
        "lost": sum(earlier and not later for earlier, later in zip(before, after, strict=True)),
        "embedder": real.name,
    }


def find_sources(assistant: Assistant, questions: Sequence[Question]) -> list[bool]:
    """Return for each question whether its document is among the first hits."""
    return [_finds(assistant, question.text, question.source) for question in questions]


def measure_recall(library: Library, questions: Sequence[Question]) -> float:
    """Return the share of the nearest chunks by exact search that the index finds.

    What is found counts where it is at least as near as the exact tenth: which of several equally
    near ones an index returns doesn't matter. As in a search, the codes choose `DEPTH` chunks, and
    of these exact products the ten.
    """
    embedder = library.embedder
    shares = []
    with library.snapshot() as snapshot:
        for question in questions:
            vector = embedder.embed([question.text])[0]
            keys, _ = snapshot.generation.nearest(vector, DEPTH, only=None)
            products = snapshot.vectors(keys) @ vector
            found = np.sum(products >= question.tenth - _ROUNDING)
            shares.append(min(K, int(found)) / K)
    return float(np.mean(shares))


def measure_changes(
    assistant: Assistant, arrivals: Sequence[Arrival]
) -> tuple[list[float], list[float]]:
    """Add each document until a search finds it, then remove it until none does.

    Returns:
        Milliseconds of each addition and of each removal.

    Raises:
        BenchmarkError: A change wasn't seen.
    """
    library = assistant.library
    added, removed = [], []
    for arrival in arrivals:
        start = time.perf_counter()
        library.add_texts([(arrival.source, arrival.title, arrival.text)])
        _wait_until(True, assistant, arrival)
        added.append(_since(start))
        start = time.perf_counter()
        library.remove(arrival.source)
        _wait_until(False, assistant, arrival)
        removed.append(_since(start))
    return added, removed


def measure_encoding(embedder: Embedder) -> list[float]:
    """Return the milliseconds that each of some questions of 13 words takes."""
    questions = [
        f"In which year was bridge number {number} over the river opened to traffic?"
        for number in range(ENCODED + 3)
    ]
    times = [_time(partial(embedder.embed, [question])) for question in questions]
    return times[-ENCODED:]


def memory_bytes(status: Path = Path("/proc/self/status")) -> dict[str, int]:
    """Return what this process has resident, the most it ever had, and what isn't of files.

    Args:
        status: Where Linux says so.

    Raises:
        BenchmarkError: The system isn't Linux.
    """
    if not status.is_file():
        raise BenchmarkError(f"{status} is missing, which tells the memory used; run this on Linux")
    fields = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines())
    names = {"resident": "VmRSS", "peak": "VmHWM", "anonymous": "RssAnon"}
    return {name: 1024 * int(fields[field].split()[0]) for name, field in names.items()}


def read_job(path: Path) -> Job:
    """Read what `write_job` wrote."""
    fields = json.loads(path.read_text("utf-8"))
    return Job(
        Path(fields["data_dir"]),
        tuple(Question(**question) for question in fields["questions"]),
        tuple(Arrival(**arrival) for arrival in fields["arrivals"]),
    )


def write_job(path: Path, job: Job) -> None:
    """Write a job to a file."""
    path.write_text(json.dumps({**asdict(job), "data_dir": str(job.data_dir)}), "utf-8")


def main(job: str, result: str) -> None:
    """Measure as the file `job` says, with the default embedder, and write the file `result`."""
    read = read_job(Path(job))
    measured = measure(read, Library(Settings(data_dir=read.data_dir)).embedder)
    Path(result).write_text(json.dumps(measured), "utf-8")


def _finds(assistant: Assistant, question: str, source: str) -> bool:
    return source in [hit.source for hit in assistant.search(question, k=K)]


def _wait_until(there: bool, assistant: Assistant, arrival: Arrival) -> None:
    start = time.perf_counter()
    while _finds(assistant, arrival.question, arrival.source) is not there:
        if time.perf_counter() - start > _LONGEST_S:
            what = "added, but isn't" if there else "removed, but is still"
            raise BenchmarkError(
                f"{arrival.source!r} was {what} found after {_LONGEST_S:.0f} s; mend that first"
            )


def _time(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return _since(start)


def _since(start: float) -> float:
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    main(*sys.argv[1:])
