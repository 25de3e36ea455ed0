from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pytest

from benchmarks.reading import PASSAGES, RememberingReader, Variant, make_variants
from index.snapshot import Snapshot
from retrieval.calibration import MEASURES, Calibration, Spotted
from retrieval.span_reader import SpanReader
from retrieval.values import Hit
from tests.retrieval.fakes import make_document, make_hit

QUESTION = "What fell?"
NOWHERE = cast("Snapshot", None)


class Scripted(SpanReader):
    """Spots the first word of each passage, and counts what it was given."""

    def __init__(self) -> None:
        self._calibration = Calibration("", (1.0,) * len(MEASURES) + (0.0,), (1.0, 0.0), 0.5)
        self.read_hits: list[str] = []

    def spot(self, question: str, hits: Sequence[Hit]) -> list[Spotted]:
        self.read_hits += [hit.source for hit in hits]
        return [
            Spotted(hit, 0, hit.chunk.text.index(" "), 1.0, (float(place), hit.score))
            for place, hit in enumerate(hits)
        ]


@pytest.fixture
def hits() -> list[Hit]:
    return [
        make_hit(make_document(f"{name} fell.", source=name), score=score)
        for name, score in (("Snow", 0.9), ("Rain", 0.85), ("Hail", 0.8))
    ]


def test_each_passage_is_read_once_for_all_variants(hits: list[Hit]) -> None:
    reader = Scripted()
    remembering = RememberingReader(reader)
    for variant in make_variants(3):
        remembering.variant = variant
        remembering.read(QUESTION, hits[: variant.passages], NOWHERE)
    assert sorted(reader.read_hits) == ["Hail", "Rain", "Snow"]


def test_a_variant_leaves_a_measure_out(hits: list[Hit]) -> None:
    remembering = RememberingReader(Scripted())
    best = remembering.read(QUESTION, hits[:2], NOWHERE).evidence[0]
    remembering.variant = Variant("", 2, without="margin")
    other = remembering.read(QUESTION, hits[:2], NOWHERE).evidence[0]
    assert (best.span_text, other.span_text) == ("Rain", "Snow")


def test_a_passages_score_is_that_of_this_search(hits: list[Hit]) -> None:
    remembering = RememberingReader(Scripted())
    remembering.read(QUESTION, hits, NOWHERE)
    lifted = [hits[1], replace(hits[0], score=9.0)]
    assert remembering.read(QUESTION, lifted, NOWHERE).evidence[0].span_text == "Snow"


def test_reranking_can_be_left_out(hits: list[Hit]) -> None:
    remembering = RememberingReader(Scripted())
    reranked = remembering.read(QUESTION, hits, NOWHERE).hits
    assert [hit.source for hit in reranked] == ["Rain", "Snow", "Hail"]
    remembering.variant = Variant("", 3, reranked=False)
    assert remembering.read(QUESTION, hits, NOWHERE).hits == tuple(hits)
    assert remembering.threshold == 0.5


def test_the_variants_have_names_of_their_own() -> None:
    variants = make_variants(8)
    assert len({variant.name for variant in variants}) == len(variants)
    assert {variant.without for variant in variants} == {"", *MEASURES}
    assert {variant.passages for variant in variants} == {8, *PASSAGES}
