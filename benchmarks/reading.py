"""What each part of reading brings to an answer, and how fast the reader is.

Every passage is read once; the variants differ in what they make of that, so they differ in nothing
else. The questions are drawn from a file that neither training nor calibration has seen. A variant
that leaves a measure out gives it the same value for every span: nothing is fitted anew.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
from tqdm import tqdm

import retrieval
from benchmarks.ablations_comparison import alternate, seconds
from benchmarks.results import cell, markdown_table, write_result
from evaluation import asking
from evaluation.datasets import Dataset, load_dataset, select
from evaluation.measures import PERCENTILES, measures_for
from evaluation.output import make_folder
from evaluation.scores import score
from evaluation.summary import estimate
from evaluation.systems import LocalSystem
from index.library import Library
from index.packaged_model import NAME, packaged_folder
from index.settings import Settings
from index.tokenizer import ModelTokenizer
from retrieval import search, span_reader
from retrieval.assistant import Assistant
from retrieval.calibration import MEASURES, Spotted
from retrieval.pairs import Pairing
from retrieval.reading import Reader, Reading
from retrieval.similarity import SimilarityReader
from retrieval.span_reader import FOLDER, WEIGHTS, SpanReader
from retrieval.values import Hit

SQUAD = Path("../shared/data/reading/squad/validation.json")
OTHERS = SQUAD.with_name("train.json")
CHUNKS = 10_000  # among which whole answers are timed
AT_ONCE = 20  # documents that are added before it is looked how many chunks there are
PASSAGES = (1, 3, 5, 12)  # beside the default
FIGURES = {
    "answers.span_f1": "F1 of the answerable",
    "citations.recall": "right passage cited",
    "retrieval.hit_rate@1": "right passage first",
    "abstention.roc_auc": "AUC of the confidence",
    "abstention.balanced_accuracy": "balanced accuracy",
}
TIMED = 50  # questions that each runtime reads for
TORCH = "torch, f32"
ANSWERED = 300  # questions for the time of a whole answer


@dataclass(frozen=True, slots=True)
class Variant:
    """The reader, with something else than usual.

    Attributes:
        name: For the table.
        passages: How many are read.
        without: A measure that doesn't count, or "".
        reranked: Whether the reader's order of the passages is kept.
        within: How far behind the best a passage may be and is still read.
        at_once: How many are read before it is looked whether one answers.
        hopeless: Confidence below which no more are read.
    """

    name: str
    passages: int
    without: str = ""
    reranked: bool = True
    within: float = search.WORTH_READING_WITHIN
    at_once: int = span_reader.AT_ONCE
    hopeless: float = span_reader.HOPELESS


def make_variants(passages: int) -> list[Variant]:
    """Return the variants: the default first."""
    return [
        Variant(f"all, {passages} passages", passages),
        Variant("without reranking", passages, reranked=False),
        Variant("however far behind", passages, within=inf),
        Variant("all at once", passages, at_once=passages),
        Variant("without giving up", passages, hopeless=0.0),
        *(Variant(f"without {name!r}", passages, without=name) for name in MEASURES),
        *(Variant(f"{count} passages", count) for count in PASSAGES),
    ]


class RememberingReader(SpanReader):
    """Reads each passage once for each question, whatever a variant makes of it."""

    def __init__(self, reader: SpanReader) -> None:
        """Remember what `reader` spots."""
        self.name, self.runtime = "reading", "memory"
        self.variant = Variant("", 0)
        self._calibration = reader._calibration
        self._reader = reader
        self._spotted: dict[tuple[str, str], list[Spotted]] = {}

    def spot(self, question: str, hits: Sequence[Hit]) -> list[Spotted]:
        """Return what the variant makes of the spans of each passage."""
        new = [hit for hit in hits if (question, hit.chunk.id) not in self._spotted]
        for hit in new:
            self._spotted[question, hit.chunk.id] = []
        for spotted in self._reader.spot(question, new):
            self._spotted[question, spotted.hit.chunk.id].append(spotted)
        return [
            replace(spotted, hit=hit, measures=self._measures(spotted, hit))
            for hit in hits
            for spotted in self._spotted[question, hit.chunk.id]
        ]

    def weigh(
        self, spotted: Sequence[Spotted], hits: Sequence[Hit], *, first: Spotted | None = None
    ) -> Reading:
        """Return the evidence; the passages in the search's order, where that is the variant."""
        reading = super().weigh(spotted, hits, first=first)
        return reading if self.variant.reranked else replace(reading, hits=tuple(hits))

    def _measures(self, spotted: Spotted, hit: Hit) -> tuple[float, ...]:
        own = dict(zip(MEASURES, spotted.measures, strict=True)) | {"fusion": hit.score}
        return tuple(0.0 if name == self.variant.without else own[name] for name in MEASURES)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--data", type=Path, default=SQUAD, help="a SQuAD file")
    parser.add_argument("--others", type=Path, default=OTHERS, help="more documents, likewise")
    parser.add_argument("--limit", type=int, default=1_000, help="questions")
    parser.add_argument("--seed", type=int, default=0, help="of their draw")
    parser.add_argument("--runs", type=int, default=3, help="of each runtime, in turn")
    parser.add_argument("--output", type=Path, default=Path("runs/benchmarks"), help="of results")


