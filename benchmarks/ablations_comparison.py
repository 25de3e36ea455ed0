"""Comparisons with and without a technique: runs that take turns, medians, and their ratio."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from benchmarks.peers_data import read_paragraphs
from benchmarks.results import BenchmarkError, cell, markdown_table
from benchmarks.scale_corpus import PARAGRAPHS, Corpus
from index.embedders import choose_embedder
from index.embedding import Embedder

T = TypeVar("T")
HEADER = ("technique", "instead of", "with", "without", "unit", "times better", "lowest to highest")
DIGITS = {"texts/s": 1, "chunks/s": 0, "ms": 2, "s": 2}  # else 4, as shares have
LESS_IS_BETTER = frozenset({"ms", "s", "share of padding"})


@dataclass(frozen=True, slots=True)
class Row:
    """What a technique brings.

    Attributes:
        technique: The technique.
        instead_of: What would be there without it.
        unit: Of the figures.
        having: A figure for each run with it.
        lacking: A figure for each run without it.
    """

    technique: str
    instead_of: str
    unit: str
    having: tuple[float, ...]
    lacking: tuple[float, ...]

    @property
    def ratio(self) -> float | None:
        """How many times better the median with it is than without; None where that is 0."""
        return self._benefit(median(self.having), median(self.lacking))

    @property
    def extremes(self) -> tuple[float | None, float | None]:
        """The lowest and the highest ratio of two runs that followed each other."""
        pairs = zip(self.having, self.lacking, strict=True)
        ratios = [ratio for pair in pairs if (ratio := self._benefit(*pair)) is not None]
        return min(ratios, default=None), max(ratios, default=None)

    def _benefit(self, having: float, lacking: float) -> float | None:
        better, worse = (lacking, having) if self.unit in LESS_IS_BETTER else (having, lacking)
        return better / worse if worse else None

    def cells(self) -> list[str]:
        """Return what the table shows of it."""
        digits = DIGITS.get(self.unit, 4)
        low, high = self.extremes
        return [
            self.technique,
            self.instead_of,
            cell(median(self.having), digits),
            cell(median(self.lacking), digits),
            self.unit,
            cell(self.ratio, 2),
            f"{cell(low, 2)} to {cell(high, 2)}",
        ]

    def as_object(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "technique": self.technique,
            "instead_of": self.instead_of,
            "unit": self.unit,
            "with": self.having,
            "without": self.lacking,
            "ratio": self.ratio,
        }


@dataclass(frozen=True)
class Material:
    """What all ablations work on, and how much of it.

    Attributes:
        data: A SQuAD file.
        texts: How many of its paragraphs are embedded.
        chunks: Chunks of made-up documents that are indexed.
        sizes: Numbers of vectors in a segment, ascending.
        questions: How many are asked.
        runs: Of each variant.
        scratch: A folder for libraries.
    """

    data: Path
    texts: int
    chunks: int
    sizes: tuple[int, ...]
    questions: int
    runs: int
    scratch: Path

    @cached_property
    def paragraphs(self) -> dict[str, list[str]]:
        """The distinct paragraphs of the SQuAD file, each with its questions.

        Raises:
            BenchmarkError: There are fewer than are to be embedded.
        """
        found = dict(read_paragraphs(self.data))
        if len(found) < self.texts:
            raise BenchmarkError(
                f"{str(self.data)!r} has {len(found)} paragraphs, {self.texts} are asked for; "
                "give a larger file with --data or fewer --texts"
            )
        return found

    @cached_property
    def embedded(self) -> list[str]:
        """The paragraphs that are embedded."""
        return list(islice(self.paragraphs, self.texts))

    @cached_property
    def corpus(self) -> Corpus:
        """Made-up documents."""
        return Corpus()

    @cached_property
    def documents(self) -> list[tuple[str, str, str]]:
        """As many made-up documents as have the chunks wanted."""
        return [self.corpus.document(number) for number in range(-(-self.chunks // PARAGRAPHS))]

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder that the product uses, loaded once."""
        return choose_embedder()

    def compare(
        self,
        technique: str,
        instead_of: str,
        unit: str,
        *,
        having: Callable[[], float],
        lacking: Callable[[], float],
    ) -> Row:
        """Measure with and without a technique, in turn."""
        taken = alternate({"with": having, "without": lacking}, self.runs)
        return Row(technique, instead_of, unit, taken["with"], taken["without"])


Ablation = Callable[[Material], Iterator[Row]]


def alternate(
    measures: Mapping[str, Callable[[], float]], runs: int
) -> dict[str, tuple[float, ...]]:
    """Return what each measured in each run; they take turns, as machines have slow minutes."""
    rounds = [{name: measure() for name, measure in measures.items()} for _ in range(runs)]
    return {name: tuple(each[name] for each in rounds) for name in measures}


def during(change: AbstractContextManager[object], measure: Callable[[], float]) -> float:
    """Return what is measured while a change is in force."""
    with change:
        return measure()


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def median_ms(call: Callable[[T], object], questions: Iterable[T]) -> float:
    """Return the median time of a call over questions, in milliseconds."""
    return median(1000 * seconds(partial(call, question)) for question in questions)


def ablations_table(rows: Iterable[Row]) -> str:
    """Return the table of all rows."""
    return markdown_table(HEADER, (row.cells() for row in rows))


class InTurn(Executor):
    """Does at once what it is asked to do beside."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return what is done already."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done
