from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from index.library import Library
from index.settings import Settings
from retrieval import features
from retrieval import similarity as reading
from retrieval.features import Question
from retrieval.similarity import ANSWER_NAMES, load_weights
from tests.fakes import FakeEmbedder
from tests.training.squad import make_article, make_life, make_strange, write_squad
from training import similarity
from training.questions import DEVELOPMENT_ARTICLES, HELD_OUT_ARTICLES, make_set
from training.similarity import ANSWERED, Example, calibrate, collect, fit_answer, fit_sentence

OVERLAP = features.NAMES.index("overlap")
SHAPE = features.NAMES.index("shape")


@pytest.fixture(scope="module", autouse=True)
def fake_embedder() -> Iterator[None]:
    """Index with an embedder that needs no model."""

    def open_library(settings: Settings) -> Library:
        return Library(settings, embedder=FakeEmbedder())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(similarity, "Library", open_library)
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with just enough articles that both parts have some."""
    folder = tmp_path_factory.mktemp("public")
    lives = [make_life(number) for number in range(HELD_OUT_ARTICLES + DEVELOPMENT_ARTICLES)]
    write_squad(folder / "reading/squad/train.json", lives)
    strange = [make_strange(number) for number in range(12)]
    write_squad(folder / "reading/natural-questions/train.json", strange)
    return folder


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    work = tmp_path_factory.mktemp("work")
    output = work / "similarity.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(similarity, "TYPED", 6)
        patch.setattr(similarity, "STRANGERS", 3)
        return similarity.train(data, work / "index", output, limit=60, seed=0), output


def make_example(
    overlaps: Sequence[float], right: Sequence[bool], *, answerable: bool = True
) -> Example:
    """Return sentences that differ in the share of the question's words that they have."""
    measures = np.zeros((len(overlaps), len(features.NAMES)))
    measures[:, OVERLAP] = overlaps
    question = cast("Question", SimpleNamespace(weights={"word": 1.0}))
    return Example(question, measures, np.array(right), answerable)


def make_examples() -> list[Example]:
    """Return questions of which most are answered by the sentence with the larger overlap."""
    generator = np.random.default_rng(0)
    examples = []
    for number in range(200):
        high, low = generator.uniform(0.5, 1.0), generator.uniform(0.0, 0.5)
        swapped = number % 20 == 0
        examples.append(make_example([low, high], [swapped, not swapped]))
    weak = [make_example([0.1, u], [False, False], answerable=False) for u in (0.2, 0.3, 0.4, 0.6)]
    return examples + weak * 10


def test_the_weights_are_what_the_reader_loads(
    trained: tuple[dict[str, Any], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    result, output = trained
    assert json.loads(output.read_text("utf-8")) == result
    assert [*result["sentence"]] == [*features.NAMES, "bias"]
    assert [*result["answer"]] == [*ANSWER_NAMES, "bias"]
    monkeypatch.setattr(reading, "WEIGHTS", str(output))
    weights = load_weights()
    assert weights.sentence.tolist() == [*result["sentence"].values()]
    assert weights.threshold == result["threshold"]


def test_the_figures_are_shares_of_the_held_out_questions(
    trained: tuple[dict[str, Any], Path],
) -> None:
    figures = trained[0]["held_out"]
    assert figures.pop("questions") == 60 + 3
    assert all(0.0 <= value <= 1.0 for value in figures.values())
    assert figures["answerable_answered"] == pytest.approx(ANSWERED, abs=0.05)
    assert figures["auc_answerable"] > 0.5


def test_training_again_gives_the_same_weights(data: Path, tmp_path: Path) -> None:
    """The second time with the index of the first."""
    outputs = [tmp_path / name for name in ("one.json", "two.json")]
    for output in outputs:
        similarity.train(data, tmp_path / "index", output, limit=20, seed=3)
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


def test_sentences_are_right_where_they_hold_a_whole_gold_answer(tmp_path: Path) -> None:
    article = make_article(
        "Bridge",
        (
            "The bridge is red. It was red in 1931. The bridge spans 62 metres.",
            [("How far does the bridge span?", "62 metres"), ("Who drew it?", "")],
        ),
    )
    other = make_article("Copy", ("The copy spans 62 metres, too.", []))
    questions = make_set([article, other], limit=10, seed=0)
    strangers = questions.questions[:1]
    examples = collect(questions, strangers, tmp_path / "data")
    assert len(examples) == 3
    by_text = {example.question.text: example for example in examples}
    answered = by_text["How far does the bridge span?"]
    assert answered.answerable
    assert answered.measures.shape == (4, len(features.NAMES))
    assert answered.right.sum() == 1  # the copy's sentence is another document's
    row = answered.measures[int(np.argmax(answered.right))]
    assert row[features.NAMES.index("cosine")] > 0.0
    unanswered = by_text["Who drew it?"]
    assert not unanswered.answerable
    assert not unanswered.right.any()


def test_a_sentence_that_holds_half_an_answer_is_not_right(tmp_path: Path) -> None:
    article = make_article(
        "Song", ("They sang. Then Ann left. Bo stayed.", [("Who sang?", "Ann left. Bo")])
    )
    (example,) = collect(make_set([article], limit=1, seed=0), (), tmp_path / "data")
    assert example.answerable
    assert not example.right.any()


def test_the_measure_that_tells_right_from_wrong_is_given_weight() -> None:
    weights = fit_sentence(make_examples())
    assert weights.shape == (len(features.NAMES) + 1,)
    assert weights[OVERLAP] > 1.0
    assert weights[SHAPE] == pytest.approx(0.0, abs=1e-6)  # the same for all sentences


def test_unanswerable_questions_do_not_count_for_sentences() -> None:
    examples = make_examples()
    assert fit_sentence(examples).tolist() == pytest.approx(fit_sentence(examples[:200]).tolist())


def test_confidence_is_calibrated_and_the_threshold_lets_the_agreed_share_through() -> None:
    examples = make_examples()
    sentence = fit_sentence(examples)
    answer = fit_answer(examples, sentence)
    scaled, threshold, figures = calibrate(examples, sentence, answer)
    assert scaled.shape == (len(ANSWER_NAMES) + 1,)
    assert figures["questions"] == 240
    assert figures["answerable_answered"] == pytest.approx(ANSWERED, abs=0.01)
    assert figures["right_of_those"] == pytest.approx(0.95, abs=0.03)
    assert figures["unanswerable_declined"] > 0.7
    assert figures["auc_answerable"] > 0.9
    assert 0.0 < threshold < 1.0
