from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.lexical import CORRECTED, LexicalIndex
from retrieval.features import NAMES, find_candidates, measure, prepare_question
from retrieval.values import Hit
from tests.retrieval.fakes import BRIDGE, MILL, make_document, make_hit, make_words


@pytest.fixture
def words(tmp_path: Path) -> LexicalIndex:
    return make_words(
        tmp_path / "words", "bridge open", "bridge engineer", "bridge mill", "weather"
    )


def measured(question: str, hits: Sequence[Hit], words: LexicalIndex) -> list[dict[str, float]]:
    candidates = find_candidates(hits)
    rows = measure(prepare_question(question, words), candidates, words)
    assert rows.shape == (len(candidates), len(NAMES))
    return [dict(zip(NAMES, row.tolist(), strict=True)) for row in rows]


def bridge(score: float = 1.0) -> Hit:
    return make_hit(make_document(BRIDGE, title="The bridge"), score=score)


def sole(text: str, question: str, words: LexicalIndex) -> dict[str, float]:
    """Return the measures of a passage that is one sentence."""
    (row,) = measured(question, [make_hit(make_document(text))], words)
    return row


def test_rare_words_of_a_question_weigh_more_than_frequent_ones(words: LexicalIndex) -> None:
    question = prepare_question("The engineer drew these bridges?", words)
    assert question.weights == pytest.approx(
        {
            "engin": math.log(1 + 4.5 / 1.5),  # in one of four passages
            "drew": math.log(1 + 4.5 / 0.5),  # in none
            "bridg": math.log(1 + 4.5 / 3.5),  # in three
        }
    )
    assert question.pairs == {("engin", "drew"), ("drew", "bridg")}
    assert question.words == {"the", "engineer", "drew", "these", "bridges"}


def test_a_misspelt_word_stands_for_the_one_that_was_meant_but_for_less(
    words: LexicalIndex,
) -> None:
    question = prepare_question("engineeer", words)
    assert question.weights == pytest.approx({"engin": CORRECTED * math.log(1 + 4.5 / 1.5)})


def test_candidates_are_the_quotable_stretches_of_each_passage_in_turn() -> None:
    document = make_document(BRIDGE)
    start = BRIDGE.index("Its engineer")
    candidates = find_candidates([make_hit(document, start), make_hit(document, 0, start)])
    assert [candidate.text for candidate in candidates] == [
        "Its engineer was Maria Lindqvist.",
        "She also drew the lighthouse.",
        "The bridge at Orlen was opened in 1931.",
        "It cost 240,000 crowns and took four years.",
    ]


def test_titles_and_front_matter_are_no_candidates() -> None:
    text = "---\ntitle: The bridge\n---\n\n# The bridge\n\nIt is red.\n\n## Its size\n\n62 m."
    (red, size) = find_candidates([make_hit(make_document(text))])
    assert (red.text, size.text) == ("It is red.", "62 m.")


def test_without_candidates_there_are_no_measures(words: LexicalIndex) -> None:
    assert measured("When?", [], words) == []


def test_a_passages_score_and_rank_are_those_of_all_its_sentences(words: LexicalIndex) -> None:
    mill = make_hit(make_document(MILL, source="mill.txt"), score=0.5)
    rows = measured("When?", [bridge(score=2.0), mill], words)
    assert [row["passage"] for row in rows] == [1.0, 1.0, 1.0, 1.0, 0.25, 0.25]
    assert [row["rank"] for row in rows] == [1.0, 1.0, 1.0, 1.0, 0.5, 0.5]


def test_passages_that_all_score_nothing_can_be_measured(words: LexicalIndex) -> None:
    assert [row["passage"] for row in measured("When?", [bridge(score=0.0)], words)] == [0.0] * 4


def test_overlap_is_the_share_of_the_questions_words_by_their_weight(words: LexicalIndex) -> None:
    drew, bridg = math.log(1 + 4.5 / 0.5), math.log(1 + 4.5 / 3.5)
    rows = measured("drew the bridge", [bridge()], words)
    shares = [bridg / (bridg + drew), 0.0, 0.0, drew / (bridg + drew)]
    assert [row["overlap"] for row in rows] == pytest.approx(shares)
    assert [row["vicinity"] for row in rows] == pytest.approx(
        [shares[0], shares[0], shares[3], shares[3]]
    )
    assert [row["passage_overlap"] for row in rows] == pytest.approx([1.0] * 4)


def test_neighbours_in_another_passage_are_no_vicinity(words: LexicalIndex) -> None:
    document = make_document("The bridge is old. It stands.\n\nIt is wide. The mill burned.")
    middle = document.text.index("It is wide")
    rows = measured("mill", [make_hit(document, 0, middle - 2), make_hit(document, middle)], words)
    assert [row["vicinity"] for row in rows] == [0.0, 0.0, 1.0, 1.0]
    assert [row["passage_overlap"] for row in rows] == [0.0, 0.0, 1.0, 1.0]


