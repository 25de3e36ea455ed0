from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from index.errors import NotFoundError
from index.library import Library
from retrieval.assistant import Assistant
from retrieval.composing import Composition, ExtractiveAnswerer
from retrieval.reading import Evidence, Reader, Reading
from retrieval.values import Hit
from retrieval.writing import Writer, get_document
from tests.retrieval.fakes import make_library

TEXTS = {"a.txt": "Snow fell in May.", "b.txt": "Snow melts."}


class Sure:
    """A reader of which only name and threshold matter."""

    name, threshold = "sure-1", 0.5


WRITER = Writer(ExtractiveAnswerer(), cast("Reader", Sure()), "fake-1")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return make_library(tmp_path / "data", TEXTS)


@pytest.fixture
def hits(library: Library) -> tuple[Hit, ...]:
    return Assistant(library).search("snow")


def reading_of(hits: Sequence[Hit], confidence: float) -> Reading:
    evidence = tuple(
        Evidence(hit, hit.chunk.start, hit.chunk.end, (hit.chunk.start, hit.chunk.start + 4), 0.9)
        for hit in hits
    )
    return Reading(evidence, tuple(hits), confidence)


@pytest.mark.parametrize("confidence", [0.49, 0.5])
def test_from_the_readers_threshold_on_there_is_an_answer(
    library: Library, hits: tuple[Hit, ...], confidence: float
) -> None:
    with library.snapshot() as snapshot:
        answer = WRITER.write("Snow?", {"Snow?": reading_of(hits, confidence)}, snapshot)
    assert answer.abstained == (confidence < Sure.threshold)
    assert (answer.confidence, answer.best_span) == (confidence, "Snow")
    assert answer.provenance.reader == Sure.name


def test_an_answer_is_as_sure_as_its_least_sure_part(
    library: Library, hits: tuple[Hit, ...]
) -> None:
    first, second = hits
    readings = {"a": reading_of([first], 0.9), "b": reading_of([second], 0.6)}
    with library.snapshot() as snapshot:
        whole = WRITER.write("a and b", readings, snapshot)
        weak = {**readings, "b": reading_of([second], 0.4)}
        half = WRITER.write("a and b", weak, snapshot)
    assert whole.confidence == 0.6
    assert (half.confidence, half.text[-3:]) == (0.9, ": b")


def test_an_open_part_is_named_without_what_it_was_given(
    library: Library, hits: tuple[Hit, ...]
) -> None:
    first, second = hits
    part = "who built it (Orlen bridge)?"
    readings = {"a": reading_of([first], 0.9), part: reading_of([second], 0.4)}
    with library.snapshot() as snapshot:
        answer = WRITER.write(f"a and {part}", readings, snapshot)
    assert answer.text.endswith(": who built it?")
    assert answer.standalone_question.endswith("(Orlen bridge)?")


def test_the_passages_of_several_parts_take_turns_and_come_once(
    library: Library, hits: tuple[Hit, ...]
) -> None:
    first, second = hits
    readings = {"a": reading_of([first], 0.9), "b": reading_of([second, first], 0.9)}
    with library.snapshot() as snapshot:
        answer = WRITER.write("a and b", readings, snapshot)
    assert answer.hits == (first, second)


def test_an_answer_begins_with_the_best_evidence(library: Library, hits: tuple[Hit, ...]) -> None:
    told: list[Composition] = []
    reading = reading_of(hits, 0.9)
    with library.snapshot() as snapshot:
        WRITER.begin("Snow?", snapshot, told.append, reading)
        WRITER.begin("Snow?", snapshot, None, reading)
    (begun,) = told
    assert begun.text == f"{hits[0].chunk.text} [1]"


def test_a_document_that_is_gone_cannot_be_cited(library: Library, hits: tuple[Hit, ...]) -> None:
    gone = replace(hits[0], chunk=replace(hits[0].chunk, document_id="gone"))
    with (
        library.snapshot() as snapshot,
        pytest.raises(NotFoundError, match="no document has the id 'gone'"),
    ):
        WRITER.write("Snow?", {"Snow?": reading_of([gone], 0.9)}, snapshot)
    with library.snapshot() as snapshot:
        assert get_document(snapshot, hits[0].chunk.document_id).text in TEXTS.values()
