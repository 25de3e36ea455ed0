from __future__ import annotations

import pytest

from index.errors import UnsupportedModelError
from retrieval import readers
from retrieval.readers import choose_reader
from retrieval.similarity import SimilarityReader
from retrieval.span_reader import SpanReader
from tests.fakes import FakeEmbedder


@pytest.mark.model
def test_the_span_reader_says_what_runs_it() -> None:
    reader = choose_reader("span", FakeEmbedder())
    assert isinstance(reader, SpanReader)
    assert reader.runtime.startswith("OpenVINO ")


def test_the_plain_reader_can_be_chosen() -> None:
    reader = choose_reader("similarity", FakeEmbedder())
    assert isinstance(reader, SimilarityReader)
    assert reader.runtime == "sentence similarity"


def test_where_the_encoder_cannot_run_the_plain_reader_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> SpanReader:
        raise UnsupportedModelError("no such processor")

    monkeypatch.setattr(readers, "SpanReader", refuse)
    reader = choose_reader("span", FakeEmbedder())
    assert isinstance(reader, SimilarityReader)
    assert reader.runtime == "sentence similarity (no such processor)"
