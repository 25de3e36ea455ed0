from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.errors import DatasetError
from index.library import Library
from index.settings import Settings
from tests.fakes import FakeEmbedder
from tests.training.squad import make_article, make_life, write_squad
from training.questions import (
    TrainingQuestion,
    as_strangers,
    join_sets,
    load_articles,
    make_set,
)

TWO = make_article(
    "A_bridge",
    ("The 👩‍🚒 bridge is red.", [("Which colour?", "red"), ("How long?", "")]),
    ("Its span is e\u0301norme, 62 metres.", [("How wide?", "62 metres")]),
)


def test_answers_are_found_at_their_place_in_the_whole_article() -> None:
    made = make_set([TWO], limit=10, seed=0)
    ((source, title, text),) = made.texts
    assert (source, title) == ("0-A_bridge", "A bridge")
    assert text == "The 👩‍🚒 bridge is red.\n\nIts span is e\u0301norme, 62 metres."
    spans = {
        question.text: [text[start:end] for start, end in question.spans]
        for question in made.questions
    }
    assert spans == {"Which colour?": ["red"], "How long?": [], "How wide?": ["62 metres"]}
    assert {question.source for question in made.questions} == {"0-A_bridge"}


def test_the_index_keeps_the_offsets_of_the_answers(tmp_path: Path) -> None:
    made = make_set([TWO, make_life(3)], limit=100, seed=0)
    library = Library(Settings(data_dir=tmp_path / "data"), embedder=FakeEmbedder())
    library.add_texts(made.texts)
    texts = {item.source: library.document(item.id).text for item in library.documents()}
    assert texts == {source: text for source, _, text in made.texts}


def test_questions_are_drawn_by_the_seed_alone() -> None:
    articles = [make_life(number) for number in range(10)]
    drawn = make_set(articles, limit=12, seed=1)
    assert len(drawn.questions) == len(set(drawn.questions)) == 12
    assert len(drawn.texts) == 10  # every article is searched, whatever is asked
    assert make_set(articles, limit=12, seed=1) == drawn
    assert make_set(articles, limit=12, seed=2).questions != drawn.questions


def test_no_more_questions_are_drawn_than_there_are() -> None:
    assert len(make_set([TWO], limit=100, seed=0).questions) == 3


def test_sets_are_joined_in_their_order() -> None:
    one, two = make_set([TWO], limit=1, seed=0), make_set([make_life(1)], limit=2, seed=0)
    both = join_sets(one, two)
    assert both.texts == one.texts + two.texts
    assert both.questions == one.questions + two.questions


def test_strangers_are_the_same_questions_without_an_answer() -> None:
    made = make_set([TWO], limit=3, seed=0)
    assert as_strangers(made) == tuple(
        TrainingQuestion(question.text, "", ()) for question in made.questions
    )


def test_articles_are_ordered_by_their_titles_alone(tmp_path: Path) -> None:
    articles = [make_life(number) for number in range(20)]
    forwards = load_articles(write_squad(tmp_path / "a.json", articles))
    backwards = load_articles(write_squad(tmp_path / "b.json", articles[::-1]))
    assert forwards == backwards
    assert forwards != articles  # nor is it the order of the alphabet
    assert sorted(item["title"] for item in forwards) == sorted(item["title"] for item in articles)


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"{}",
        json.dumps({"data": 1}).encode(),
        json.dumps({"data": [{"paragraphs": []}]}).encode(),
        json.dumps({"data": [{"title": 7, "paragraphs": []}]}).encode(),
    ],
)
def test_a_file_of_another_kind_is_refused(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "train.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"train.json' can't be read as SQuAD JSON .* --data$"):
        load_articles(path)


QUESTION = {"question": "Which colour?", "answers": [{"text": "red", "answer_start": 4}]}


@pytest.mark.parametrize(
    ("paragraphs", "what"),
    [
        (None, "NoneType"),
        ([{}], "KeyError.'context'"),
        ([{"context": 7, "qas": []}], "TypeError"),
        ([{"context": "It's red."}], "KeyError.'qas'"),
        ([{"context": "It's red.", "qas": [{"answers": []}]}], "KeyError.'question'"),
        ([{"context": "It's red.", "qas": [{"question": "Why?"}]}], "KeyError.'answers'"),
        ([{"context": "", "qas": [QUESTION | {"answers": [{}]}]}], "KeyError.'answer_start'"),
        (
            [{"context": "", "qas": [QUESTION | {"answers": [{"text": "", "answer_start": "4"}]}]}],
            "TypeError",
        ),
    ],
)
def test_a_malformed_article_is_named(paragraphs: object, what: str) -> None:
    article = {"title": "A_mill", "paragraphs": paragraphs}
    with pytest.raises(DatasetError, match=f"^the article 'A_mill' isn't in SQuAD .*{what}.* --"):
        make_set([TWO, article], limit=3, seed=0)


def test_an_article_without_paragraphs_is_named() -> None:
    with pytest.raises(DatasetError, match=r"'A_mill' isn't .* \(KeyError\('paragraphs'\)\)"):
        make_set([{"title": "A_mill"}], limit=3, seed=0)
