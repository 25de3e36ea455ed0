from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from index.errors import ModelError
from index.lexical import LexicalIndex
from index.snapshot import Snapshot
from retrieval import features, similarity
from retrieval.features import find_candidates, measure, prepare_question
from retrieval.remembering import RememberingEmbedder
from retrieval.similarity import (
    ANSWER_NAMES,
    COSINE,
    SHORTLIST,
    SimilarityReader,
    load_weights,
    measure_answer,
    sigmoid,
)
from tests.fakes import FakeEmbedder
from tests.retrieval.fakes import (
    BRIDGE,
    BY_WORDS,
    MILL,
    make_document,
    make_hit,
    make_weights,
    make_words,
)

DOCUMENT = make_document(f"👩‍🚒 Preface.\n\n{BRIDGE}")


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    """A snapshot as far as a reader looks at it: the words of the generation."""
    return snapshot_of(make_words(tmp_path / "words", BRIDGE, MILL))


def snapshot_of(words: LexicalIndex) -> Snapshot:
    return cast("Snapshot", SimpleNamespace(words=words))


def test_the_likeliest_sentence_comes_first_with_its_place_in_the_document(
    snapshot: Snapshot,
) -> None:
    reader = SimilarityReader(FakeEmbedder(), BY_WORDS)
    start = DOCUMENT.text.index("The bridge")
    reading = reader.read("drew lighthouse", [make_hit(DOCUMENT, start)], snapshot)
    assert reading.evidence[0].quote == "She also drew the lighthouse."
    assert len(reading.evidence) == 4
    for item in reading.evidence:
        assert item.quote == DOCUMENT.text[item.start : item.end]
        assert item.span_text == DOCUMENT.text[slice(*item.span)]
    assert sorted((item.score for item in reading.evidence), reverse=True) == [
        item.score for item in reading.evidence
    ]


def test_scores_and_confidence_are_the_weighted_measures(snapshot: Snapshot) -> None:
    weights = make_weights({"overlap": 2.0, "bias": -1.0}, {"overlap": 3.0, "best": 0.5}, bias=-2.0)
    hit = make_hit(make_document("Maria drew it. Snow fell."))
    reading = SimilarityReader(FakeEmbedder(), weights).read("Maria", [hit], snapshot)
    # Overlap 1 and 0: log odds 1 and -1; then 3 * 1 + 0.5 * 1 - 2.
    scores = [item.score for item in reading.evidence]
    assert scores == pytest.approx([1 / (1 + math.exp(-1)), 1 / (1 + math.exp(1))])
    assert reading.confidence == pytest.approx(1 / (1 + math.exp(-1.5)))


def test_the_cosine_of_question_and_sentence_counts(snapshot: Snapshot) -> None:
    reader = SimilarityReader(FakeEmbedder(), make_weights({"cosine": 1.0}))
    hit = make_hit(make_document("Snow fell. Rain fell hard."))
    first, second = reader.read("snow fell", [hit], snapshot).evidence
    assert first.quote == "Snow fell."
    assert first.score == pytest.approx(sigmoid(1.0))
    assert second.score == pytest.approx(sigmoid(1 / math.sqrt(2 * 3)))


def test_equal_sentences_stay_in_the_order_of_their_passages(snapshot: Snapshot) -> None:
    hits = [make_hit(make_document("Snow fell.", source=name)) for name in ("a", "b", "c")]
    reading = SimilarityReader(FakeEmbedder(), make_weights({})).read("snow", hits, snapshot)
    assert [item.hit.source for item in reading.evidence] == ["a", "b", "c"]


def test_a_question_and_no_sentence_have_no_cosines() -> None:
    cosines = SimilarityReader(FakeEmbedder(), BY_WORDS).cosines("When?", [])
    assert cosines.shape == (0,)


def test_without_passages_nothing_is_read(snapshot: Snapshot) -> None:
    reading = SimilarityReader(FakeEmbedder(), BY_WORDS).read("When?", [], snapshot)
    assert (reading.evidence, reading.confidence) == ((), 0.0)


def test_passages_without_a_sentence_are_read_as_nothing(snapshot: Snapshot) -> None:
    hit = make_hit(make_document("---"))
    reading = SimilarityReader(FakeEmbedder(), BY_WORDS).read("When?", [hit], snapshot)
    assert (reading.evidence, reading.confidence) == ((), 0.0)


def test_only_the_sentences_that_can_win_are_embedded(snapshot: Snapshot) -> None:
    embedder = FakeEmbedder()
    reader = SimilarityReader(embedder, BY_WORDS)
    sentences = [f"Snow fell on day {place}." for place in range(2 * SHORTLIST)]
    document = make_document(" ".join([*sentences, "Maria drew it."]))
    reading = reader.read("drew Maria", [make_hit(document)], snapshot)
    assert reading.evidence[0].quote == "Maria drew it."
    assert len(reading.evidence) == SHORTLIST
    assert sorted(embedder.texts) == sorted(["drew Maria", *(e.quote for e in reading.evidence)])


