from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retrieval
from index.errors import ModelError
from index.snapshot import Snapshot
from retrieval.calibration import MEASURES, Calibration, Spotted, load_calibration
from retrieval.pairs import Window
from retrieval.reading import Evidence, Reading
from retrieval.span_reader import (
    FOLDER,
    LABEL_MARGIN,
    LONGEST_SPAN,
    SPANS,
    WEIGHTS,
    SpanReader,
    _evidence,
    _spans,
    rerank,
)
from retrieval.values import Hit
from tests.retrieval.fakes import make_document, make_hit

OWN = Path(retrieval.__file__).parent / FOLDER
TEXT = "The bridge is red. It was opened in 1931 by the mayor.\n\nThe mill burned down."
EVEN = Calibration("", (1.0,) * len(MEASURES) + (0.0,), (1.0, 0.0), 0.5)


def spot(
    scores: Sequence[tuple[float, float]], nowhere: float = 0.0, *, text: str = ""
) -> list[Spotted]:
    """Return the spans of a window whose tokens, a character each, have these logits."""
    hit = make_hit(make_document(text or "x" * len(scores)))
    window = Window(list(range(len(scores))), [(i, i + 1) for i in range(len(scores))])
    values = np.array([(nowhere, 0.0, 0.5), *((s, e, 0.0) for s, e in scores)], np.float32)
    return list(_spans(hit, window, values, 1))


def places(spotted: Sequence[Spotted]) -> list[tuple[int, int]]:
    return [(each.start, each.end) for each in spotted]


def test_the_likeliest_span_has_the_highest_sum_of_start_and_end() -> None:
    best, *_ = spot([(0, 0), (5, 0), (0, 1), (0, 4), (3, 0)], nowhere=2)
    assert (best.start, best.end) == (1, 4)
    measures = dict(zip(MEASURES, best.measures, strict=True))
    assert best.answerable == pytest.approx(0.5)
    assert measures["margin"] == pytest.approx(9 - 2)
    assert measures["fusion"] == 1.0


def test_a_span_ends_where_it_starts_or_later() -> None:
    best, *_ = spot([(0, 9), (9, 0), (0, 1)])
    assert (best.start, best.end) == (1, 3)  # not from the second to the first, which sums to more


@given(
    st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=2 * LONGEST_SPAN)
)
def test_spans_are_short_few_and_apart(scores: list[tuple[float, float]]) -> None:
    found = places(spot(scores))
    assert 1 <= len(found) <= SPANS
    assert all(0 < end - start <= LONGEST_SPAN for start, end in found)
    covered = [place for start, end in found for place in range(start, end)]
    assert len(covered) == len(set(covered))
    margins = [each.measures[0] for each in spot(scores)]
    assert margins == sorted(margins, reverse=True)


@pytest.mark.parametrize("text", ["# x\n\ny", "---\n---\ny"])
def test_a_heading_or_front_matter_has_to_be_clearly_ahead(text: str) -> None:
    first, last = 2, len(text) - 1  # a character of the label, and the sentence
    scores = [(0.0, 0.0)] * len(text)

    def best(label: float) -> int:
        scores[first], scores[last] = (label, label), (2.0, 2.0)
        return spot(scores, text=text)[0].start

    assert best(2.0 + LABEL_MARGIN / 2 - 0.1) == last
    assert best(2.0 + LABEL_MARGIN / 2 + 0.1) == first


def test_a_span_keeps_the_marks_of_its_last_letter() -> None:
    text = "a cafe\u0301\u0323 here"
    window = Window([0, 1, 2], [(0, 1), (2, 6), (9, 13)])  # as a tokenizer strips marks
    values = np.array([(0, 0, 0), (0, 0, 0), (9, 9, 0), (0, 0, 0)], np.float32)
    best, *_ = _spans(make_hit(make_document(text)), window, values, 1)
    assert text[best.start : best.end] == "cafe\u0301\u0323"


def test_an_empty_passage_has_no_span() -> None:
    assert spot([]) == []


def spotted_at(quote: str, *, answerable: float = 0.0, **measures: float) -> Spotted:
    start = TEXT.index(quote)
    values = tuple(measures.get(name, 0.0) for name in MEASURES)
    hit = make_hit(make_document(TEXT))
    return Spotted(hit, start, start + len(quote), answerable, values)


def quotes(evidence: Sequence[Evidence]) -> list[str]:
    return [item.quote for item in evidence]


@pytest.mark.parametrize(
    ("span", "quote"),
    [
        ("1931", "It was opened in 1931 by the mayor."),
        ("red. It", "The bridge is red. It was opened in 1931 by the mayor."),
        ("mill", "The mill burned down."),
    ],
)
def test_evidence_is_the_sentences_that_a_span_lies_in(span: str, quote: str) -> None:
    item = _evidence(spotted_at(span), 0.7)
    assert (item.quote, item.span_text, item.score) == (quote, span, 0.7)


