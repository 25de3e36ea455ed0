"""What a crash at any moment leaves, and what readers see while others write."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from index.library import Library
from index.maintenance import verify
from index.snapshot import Snapshot
from tests.index.crash_script import COMMIT_CHUNKS, open_library
from tests.index.library_views import counts, listed, passages, write

ROOT = Path(__file__).parents[2]
KILLS = 20
FILES = 60
THINGS = "harbour ferry bridge tower market school river castle station museum".split()


def name(number: int) -> str:
    return f"{number:02}.txt"


def codeword(number: int) -> str:
    """Return the word that one file alone holds; no slip of a letter makes it another's."""
    return "code" + 3 * chr(97 + number // 26) + 3 * chr(97 + number % 26)


@pytest.fixture
def files(docs: Path) -> Path:
    rng = random.Random(1)
    for number in range(FILES):
        paragraphs = [
            f"The {' and the '.join(rng.sample(THINGS, 3))} are in part {part} of {number}."
            for part in range(rng.randrange(2, 7))
        ]
        write(docs, name(number), "\n\n".join([*paragraphs, f"It ends with {codeword(number)}."]))
    return docs


def start(data_dir: Path, files: Path) -> subprocess.Popen[str]:
    """Start indexing in another process, and return once the work begins."""
    command = [sys.executable, "-m", "tests.index.crash_script", str(data_dir), str(files)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "0\n"
    return process


def kill_and_count(process: subprocess.Popen[str]) -> int | None:
    """Kill a process; return how many files it said were committed, None if it was done before."""
    process.kill()
    told, _ = process.communicate()
    return int((told.split() or ["0"])[-1]) if process.returncode else None


def rankings(library: Library) -> list[tuple[list[str], list[float]]]:
    """Return ids and scores of what is found, by words and by meaning, for twenty queries."""
    rng = random.Random(2)
    queries = [f"{' '.join(rng.sample(THINGS, 2))} {codeword(3 * n)}" for n in range(20)]
    with library.snapshot() as snapshot:
        return [
            result
            for query, vector in zip(queries, library.embedder.embed(queries), strict=True)
            for result in (
                identify(snapshot, snapshot.words.search(query, 50)),
                identify(snapshot, snapshot.generation.nearest(vector, 50, only=None)),
            )
        ]


def identify(snapshot: Snapshot, found: tuple[object, object]) -> tuple[list[str], list[float]]:
    keys, scores = (list(column) for column in found)  # type: ignore[call-overload]
    chunks = snapshot.catalogue.chunks(keys)
    return [chunks[int(key)].chunk.id for key in keys], [float(score) for score in scores]


def chunk_ids(library: Library) -> dict[str, list[str]]:
    """Return each document's id with those of its chunks."""
    with library.catalogue.read() as reader:
        return {
            summary.id: [chunk.id for chunk in reader.document_chunks(summary.id)]
            for summary in reader.summaries()
        }


def find_codewords(library: Library) -> list[list[str]]:
    """Return the sources of what is found for each file's word."""
    with library.snapshot() as snapshot:
        found = [snapshot.words.search(codeword(number), 5)[0] for number in range(FILES)]
        return [
            [chunk.source for chunk in snapshot.catalogue.chunks(keys).values()] for keys in found
        ]


def check_state(library: Library, reference: dict[str, list[str]]) -> int:
    """Check what a crash left, and return how many documents it is."""
    if not library.catalogue.exists():
        return 0
    assert verify(library) == ()
    assert library.status().healthy
    held = listed(library)
    assert held == [name(number) for number in range(len(held))]
    assert chunk_ids(library).items() <= reference.items()
    assert find_codewords(library) == [[name(n)] if n < len(held) else [] for n in range(FILES)]
    return len(held)


def test_a_killed_run_leaves_what_it_committed_and_ends_like_any_other(
    files: Path, tmp_path: Path
) -> None:
    with start(tmp_path / "whole", files) as process:
        began = time.monotonic()
        assert process.wait() == 0
        duration = time.monotonic() - began
    whole = open_library(tmp_path / "whole")
    reference = chunk_ids(whole)
    rng = random.Random(3)
    passes, kills, before = 0, 0, 0
    while kills < KILLS:
        data_dir = tmp_path / f"killed-{passes}"
        with start(data_dir, files) as process:
            time.sleep(rng.uniform(0, duration / 8))
            told = kill_and_count(process)
        library = open_library(data_dir)
        held = check_state(library, reference)
        assert held >= before
        if told is None:  # it was done before: begin again elsewhere
            passes, before = passes + 1, 0
            continue
        assert before + told <= held <= before + told + COMMIT_CHUNKS
        kills, before = kills + 1, held
    report = library.add([files])
    assert counts(report) == (FILES - held, held, 0, 0)
    assert chunk_ids(library) == reference
    assert passages(library) == passages(whole)
    assert library.documents() == whole.documents()
    assert rankings(library) == rankings(whole)
    assert verify(library) == ()


def write_and_remove(library: Library, done: Event) -> None:
    """Put texts in and take them out, a generation for each step."""
    try:
        for number in range(21):
            text = f"The {THINGS[number % 10]} of {codeword(number)}.\n\n" * 3
            library.add_texts([(f"{number % 7}", "", text)])
            if number % 3 == 2:
                library.remove(f"{number % 7}")
    finally:
        done.set()


def read_meanwhile(open_it: Callable[[], Library], done: Event, *, linger: float) -> int:
    """Take snapshots until it is done, check each, and return how many generations were seen."""
    seen: list[int] = []
    while not done.is_set():
        with open_it().snapshot() as snapshot:
            check_snapshot(snapshot)
            time.sleep(linger)
            check_snapshot(snapshot)
            seen.append(snapshot.generation.state.number)
    assert seen == sorted(seen)
    return len(set(seen))


def check_snapshot(snapshot: Snapshot) -> None:
    catalogue, generation = snapshot.catalogue, snapshot.generation
    assert generation.state.number == catalogue.generation
    keys = catalogue.keys()
    assert np.array_equal(generation.keys, keys)
    assert snapshot.words.size == len(keys)
    found, _ = snapshot.words.search("harbour ferry bridge tower market", 99)
    near, _ = generation.nearest(np.eye(32, dtype=np.float32)[0], 99, only=None)
    assert sorted(near) == keys.tolist()
    assert set(found.tolist()) <= set(keys.tolist())
    for held in catalogue.chunks(keys).values():
        document = catalogue.document(held.chunk.document_id)
        assert document is not None
        assert document.text[held.chunk.start : held.chunk.end] == held.chunk.text


def test_readers_see_whole_generations_while_a_writer_adds_and_removes(library: Library) -> None:
    def another() -> Library:
        return Library(library.settings, embedder=library.embedder)

    library.add_texts([("first", "", "The harbour.")])
    done = Event()
    with ThreadPoolExecutor(4) as pool:
        readers = [
            pool.submit(read_meanwhile, lambda: library, done, linger=0.0),
            pool.submit(read_meanwhile, lambda: library, done, linger=0.05),
            # Each time the files are opened anew, as by a process that was just started.
            pool.submit(read_meanwhile, another, done, linger=0.0),
        ]
        pool.submit(write_and_remove, another(), done).result()
        assert min(reader.result() for reader in readers) > 3
    assert verify(library) == ()