def test_a_sentence_of_several_passages_takes_one_place(snapshot: Snapshot) -> None:
    embedder = FakeEmbedder()
    often = [make_hit(make_document("Maria drew it.", source=f"{n}")) for n in range(SHORTLIST)]
    others = [f"Maria fell on day {place}." for place in range(2 * SHORTLIST)]
    hits = [*often, make_hit(make_document(" ".join(others)))]
    reader = SimilarityReader(RememberingEmbedder(embedder), BY_WORDS)
    reading = reader.read("drew Maria", hits, snapshot)
    quotes = [item.quote for item in reading.evidence]
    assert quotes[:SHORTLIST] == ["Maria drew it."] * SHORTLIST  # each of them can be cited
    assert len(quotes) == SHORTLIST + SHORTLIST - 1
    assert len(embedder.texts) == 1 + SHORTLIST


def test_the_threshold_is_that_of_the_weights() -> None:
    weights = make_weights({}, threshold=0.25)
    assert SimilarityReader(FakeEmbedder(), weights).threshold == 0.25


@pytest.mark.parametrize(
    ("question", "span"), [("How many ships called in 1931?", "62"), ("Who?", "In 1931, 62 came.")]
)
def test_the_shortest_stretch_is_placed_in_the_document(
    question: str, span: str, snapshot: Snapshot
) -> None:
    hit = make_hit(make_document("Preface.\n\nIn 1931, 62 came."), len("Preface.\n\n"))
    reading = SimilarityReader(FakeEmbedder(), BY_WORDS).read(question, [hit], snapshot)
    assert [item.span_text for item in reading.evidence] == [span]


def test_the_answers_measures_are_those_of_the_best_sentence(snapshot: Snapshot) -> None:
    words = snapshot.words
    question = prepare_question("Maria drew lighthouse", words)
    other = make_hit(make_document("Snow fell.", source="other.txt"))
    candidates = find_candidates([other, make_hit(make_document("Maria drew it. Rain fell."))])
    measures = measure(question, candidates, words)[[1, 0, 2]]
    measures[:, COSINE] = [0.2, 0.1, 0.3]
    row = measure_answer(question, measures, np.array([3.0, 1.0, -1.0]))
    drew, total = question.weights["drew"], sum(question.weights.values())
    share = (question.weights["maria"] + drew) / total
    assert dict(zip(ANSWER_NAMES, row.tolist(), strict=True)) == pytest.approx(
        {
            "best": 3.0,
            "margin": 2.0,
            "cosine": 0.2,
            "overlap": share,
            "vicinity": share,
            "passage_overlap": share,
            "missing": question.weights["lighthous"],
            "agreement": 0.0,
            "length": math.log1p(3),
        }
    )


def test_a_sole_sentence_has_a_margin_of_one(snapshot: Snapshot) -> None:
    words = snapshot.words
    question = prepare_question("Maria", words)
    measures = np.ones((1, len(features.NAMES)))
    row = dict(zip(ANSWER_NAMES, measure_answer(question, measures, np.array([-4.0])), strict=True))
    assert (row["best"], row["margin"], row["agreement"]) == (-4.0, 1.0, 1.0)


def test_a_sentence_is_embedded_once(snapshot: Snapshot) -> None:
    embedder = FakeEmbedder()
    reader = SimilarityReader(RememberingEmbedder(embedder), BY_WORDS)
    hits = [make_hit(make_document("Snow fell. Snow fell. Rain fell.", source="a"))]
    first = reader.read("snow", hits, snapshot)
    assert sorted(embedder.texts) == ["Rain fell.", "Snow fell.", "snow"]
    assert reader.read("snow", hits, snapshot) == first
    assert len(embedder.texts) == 3


def test_the_programs_weights_are_those_of_its_measures() -> None:
    fields = json.loads((Path(similarity.__file__).parent / "similarity.json").read_text("utf-8"))
    assert [*fields["sentence"]] == [*features.NAMES, "bias"]
    assert [*fields["answer"]] == [*ANSWER_NAMES, "bias"]
    weights = load_weights()
    assert weights.sentence.tolist() == [*fields["sentence"].values()]
    assert weights.answer.tolist() == [*fields["answer"].values()]
    assert 0.0 < weights.threshold == fields["threshold"] < 1.0


@pytest.mark.parametrize(
    "content",
    [
        None,  # no file at all
        "",
        "{",
        "[]",
        "null",
        '{"sentence": {}, "answer": {}, "threshold": 0.5}',
        '{"sentence": 1, "answer": 2, "threshold": 0.5}',
        json.dumps(
            {
                "sentence": dict.fromkeys([*features.NAMES, "bias"], "heavy"),
                "answer": dict.fromkeys([*ANSWER_NAMES, "bias"], 1.0),
                "threshold": 0.5,
            }
        ),
        json.dumps(
            {
                "sentence": dict.fromkeys([*features.NAMES, "bias"], 1.0),
                "answer": dict.fromkeys([*ANSWER_NAMES, "bias"], None),
                "threshold": 0.5,
            }
        ),
        json.dumps(
            {
                "sentence": dict.fromkeys([*features.NAMES, "bias"], 1.0),
                "answer": dict.fromkeys([*ANSWER_NAMES, "bias"], 1.0),
            }
        ),
    ],
)
def test_weights_that_can_not_be_used_are_named_with_the_remedy(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "similarity.json"
    if content is not None:
        path.write_text(content, "utf-8")
    monkeypatch.setattr(similarity, "WEIGHTS", str(path))
    with pytest.raises(ModelError, match=r"can't be used .* 'python -m training similarity'$"):
        SimilarityReader(FakeEmbedder())