def test_title_and_headings_count_for_the_passage_alone(words: LexicalIndex) -> None:
    document = make_document("It opened late.", title="The bridge")
    (row,) = measured("bridge weather", [make_hit(document, heading="The weather")], words)
    assert (row["overlap"], row["vicinity"], row["passage_overlap"]) == (0.0, 0.0, 1.0)


def test_a_question_of_stop_words_overlaps_with_nothing(words: LexicalIndex) -> None:
    row = sole("It is as it was.", "Is it?", words)
    assert (row["overlap"], row["passage_overlap"], row["pairs"]) == (0.0, 0.0, 0.0)


def test_words_that_stand_together_in_the_question_are_sought_together(words: LexicalIndex) -> None:
    question = "bridge engineer Orlen"
    assert sole("The bridge engineer came.", question, words)["pairs"] == 0.5
    assert sole("The bridge engineer of Orlen.", question, words)["pairs"] == 1.0
    assert sole("The engineer of the bridge.", question, words)["pairs"] == 0.0


@pytest.mark.parametrize(
    ("question", "text", "has", "lacks"),
    [
        ("When did it open?", "It opened in 1931.", 1.0, 0.0),
        ("When did it open?", "It opened late.", 0.0, 1.0),
        ("What opened?", "It opened late.", 0.0, 0.0),  # nothing of a kind is wanted
        ("Did it open?", "It opened in 1931.", 0.0, 0.0),
    ],
)
def test_the_wanted_kind_is_there_or_lacking_where_one_can_tell(
    question: str, text: str, has: float, lacks: float, words: LexicalIndex
) -> None:
    row = sole(text, question, words)
    assert (row["kind"], row["no_kind"]) == (has, lacks)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("new_words", "The bridge opened.", math.log1p(1)),  # "opened" is new, "bridge" isn't
        ("new_words", "The bridge.", 0.0),
        ("shape", "The bridge opened again.", 1.0),
        ("shape", "The bridge “opened again.”", 1.0),
        ("shape", "The bridge opened again", 0.0),
        ("shape", "The bridge opened.", 0.0),  # three words
        ("names", "The bridge is at Orlen.", 1.0),
        ("names", "The bridge is here.", 0.0),
        ("names", "The bridge is a Bridge.", 0.0),
        ("question", "Is the bridge open?", 1.0),
        ("question", "The bridge is open.", 0.0),
    ],
)
def test_the_form_of_a_sentence_is_measured(
    name: str, text: str, expected: float, words: LexicalIndex
) -> None:
    assert sole(text, "Which bridge?", words)[name] == pytest.approx(expected)


def test_the_cosine_is_left_for_the_reader_to_fill_in(words: LexicalIndex) -> None:
    assert [row["cosine"] for row in measured("bridge", [bridge()], words)] == [0.0] * 4


def test_the_first_sentence_of_each_passage_is_marked(words: LexicalIndex) -> None:
    mill = make_hit(make_document(MILL, source="mill.txt"))
    rows = measured("When?", [bridge(), mill], words)
    assert [row["first"] for row in rows] == [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]


def test_all_measures_of_an_example_are_what_they_were(words: LexicalIndex) -> None:
    orlen = make_hit(make_document(BRIDGE, title="The bridge"), score=2.0, heading="Orlen")
    mill = make_hit(make_document(MILL, source="mill.txt"), score=0.5)
    rows = measured("When was the tall bridge at Orlen opened?", [orlen, mill], words)
    expected = {
        "cosine": [0, 0, 0, 0, 0, 0],
        "passage": [1, 1, 1, 1, 0.25, 0.25],
        "rank": [1, 1, 1, 1, 0.5, 0.5],
        "overlap": [0.662286, 0, 0, 0, 0, 0],
        "vicinity": [0.662286, 0.662286, 0, 0, 0, 0],
        "passage_overlap": [0.662286, 0.662286, 0.662286, 0.662286, 0, 0],
        "pairs": [0.666667, 0, 0, 0, 0, 0],
        "kind": [1, 0, 0, 0, 1, 1],
        "no_kind": [0, 1, 1, 1, 0, 0],
        "new_words": [math.log1p(count) for count in (1, 7, 4, 4, 8, 5)],
        "shape": [1, 1, 1, 1, 1, 1],
        "names": [0, 0, 1, 0, 0, 0],
        "question": [0, 0, 0, 0, 0, 0],
        "first": [1, 0, 0, 0, 1, 0],
    }
    assert {name: [row[name] for row in rows] for name in NAMES} == {
        name: pytest.approx(values, abs=1e-6) for name, values in expected.items()
    }
