"""What share of the machine's measured matrix-multiply peak the encoder reaches.

Peak: the fastest of several sizes of plain matrix products by torch, in the precision that the
encoder uses, on all cores. Useful work: the products of the encoder's layers for the texts' own
tokens. What padding, softmax, norms and tokenising take counts as waste.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.results import cell, markdown_table, median_of, write_result
from evaluation.squad import read_squad
from index.fast_embedder import FastEmbedder
from index.model_files import BertConfig, read_config
from index.packaged_model import packaged_folder

SIZES = (512, 1024, 2048, 4096)  # of square matrices
_SECONDS = 0.3  # that each size is repeated for
_SPECIAL = 2  # tokens that each text has besides its own; the model needs them, so they count


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("../shared/data/reading/squad/validation.json"),
        help="SQuAD-format file whose paragraphs are embedded",
    )
    parser.add_argument("--texts", type=int, default=1_000, help="how many paragraphs")
    parser.add_argument("--runs", type=int, default=3, help="interleaved; medians are shown")
    parser.add_argument("--output", type=Path, default=Path("runs/benchmarks"), help="of results")


def run(arguments: argparse.Namespace) -> None:
    """Measure peak and encoder by turns; print the table and write roofline.json.

    Raises:
        FootnoteError: The data can't be read, or the encoder can't run here.
    """
    documents = read_squad(arguments.data).documents
    texts = [part for document in documents for part in document.text.split("\n\n")]
    texts = texts[: arguments.texts]
    embedder = FastEmbedder()
    config = read_config(packaged_folder())
    lengths = [_SPECIAL + min(count, embedder.max_tokens) for count in embedder.count_tokens(texts)]
    operations = sum(useful_operations(config, length) for length in lengths)
    embedder.embed(texts[:64])
    peaks, seconds = [], []
    for _ in range(arguments.runs):
        peaks.append(measure_peak(embedder.runtime.rpartition(" ")[2]))
        start = time.perf_counter()
        embedder.embed(texts)
        seconds.append(time.perf_counter() - start)
    shares = [operations / s / peak for s, peak in zip(seconds, peaks, strict=True)]
    figures = {
        "runtime": embedder.runtime,
        "texts": len(texts),
        "tokens": sum(lengths),
        "texts_s": median_of(len(texts) / s for s in seconds),
        "tokens_s": median_of(sum(lengths) / s for s in seconds),
        "useful_operations_s": median_of(operations / s for s in seconds),
        "peak_operations_s": median_of(peaks),
        "share_of_peak": median_of(shares),
    }
    print(table(figures))
    write_result(arguments.output, "roofline", figures)


def useful_operations(config: BertConfig, tokens: int) -> float:
    """Return the multiplications and additions of a text's matrix products.

    Per token and layer: four products of width by width, two of width by four times that, and the
    attention's two with every token.
    """
    width, inner = config.width, config.inner
    weights = 4 * width * width + 2 * width * inner
    return 2.0 * config.layers * tokens * (weights + 2 * tokens * width)


def measure_peak(precision: str) -> float:
    """Return the operations a second of the fastest plain matrix product."""
    import torch

    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    random = np.random.default_rng(0)
    fastest = 0.0
    for size in SIZES:
        left, right = (
            torch.from_numpy(random.standard_normal((size, size), np.float32)).to(kind)
            for _ in range(2)
        )
        torch.mm(left, right)
        count, start = 0, time.perf_counter()
        while (passed := time.perf_counter() - start) < _SECONDS:
            torch.mm(left, right)
            count += 1
        fastest = max(fastest, count * 2.0 * size**3 / passed)
    return fastest


def table(figures: dict[str, object]) -> str:
    """Return the figures as a Markdown table."""

    def number(name: str, unit: float = 1.0) -> float:
        return float(str(figures[name])) / unit

    rows: Sequence[Sequence[str]] = (
        ("encoder", str(figures["runtime"])),
        ("texts a second", cell(number("texts_s"), 0)),
        ("tokens a second", cell(number("tokens_s"), 0)),
        ("useful TFLOP/s", cell(number("useful_operations_s", 1e12), 2)),
        ("measured peak, TFLOP/s", cell(number("peak_operations_s", 1e12), 2)),
        ("share of the peak", cell(number("share_of_peak", 0.01), 0, suffix=" %")),
    )
    return markdown_table(("", "figure"), rows)