def test_a_span_that_reaches_into_the_next_item_ends_with_its_own() -> None:
    text = "1. Meals are paid up to 35 crowns.\n2. Hotels are paid up to 145 crowns."
    start, end = text.index("35"), text.index("Hotels")
    spotted = Spotted(make_hit(make_document(text)), start, end, 0.0, (0.0,) * len(MEASURES))
    item = _evidence(spotted, 0.7)
    assert (item.quote, item.span_text) == ("1. Meals are paid up to 35 crowns.", "35 crowns")


def test_offsets_are_the_documents_where_the_passage_starts_later() -> None:
    document = make_document(TEXT)
    start = TEXT.index("The mill")
    item = _evidence(Spotted(make_hit(document, start), 4, 8, 0.0, (0.0,) * len(MEASURES)), 0.5)
    assert document.text[slice(*item.span)] == "mill"
    assert document.text[item.start : item.end] == "The mill burned down."


def weighing(calibration: Calibration = EVEN) -> SpanReader:
    """Return a reader that can weigh, but has no encoder to read with."""
    reader = SpanReader.__new__(SpanReader)
    reader._calibration = calibration
    return reader


def test_the_best_evidence_comes_first_and_says_how_sure_it_is() -> None:
    weak = spotted_at("red", margin=-1, answerable=5)
    strong = spotted_at("1931", margin=2, answerable=-1)
    reading = weighing().weigh([weak, strong], [weak.hit])
    assert quotes(reading.evidence) == [
        "It was opened in 1931 by the mayor.",
        "The bridge is red.",
    ]
    assert reading.evidence[0].score == pytest.approx(1 / (1 + np.exp(-2)))
    assert reading.confidence == pytest.approx(1 / (1 + np.exp(1)))


def test_a_sentence_is_evidence_once_by_its_best_span() -> None:
    spans = [spotted_at("mayor", margin=1), spotted_at("1931", margin=2)]
    (item,) = weighing().weigh(spans, [spans[0].hit]).evidence
    assert item.span_text == "1931"


def test_nothing_spotted_is_no_confidence() -> None:
    hit = make_hit(make_document(""))
    reading = weighing().weigh([], [hit])
    assert (reading.evidence, len(reading.hits), reading.confidence) == ((), 1, 0.0)


class Scripted(SpanReader):
    """Says of each passage how surely it answers, and counts what it is given."""

    def __init__(self, answerable: dict[str, float]) -> None:
        self._calibration = EVEN
        self._answerable = answerable
        self.given: list[list[str]] = []

    def spot(self, question: str, hits: Sequence[Hit]) -> list[Spotted]:
        self.given.append([hit.source for hit in hits])
        return [
            Spotted(
                hit, 0, 3, self._answerable[hit.source], (self._answerable[hit.source], hit.score)
            )
            for hit in hits
        ]


def hits_of(*sources: str) -> list[Hit]:
    return [
        make_hit(make_document(TEXT, source=source), score=0.9 - 0.05 * place)
        for place, source in enumerate(sources)
    ]


def sources_of(reading: Reading) -> list[str]:
    return [item.hit.source for item in reading.evidence]


@pytest.mark.parametrize(
    ("answering", "others", "given"),
    [
        ("b", -9.0, [["a", "b"], ["c", "d", "e"]]),
        ("c", -9.0, [["a", "b"], ["c", "d"], ["e"]]),
        ("e", -0.5, [["a", "b"], ["c", "d"], ["e"]]),
        ("none", -0.5, [["a", "b"], ["c", "d"], ["e"]]),
        ("e", -9.0, [["a", "b"], ["c", "d"]]),
    ],
)
def test_passages_are_read_until_one_answers_or_hope_is_lost_then_other_documents(
    answering: str, others: float, given: list[list[str]]
) -> None:
    reader = Scripted({**dict.fromkeys("abcde", others), answering: 1.0})
    reading = reader.read("Who?", hits_of(*"abcde"), cast("Snapshot", None))
    assert reader.given == given
    assert len(reading.hits) == 5
    answered = answering in [source for each in given for source in each]
    assert (reading.confidence > reader.threshold) == answered


def test_of_a_document_that_answers_no_more_is_read() -> None:
    reader = Scripted({"a": 1.0, "b": -1.0, "c": -1.0})
    hits = [*hits_of("a", "b"), *hits_of("a", "c", "b", "c")[:4]]
    reader.read("Who?", hits, cast("Snapshot", None))
    assert reader.given == [["a", "b"], ["c"]]


def test_what_answers_first_is_told_and_stays_first() -> None:
    told: list[Reading] = []
    reader = Scripted({"a": 1.0, "b": -1.0, "c": 5.0})
    hits = hits_of("a", "b", "c")
    hits[2] = replace(hits[2], score=2.0)  # were it read with the others, it would be the best
    reading = reader.read("Who?", hits, cast("Snapshot", None), lead=told.append)
    assert [sources_of(each)[0] for each in (*told, reading)] == ["a", "a"]
    assert told[0].confidence == reading.confidence
    assert sorted(sources_of(reading)) == ["a", "b", "c"]