def run(arguments: argparse.Namespace) -> None:
    """Measure everything; print the tables, write reading.json.

    Raises:
        FootnoteError: The data can't be read, or the output folder can't be made.
    """
    make_folder(arguments.output)
    dataset = select(load_dataset(arguments.data), limit=arguments.limit, seed=arguments.seed)
    reader = SpanReader()
    with TemporaryDirectory(dir=arguments.output, prefix="reading-") as scratch:
        library = Library(Settings(data_dir=Path(scratch).absolute()))
        rows = dict(measure(dataset, library, reader))
        passages = read_some(dataset, library)
        answers = time_answers(dataset, load_dataset(arguments.others), library, reader)
    times = time_runtimes(passages, reader, arguments.runs)
    figures = {
        "questions": len(dataset.questions),
        "figures": rows,
        "ms": times,
        "ratio": times[TORCH] / times[reader.runtime],
        "answer_ms": answers,
    }
    show(figures)
    print(f"results: {write_result(arguments.output, 'reading', figures)}")


def show(figures: Mapping[str, Any]) -> None:
    """Print the tables."""
    rows = (
        [name, *(cell(row[path], 3) for path in FIGURES)]
        for name, row in figures["figures"].items()
    )
    print(markdown_table(("reader", *FIGURES.values()), rows))
    times = {f"reading, {name}": ms for name, ms in figures["ms"].items()}
    times |= {
        f"an answer among {CHUNKS:,} chunks, {n}": ms for n, ms in figures["answer_ms"].items()
    }
    print(f"\n{markdown_table(('time', 'ms'), ([name, cell(ms)] for name, ms in times.items()))}")
    print(f"\n{figures['ratio']:.1f} times faster than torch\n")


def measure(
    dataset: Dataset, library: Library, reader: SpanReader
) -> Iterator[tuple[str, dict[str, float | None]]]:
    """Yield the figures of each variant by its name, then those of the similarity reader."""
    remembering = RememberingReader(reader)
    # The most passages first: then the others have been read.
    variants = make_variants(library.settings.passages)
    for variant in sorted(variants, key=lambda each: -each.passages):
        remembering.variant = variant
        with (
            patch.object(search, "WORTH_READING_WITHIN", variant.within),
            patch.object(span_reader, "AT_ONCE", variant.at_once),
            patch.object(span_reader, "HOPELESS", variant.hopeless),
        ):
            yield variant.name, ask_all(dataset, library, remembering, variant.passages)
    similarity = SimilarityReader(library.embedder)
    yield "similarity", ask_all(dataset, library, similarity, library.settings.passages)


def ask_all(
    dataset: Dataset, library: Library, reader: Reader, passages: int
) -> dict[str, float | None]:
    """Return the figures of a reader that gets so many passages."""
    settings = library.settings.model_copy(update={"passages": passages})
    library = Library(settings, embedder=library.embedder)
    system = LocalSystem(dataset, library, Assistant(library, reader=reader))
    questions = tqdm(dataset.questions, unit="q", leave=False)
    scores = score(dataset, [asking.ask(system, question) for question in questions])
    figures = estimate([each for each in measures_for(scores) if each.path in FIGURES], scores)
    return {path: figure["value"] for path, figure in figures.items()}


def read_some(dataset: Dataset, library: Library) -> list[tuple[str, list[Hit]]]:
    """Return questions, each with the passages that are read for it."""
    assistant = Assistant(library)
    most = library.settings.passages
    asked = [question.text for question in dataset.questions[:TIMED]]
    return [
        (text, list(search.worth_reading(assistant.search(text, k=most), most))) for text in asked
    ]


def time_answers(
    dataset: Dataset, others: Dataset, library: Library, reader: SpanReader
) -> dict[str, float]:
    """Return percentiles of the milliseconds of whole answers, among more documents."""
    for start in range(0, len(others.documents), AT_ONCE):
        if library.status().chunks >= CHUNKS:
            break
        group = others.documents[start : start + AT_ONCE]
        library.add_texts([(f"other/{each.name}", each.title, each.text) for each in group])
    assistant = Assistant(library, reader=reader)
    assistant.ask(dataset.questions[-1].text)
    asked = dataset.questions[:ANSWERED]
    taken = [1000 * seconds(partial(assistant.ask, each.text)) for each in asked]
    return {f"p{percent}": float(np.percentile(taken, percent)) for percent in PERCENTILES}


def time_runtimes(
    asked: Sequence[tuple[str, list[Hit]]], reader: SpanReader, runs: int
) -> dict[str, float]:
    """Return the median milliseconds a question by runtime: the program's and torch's in f32."""
    import torch

    from training.examples import Example
    from training.reader_model import tensors
    from training.reader_weights import load_reader

    pairing = Pairing(ModelTokenizer.from_folder(packaged_folder()))
    model = load_reader(NAME, Path(retrieval.__file__).parent / FOLDER / WEIGHTS)
    model.float().eval()

    def on_torch(question: str, hits: Sequence[Hit]) -> None:
        (asked,) = pairing.questions([question])
        windows = [each for cut in pairing.passages([h.chunk.text for h in hits]) for each in cut]
        rows = [Example(pairing.join(asked, window), len(asked), ()) for window in windows]
        ids, mask, *_ = tensors(rows)
        with torch.inference_mode():
            model(ids, mask)

    def clock(read: Callable[[str, list[Hit]], object]) -> float:
        return median(1000 * seconds(partial(read, *each)) for each in asked)

    ways = {reader.runtime: partial(clock, reader.spot), TORCH: partial(clock, on_torch)}
    return {name: median(taken) for name, taken in alternate(ways, runs).items()}
