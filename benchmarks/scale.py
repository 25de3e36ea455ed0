"""What indexing and searching cost as a library grows to a million chunks.

One data folder grows through the public API. The texts are made up (`scale_corpus`) and so are the
vectors (`stand_in`), ready before the clock runs. At each size fresh processes open the folder,
search in it, add a document and remove it (`scale_probe`); figures are medians over them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.results import BenchmarkError, save_plot, write_result
from benchmarks.scale_corpus import PARAGRAPHS, SEPARATOR, Corpus
from benchmarks.scale_figures import draw, scale_table, summarize
from benchmarks.scale_neighbours import Exact, Structure, describe_structure
from benchmarks.scale_probe import Arrival, Job, Question, write_job
from benchmarks.stand_in import ReadyEmbedder
from evaluation.output import make_folder
from evaluation.squad import read_squad
from index.embedding import Embedder
from index.library import Library
from index.settings import Settings

SIZES = (1_000, 10_000, 100_000, 1_000_000)
QUESTIONS = 201  # the first of which is asked while the folder is opened
ARRIVALS = 20
COMPARED = 5_000  # vectors whose structure is described
_PORTION = 1_000  # documents that are in memory at once
_ARRIVING = 10_000_000  # number of the first document that is added and removed again
_ROOT = Path(__file__).parents[1]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument(
        "--sizes",
        type=_read_size,
        nargs="+",
        default=SIZES,
        help="in chunks (default: to 1,000,000)",
    )
    parser.add_argument("--runs", type=int, default=3, help="fresh processes for each size")
    parser.add_argument(
        "--compare", type=Path, metavar="SQUAD", help="describe its paragraphs' real vectors, too"
    )
    parser.add_argument("--output", type=Path, default=Path("runs/benchmarks"), help="of results")


def run(arguments: argparse.Namespace) -> None:
    """Measure all sizes; print the table, write scale.json and scale.svg.

    Raises:
        FootnoteError: The output folder can't be made, or a change to the library isn't seen.
    """
    make_folder(arguments.output)
    corpus = Corpus()
    structure = {"stand-in": asdict(describe_stand_in(corpus))}
    if arguments.compare:
        _tell(f"embedding {COMPARED} paragraphs of {arguments.compare}")
        real = Library(Settings()).embedder
        structure["real"] = asdict(describe_real(arguments.compare, real))
    # Beside the results rather than in the system's temporary folder, which may be in memory.
    with TemporaryDirectory(dir=arguments.output, prefix="scale-") as scratch:
        sizes = sorted(set(arguments.sizes))
        rows = measure_sizes(sizes, corpus, Path(scratch).absolute(), runs=arguments.runs)
    print(scale_table(rows))
    result = {"runs": arguments.runs, "structure": structure, "sizes": rows}
    _tell(f"results: {write_result(arguments.output, 'scale', result)}")
    save_plot(arguments.output / "scale.svg", partial(draw, rows=rows), inches=(9.0, 3.6))


def measure_sizes(
    sizes: Sequence[int], corpus: Corpus, scratch: Path, *, runs: int
) -> list[dict[str, Any]]:
    """Return what was measured at each size.

    Args:
        sizes: In chunks, ascending.
        corpus: The texts.
        scratch: An empty folder, an absolute path.
        runs: How many processes measure each size.
    """
    embedder = ReadyEmbedder()
    library = Library(Settings(data_dir=scratch / "data"), embedder=embedder)
    questions = {size: _ask(corpus, size) for size in sizes}
    exact = {
        size: Exact(embedder.embed([text for text, _ in asked]))
        for size, asked in questions.items()
    }
    arrivals = _make_arrivals(corpus)
    rows: list[dict[str, Any]] = []
    before = 0
    for size in sizes:
        _tell(f"growing to {size:,} chunks")
        loading = grow(library, corpus, before, size, see=[exact[s] for s in sizes if s >= size])
        _tell(f"measuring {size:,} chunks")
        tenths = exact.pop(size).worst.tolist()
        asked = zip(questions[size], tenths, strict=True)
        job = Job(
            library.data_dir,
            tuple(Question(text, source, tenth) for (text, source), tenth in asked),
            arrivals,
        )
        measured = [probe(job, scratch) for _ in range(runs)]
        size_on_disk = disk_bytes(library.data_dir)
        rows.append(summarize({"chunks": size, **loading, "disk_bytes": size_on_disk}, measured))
        before = size
    return rows


def grow(
    library: Library, corpus: Corpus, before: int, size: int, *, see: Sequence[Exact]
) -> dict[str, float]:
    """Add documents until the library has `size` chunks, after `before`.

    Args:
        library: Its embedder is a `ReadyEmbedder`.
        corpus: The documents; those below `before` are in the library.
        before: Chunks that are there.
        size: Chunks that there are to be.
        see: Are shown every vector.

    Returns:
        Seconds in all, seconds of them that training the index took, and chunks a second without.
    """
    assert isinstance(library.embedder, ReadyEmbedder)
    clock = TrainingClock()
    seconds = 0.0
    for first in range(before // PARAGRAPHS, size // PARAGRAPHS, _PORTION):
        numbers = range(first, min(first + _PORTION, size // PARAGRAPHS))
        documents = [corpus.document(number) for number in numbers]
        texts = [paragraph for _, _, text in documents for paragraph in text.split(SEPARATOR)]
        vectors = library.embedder.prepare(texts)
        for exact in see:
            exact.see(vectors)
        start = time.perf_counter()
        library.add_texts(documents, progress=clock)
        seconds += time.perf_counter() - start
    return {
        "load_s": seconds,
        "training_s": clock.seconds,
        "load_chunks_s": (size - before) / (seconds - clock.seconds),
    }


class TrainingClock:
    """A progress that adds up the time from a training's first report to its last."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        """Begin at 0 seconds; `now` tells the time."""
        self.seconds = 0.0
        self._now = now
        self._start: float | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take a report; all stages but `training` are passed over."""
        if stage != "training":
            return
        now = self._now()
        if self._start is None:
            self._start = now
        if done == total:
            self.seconds += now - self._start
            self._start = None


def describe_stand_in(corpus: Corpus) -> Structure:
    """Describe the stand-in's vectors of the first documents."""
    numbers = range(COMPARED // PARAGRAPHS)
    paragraphs = [paragraph for number in numbers for paragraph in corpus.paragraphs(number)]
    return describe_structure(ReadyEmbedder().prepare(paragraphs))


def describe_real(squad: Path, embedder: Embedder) -> Structure:
    """Describe an embedder's vectors of a SQuAD file's first paragraphs.

    Raises:
        DatasetError: The file can't be read.
    """
    documents = read_squad(squad).documents
    paragraphs = [part for document in documents for part in document.text.split(SEPARATOR)]
    return describe_structure(embedder.embed(paragraphs[:COMPARED]))


def disk_bytes(folder: Path) -> int:
    """Return the size of all files in a folder, one with several names counted once."""
    files = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return sum({status.st_ino: status.st_size for status in files}.values())


def _ask(corpus: Corpus, size: int) -> list[tuple[str, str]]:
    """Return questions spread over the first `size` chunks, each with its document's source."""
    numbers = np.linspace(0, size - 1, QUESTIONS).astype(int).tolist()
    return [
        (corpus.question(number, seed=place), corpus.source(number // PARAGRAPHS))
        for place, number in enumerate(numbers)
    ]


def _make_arrivals(corpus: Corpus) -> tuple[Arrival, ...]:
    numbers = range(_ARRIVING, _ARRIVING + ARRIVALS)
    return tuple(
        Arrival(*corpus.document(number), corpus.question(number * PARAGRAPHS))
        for number in numbers
    )


def probe(job: Job, scratch: Path) -> dict[str, Any]:
    """Return what `scale_probe` measures in a fresh process, which leaves its files in `scratch`.

    Raises:
        BenchmarkError: It failed.
    """
    path, result = scratch / "job.json", scratch / "result.json"
    write_job(path, job)
    command = [sys.executable, "-m", "benchmarks.scale_probe", str(path), str(result)]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise BenchmarkError(f"the measuring process failed ({last}); run it alone to see why")
    measured: dict[str, Any] = json.loads(result.read_text("utf-8"))
    return measured


def _read_size(text: str) -> int:
    digits = text.replace(",", "").replace("_", "")
    size = int(digits) if digits.isdecimal() else 0
    if size < QUESTIONS or size % PARAGRAPHS:
        raise argparse.ArgumentTypeError(
            f"{text!r} isn't a multiple of {PARAGRAPHS} from {QUESTIONS} up"
        )
    return size


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
