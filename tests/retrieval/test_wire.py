"""The JSON that clients rely on: these keys are a public contract."""

from __future__ import annotations

import json

from index.snapshot import Status
from index.values import AddReport, DocumentSummary, Outcome, Page
from retrieval.wire import (
    answer_object,
    document_object,
    hit_object,
    report_object,
    status_object,
    summary_object,
)
from tests.retrieval.fakes import make_answer, make_document, make_hit

CITATION = "marker document_id source title page start end quote chunk_id score place".split()


def test_an_answer_has_the_keys_of_the_contract_and_its_best_span() -> None:
    wire = answer_object(make_answer())
    expected = (
        "question standalone_question answer short_answer abstained confidence sentences citations "
        "disagreement hits timings_ms provenance"
    )
    assert set(wire) == {*expected.split(), "best_span"}
    assert [*wire["sentences"][0]] == ["text", "citations", "support"]
    assert [*wire["citations"][0]] == CITATION
    disagreement = ["citations", "values", "attributions", "dates", "note"]
    assert [*wire["disagreement"][0]] == disagreement
    provenance = "generation index_hash embedder reader llm collection documents".split()
    assert [*wire["provenance"]] == provenance


def test_an_answer_keeps_its_values_and_survives_json() -> None:
    answer = make_answer()
    wire = json.loads(json.dumps(answer_object(answer)))
    assert wire["question"] == "When?"
    assert wire["standalone_question"] == "When (bridge)?"
    assert wire["answer"] == "The bridge [1]"
    assert wire["short_answer"] == wire["best_span"] == "1931"
    assert wire["abstained"] is False
    assert wire["confidence"] == 0.123456789  # never rounded
    assert wire["sentences"] == [{"text": "The bridge", "citations": [1], "support": "verbatim"}]
    assert wire["citations"][0]["page"] == 3
    assert wire["citations"][0]["place"] == "page 3"
    assert wire["citations"][0]["quote"] == "The bridge"
    assert wire["disagreement"][0]["dates"] == [None, "2020"]
    assert wire["timings_ms"] == {"total": 4.5}
    assert wire["provenance"]["llm"] is None
    assert wire["provenance"]["generation"] == 7


def test_a_hit_says_where_it_is() -> None:
    document = make_document("Before. The middle. After.", source="a/b.txt", title="B")
    assert hit_object(make_hit(document, 8, 19, score=0.75)) == {
        "document_id": document.id,
        "source": "a/b.txt",
        "title": "B",
        "place": None,
        "start": 8,
        "end": 19,
        "text": "The middle.",
        "score": 0.75,
    }


def test_a_document_comes_whole_with_its_pages() -> None:
    document = make_document("One\fTwo", source="b.pdf", title="B", pages=(Page(1, 0, 3),))
    assert document_object(document) == {
        "id": document.id,
        "title": "B",
        "source": "b.pdf",
        "date": None,
        "text": "One\fTwo",
        "pages": [{"number": 1, "start": 0, "end": 3, "place": "page 1"}],
    }


def test_a_line_of_the_list_of_documents_has_the_keys_of_the_contract() -> None:
    summary = DocumentSummary("i", "a.txt", "A", "2020-01-02", 9, 1, "2026-01-02", "default")
    assert summary_object(summary) == {
        "id": "i",
        "source": "a.txt",
        "title": "A",
        "date": "2020-01-02",
        "size": 9,
        "chunks": 1,
        "modified": "2026-01-02",
        "collection": "default",
    }


def test_a_report_lists_what_was_added_unchanged_and_refused() -> None:
    report = AddReport(
        added=(Outcome("i", "a.txt", ""),),
        unchanged=(),
        refused=(Outcome(None, "b.txt", "it is empty"),),
        removed=(Outcome("j", "c.txt", "gone"),),
    )
    assert report_object(report) == {
        "added": [{"id": "i", "source": "a.txt", "reason": ""}],
        "unchanged": [],
        "refused": [{"id": None, "source": "b.txt", "reason": "it is empty"}],
    }


def test_a_status_says_whether_the_library_can_be_searched() -> None:
    models = {"embedder": "e", "reader": "r", "llm": None}
    status = Status("1.2.3", 4, 5, 6, models, False, "hash", ("a problem",))
    assert status_object(status) == {
        "version": "1.2.3",
        "generation": 4,
        "documents": 5,
        "chunks": 6,
        "models": models,
        "healthy": False,
    }
