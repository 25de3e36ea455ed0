"""What indexing's techniques bring: steps that overlap, large commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from benchmarks.ablations_comparison import InTurn, Material, Row, alternate, during, seconds
from benchmarks.stand_in import StandInEmbedder
from index import build, succession
from index.embedding import Embedder
from index.library import Library
from index.settings import Settings

Documents = Sequence[tuple[str, str, str]]  # source, title, text
COMMIT = Settings().commit_chunks
# Also for the real embedder's few texts, so that there are batches whose steps can overlap.
SMALL_COMMIT = 128


def ablate_indexing(material: Material) -> Iterator[Row]:
    """Compare chunks a second, with the real embedder and with one that takes no time."""
    in_turn = patch.object(build, "ahead", iter)
    texts = [(f"{place}.txt", "", text) for place, text in enumerate(material.embedded)]
    real = partial(
        index_rate, texts, material.embedder, material.scratch, commit_chunks=SMALL_COMMIT
    )
    index_rate(texts[:1], material.embedder, material.scratch, commit_chunks=COMMIT)  # loads all
    yield material.compare(
        "overlapping steps, real embedder",
        "one after the other",
        "chunks/s",
        having=real,
        lacking=lambda: during(in_turn, real),
    )
    large, small = (
        partial(
            index_rate,
            material.documents,
            StandInEmbedder(),
            material.scratch,
            commit_chunks=chunks,
        )
        for chunks in (COMMIT, SMALL_COMMIT)
    )
    same_size = patch.object(build, "COMMITS_GROW", 1)
    words_first = patch.object(succession, "ThreadPoolExecutor", lambda _: InTurn())
    rates = alternate(
        {
            "ours": large,
            "in turn": lambda: during(in_turn, large),
            "words first": lambda: during(words_first, large),
            "same size": lambda: during(same_size, large),
            "small": small,
        },
        material.runs,
    )
    for technique, instead_of, lacking in (
        ("overlapping steps, no embedding", "one after the other", "in turn"),
        ("vectors and words at the same time", "one after the other", "words first"),
        (f"commits of {COMMIT:,} chunks that grow", f"all of {COMMIT:,}", "same size"),
        (f"commits of {COMMIT:,} chunks", f"of {SMALL_COMMIT}", "small"),
    ):
        yield Row(technique, instead_of, "chunks/s", rates["ours"], rates[lacking])


def index_rate(
    documents: Documents, embedder: Embedder, scratch: Path, *, commit_chunks: int
) -> float:
    """Return how many chunks a second are indexed into a new library."""
    with TemporaryDirectory(dir=scratch) as folder:
        settings = Settings(data_dir=Path(folder), commit_chunks=commit_chunks)
        library = Library(settings, embedder=embedder)
        taken = seconds(lambda: library.add_texts(documents))
        return library.status().chunks / taken
