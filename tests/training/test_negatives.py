from __future__ import annotations

from collections import Counter

import numpy as np

from tests.fakes import FakeEmbedder
from training.examples import Asked, Corpus
from training.negatives import NEIGHBOURS, draw, mine, nearest
from training.swaps import swap

PASSAGES = [f"snow ice {'wind ' * place}rain{place}" for place in range(NEIGHBOURS + 4)]
ASKED = Asked("snow ice?", 0, "rain0")


def test_a_mined_passage_is_another_one_without_the_answer() -> None:
    texts = [*PASSAGES, "snow ice and Rain0"]
    corpus = Corpus(texts, [ASKED, *(Asked("ice?", place, "") for place in range(1, len(texts)))])
    (mined,) = mine(corpus, corpus.asked, FakeEmbedder(), seed=0)
    assert (mined.question, mined.answer) == ("snow ice?", "")
    assert mined.passage not in {0, len(PASSAGES)}
    assert mine(corpus, corpus.asked, FakeEmbedder(), seed=0) == [mined]


def test_only_passages_that_are_asked_about_are_mined() -> None:
    corpus = Corpus(PASSAGES, [ASKED, Asked("ice?", 3, "")])
    assert mine(corpus, corpus.asked, FakeEmbedder(), seed=0) == [Asked("snow ice?", 3, "")]


def test_where_every_neighbour_answers_nothing_is_mined() -> None:
    corpus = Corpus(["snow"] * (NEIGHBOURS + 1), [Asked("snow?", 0, "snow")])
    assert mine(corpus, corpus.asked, FakeEmbedder(), seed=0) == []


def test_the_nearest_come_first() -> None:
    passages = np.eye(4, dtype=np.float32)
    questions = np.array([[0.1, 0.9, 0.5, 0.0], [0.0, 0.2, 0.3, 0.9]], np.float32)
    assert nearest(questions, passages, 2).tolist() == [[1, 2], [3, 2]]


def test_more_than_there_are_is_drawn_by_repeating_all() -> None:
    items = [Asked(str(number), 0, "") for number in range(3)]
    counts = Counter(draw(items, 7, seed=1))
    assert sorted(counts.values()) == [2, 2, 3]
    assert draw(items, 2, seed=1) == draw(items, 2, seed=1)
    assert draw(items, 0, seed=1) == []


PASSAGE = "The bridge at Orlen cost 300 crowns. In Adra, Bela Kern built one for 450 crowns."


def test_a_name_or_number_is_exchanged_for_another_of_the_passage() -> None:
    asked = [
        Asked("Who built a bridge for 450 crowns?", 0, "Bela Kern"),
        Asked("What did the bridge at Orlen cost?", 0, "300 crowns"),
    ]
    swapped = swap(Corpus([PASSAGE], asked), seed=0)
    assert swapped[0] == Asked("Who built a bridge for 300 crowns?", 0, "")
    assert swapped[1].question in {
        "What did the bridge at Adra cost?",
        "What did the bridge at Bela Kern cost?",
    }


def test_where_nothing_can_be_exchanged_there_is_no_question() -> None:
    asked = [
        Asked("Who built a bridge?", 0, "Bela Kern"),  # neither name nor number
        Asked("What cost 300 crowns?", 0, "450"),  # the only other number is the answer
        Asked("When did Orlen decline?", 0, ""),
    ]
    assert swap(Corpus(["In Orlen, a bridge of 300 crowns, not 450."], asked), seed=0) == []
