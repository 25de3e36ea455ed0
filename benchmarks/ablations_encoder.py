"""What the encoder's techniques bring, on real paragraphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.ablations_comparison import (
    Material,
    Row,
    alternate,
    during,
    median_ms,
    seconds,
)
from index import bert
from index.embedding import Vectors
from index.fast_embedder import FastEmbedder
from index.sentence_transformer import SentenceTransformerEmbedder

FIXED_BATCH = 32
WARM_UP = 64  # other texts, before the clock runs
ALONE = 100  # texts that are embedded alone, too
QUESTION = 60  # characters
Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to embed, and what has to be changed in the program meanwhile."""

    embed: Embed
    change: Any = field(default_factory=nullcontext)

    def rate(self, texts: Sequence[str]) -> float:
        """Return how many texts a second it embeds."""
        with self.change:
            return len(texts) / seconds(lambda: self.embed(texts))


def ablate_encoder(material: Material) -> Iterator[Row]:
    """Compare texts a second, padding, and whether vectors depend on a batch's other texts."""
    texts, others = material.embedded, list(material.paragraphs)[-WARM_UP:]
    variants = make_variants()
    for variant in variants.values():
        variant.rate(others)
    measures = {name: partial(each.rate, texts) for name, each in variants.items()}
    rates = alternate(measures, material.runs)
    for technique, instead_of, having, lacking in (
        ("OpenVINO, f32", "sentence-transformers", "f32", "sentence-transformers"),
        ("bf16", "f32", "ours", "f32"),
        ("OpenVINO, bf16", "sentence-transformers", "ours", "sentence-transformers"),
        ("sorted batches of BATCH_TOKENS", "32 unsorted texts", "ours", "fixed"),
        ("widths in steps of TOKEN_STEP", "of 1", "ours", "exact width"),
        ("a stream for each core", "one for all", "ours", "latency"),
    ):
        yield Row(technique, instead_of, "texts/s", rates[having], rates[lacking])
    ours, fixed, exact = (variants[name] for name in ("ours", "fixed", "exact width"))
    yield Row(
        "sorted batches of BATCH_TOKENS",
        f"{FIXED_BATCH} unsorted texts",
        "share of padding",
        (padding(ours, texts),),
        (padding(fixed, texts),),
    )
    yield Row(
        "widths in steps of TOKEN_STEP",
        "of 1",
        "share with the same bits alone",
        (same_bits(ours, texts),),
        (same_bits(exact, texts),),
    )
    yield compare_lone(material)


def compare_lone(material: Material) -> Row:
    """Compare the time of a text as short as a question that is embedded alone."""
    embedder = FastEmbedder()
    questions = [text[:QUESTION] for text in material.embedded[:ALONE]]
    measure = partial(median_ms, lambda question: embedder.embed([question]), questions)
    runner = embedder._runner
    apart = patch.object(runner, "_together", runner._apart)
    return material.compare(
        "all cores on a lone text",
        "one core",
        "ms",
        having=measure,
        lacking=partial(during, apart, measure),
    )


def make_variants() -> dict[str, Variant]:
    """Return each variant by its name; "ours" is the encoder as it is, in bf16."""
    ours = FastEmbedder(precision="bf16")
    fixed = patch.object(bert, "_batches", fixed_batches)
    return {
        "ours": Variant(ours.embed),
        "f32": Variant(FastEmbedder(precision="f32").embed),
        "sentence-transformers": Variant(SentenceTransformerEmbedder().embed),
        "fixed": Variant(ours.embed, fixed),
        "exact width": Variant(ours.embed, patch.object(bert, "TOKEN_STEP", 1)),
        "latency": Variant(compile_for_latency().embed),
    }


def compile_for_latency() -> FastEmbedder:
    """Return an encoder whose batches are computed one after the other, by all cores."""
    core = bert._import_openvino().Core
    compile_model = core.compile_model

    def compile_otherwise(core: Any, model: Any, device: str, hints: dict[str, str]) -> Any:
        return compile_model(core, model, device, {**hints, "PERFORMANCE_HINT": "LATENCY"})

    with patch.object(core, "compile_model", compile_otherwise):
        return FastEmbedder(precision="bf16")


def fixed_batches(rows: Sequence[Sequence[int]], cores: int = 1) -> Iterable[list[int]]:  # noqa: ARG001
    """Yield places in `rows` as they come, a fixed number at once."""
    for start in range(0, len(rows), FIXED_BATCH):
        yield list(range(start, min(start + FIXED_BATCH, len(rows))))


def padding(variant: Variant, texts: Sequence[str]) -> float:
    """Return which share of the tokens that are computed are padding."""
    sizes: list[tuple[int, int]] = []
    pad = bert._pad

    def pad_and_count(rows: Sequence[Sequence[int]]) -> Any:
        ids, mask = pad(rows)
        sizes.append((ids.size, int(mask.sum())))
        return ids, mask

    with variant.change, patch.object(bert, "_pad", pad_and_count):
        variant.embed(texts)
    computed, used = map(sum, zip(*sizes, strict=True))
    return 1 - used / computed


def same_bits(variant: Variant, texts: Sequence[str]) -> float:
    """Return the share of texts whose vector is the same alone and among the others."""
    with variant.change:
        together = variant.embed(texts)[:ALONE]
        alone = [variant.embed([text])[0] for text in texts[:ALONE]]
    return float(np.mean([np.array_equal(a, b) for a, b in zip(alone, together, strict=True)]))