@pytest.mark.parametrize("scripted", [{"a": 1.0}, {"a": -1.0}])
def test_nothing_is_told_early_where_all_is_read_or_nothing_answers(
    scripted: dict[str, float],
) -> None:
    told: list[Reading] = []
    Scripted(scripted).read("Who?", hits_of("a"), cast("Snapshot", None), lead=told.append)
    assert told == []


def test_nothing_to_read_is_no_answer() -> None:
    reader = Scripted({})
    reading = reader.read("Who?", [], cast("Snapshot", None))
    assert (reader.given, reading.evidence, reading.confidence) == ([], (), 0.0)


def test_reranking_adds_the_best_evidence_to_the_searchs_score() -> None:
    one, two, three = (
        make_hit(make_document(TEXT, source=name), score=score)
        for name, score in (("one", 0.9), ("two", 0.8), ("three", 0.7))
    )
    evidence = [Evidence(two, 0, 5, (0, 5), 0.5), Evidence(two, 6, 9, (6, 9), 0.3)]
    ranked = rerank([one, two, three], [*evidence, Evidence(one, 0, 5, (0, 5), 0.1)])
    assert [hit.source for hit in ranked] == ["two", "one", "three"]
    assert [hit.score for hit in ranked] == pytest.approx([1.3, 1.0, 0.7])
    assert {hit.stage for hit in ranked} == {"rerank"}


def write_calibration(folder: Path, **changes: Any) -> Path:
    fields = {
        "sha256": "abc",
        "measures": dict.fromkeys((*MEASURES, "bias"), 0.5),
        "confidence": {"answerable": 2.0, "bias": 1.0},
        "threshold": 0.4,
    }
    path = folder / "calibration.json"
    path.write_text(json.dumps(fields | changes), "utf-8")
    return path


def test_a_calibration_is_read(tmp_path: Path) -> None:
    write_calibration(tmp_path)
    calibration = load_calibration(tmp_path)
    assert calibration == Calibration("abc", (0.5,) * (len(MEASURES) + 1), (2.0, 1.0), 0.4)
    assert calibration.odds(spotted_at("red", margin=2)) == pytest.approx(0.5 * 2 + 0.5)


@pytest.mark.parametrize(
    "changes",
    [{"measures": {"margin": 1.0}}, {"confidence": {}}, {"threshold": None}, {"measures": 3}],
)
def test_a_calibration_for_something_else_is_refused(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    write_calibration(tmp_path, **changes)
    with pytest.raises(ModelError, match=r"calibration\.json' can't be used .* make it with"):
        load_calibration(tmp_path)


def test_a_missing_calibration_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="restore it, or make it with 'python -m training calib"):
        load_calibration(tmp_path)


@pytest.mark.model
def test_other_weights_than_the_calibrations_are_refused(tmp_path: Path) -> None:
    shutil.copytree(OWN, tmp_path / "reader")
    (tmp_path / "reader" / WEIGHTS).write_bytes(b"other")
    with pytest.raises(ModelError, match=r"has SHA-256 .* instead of .*; restore it, or make it"):
        SpanReader(tmp_path / "reader")
    (tmp_path / "reader" / WEIGHTS).unlink()
    with pytest.raises(ModelError, match="has SHA-256 nothing instead of"):
        SpanReader(tmp_path / "reader")


@pytest.fixture(scope="module")
def reader() -> SpanReader:
    return SpanReader()


@pytest.mark.model
def test_the_words_that_answer_are_found(reader: SpanReader) -> None:
    hit = make_hit(make_document(TEXT))
    best = max(reader.spot("When was the bridge opened?", [hit]), key=lambda each: each.measures[0])
    assert TEXT[best.start : best.end] == "1931"


@pytest.mark.model
def test_an_answer_behind_the_first_window_is_found(reader: SpanReader) -> None:
    filler = "The quay is long and the water is deep. " * 60
    hit = make_hit(make_document(f"{filler}The bridge was opened in 1931 by the mayor."))
    best = max(reader.spot("When was the bridge opened?", [hit]), key=lambda each: each.measures[0])
    assert hit.chunk.text[best.start : best.end] == "1931"


@pytest.mark.model
def test_a_passage_is_read_alike_whatever_stands_beside_it(reader: SpanReader) -> None:
    hits = [
        replace(make_hit(make_document(text, source=text)), score=0.5)
        for text in (TEXT, "Fish is sold on the quay every day but Sunday. " * 8)
    ]
    question = "When was the bridge opened?"
    alone = reader.spot(question, hits[:1])
    assert reader.spot(question, hits)[: len(alone)] == alone
