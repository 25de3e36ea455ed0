from __future__ import annotations

import pytest

from index.errors import DatasetError
from index.packaged_model import packaged_folder
from index.tokenizer import ModelTokenizer
from retrieval.pairs import WINDOW_TOKENS, Pairing
from tests.training.squad import make_article
from training.examples import Asked, find_all, join_corpora, make_examples, read_corpus

BRIDGE = "The bridge is red. A red bridge is rare, and so is reddish paint."
ARTICLE = make_article("Bridge", (BRIDGE, [("Which colour?", "red"), ("How long?", "")]))


@pytest.fixture(scope="module")
def pairing() -> Pairing:
    return Pairing(ModelTokenizer.from_folder(packaged_folder()))


def test_questions_are_read_with_their_passage_and_first_answer() -> None:
    corpus = read_corpus([ARTICLE])
    assert corpus.passages == [BRIDGE]
    assert corpus.asked == [Asked("Which colour?", 0, "red"), Asked("How long?", 0, "")]


def test_an_article_of_another_form_is_named() -> None:
    broken = {"title": "Bridge", "paragraphs": [{"context": "x"}]}
    with pytest.raises(DatasetError, match="the article 'Bridge' isn't in SQuAD format"):
        read_corpus([broken])


def test_joined_corpora_keep_each_question_with_its_passage() -> None:
    other = make_article("Mill", ("The mill burned down.", [("What burned down?", "mill")]))
    joined = join_corpora([read_corpus([ARTICLE]), read_corpus([other])])
    assert [joined.passages[each.passage] for each in joined.asked] == [
        BRIDGE,
        BRIDGE,
        "The mill burned down.",
    ]


def test_an_answer_is_found_wherever_it_stands_as_whole_words() -> None:
    assert [BRIDGE[start:] for start, _ in find_all(BRIDGE, "red")] == [
        BRIDGE[14:],
        BRIDGE[21:],
    ]
    assert list(find_all("unbearable", "bear")) == [(2, 6)]  # nowhere whole: then inside
    assert list(find_all(BRIDGE, "")) == []


def test_all_places_of_an_answer_are_learnt(pairing: Pairing) -> None:
    (example,) = make_examples([Asked("Which colour?", 0, "red")], [BRIDGE], pairing)
    ((window,),) = pairing.passages([BRIDGE])
    said = [window.spans[first - example.first] for first, last in example.spans if first == last]
    assert [BRIDGE[slice(*span)] for span in said] == ["red", "red"]
    assert example.ids[example.first : -1] == list(window.ids)


def test_without_an_answer_there_is_no_span(pairing: Pairing) -> None:
    (example,) = make_examples([Asked("How long?", 0, "")], [BRIDGE], pairing)
    assert example.spans == ()


def test_of_a_long_passage_the_window_with_the_answer_is_learnt(pairing: Pairing) -> None:
    passage = f"{'The quay is long. ' * WINDOW_TOKENS}The bridge is red."
    asked = [Asked("Which colour?", 0, "red"), Asked("How deep?", 0, "")]
    answered, declined = make_examples(asked, [passage], pairing)
    assert len(answered.spans) == 1
    assert max(len(answered.ids), len(declined.ids)) <= WINDOW_TOKENS + 16
