from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evaluation.datasets import Passage
from evaluation.squad import read_squad
from index.errors import DatasetError
from tests.evaluation.fakes import ARTICLE, FIRST, SECOND, qa, squad, write_squad


def test_an_article_is_one_document_of_paragraphs_joined_by_a_blank_line(tmp_path: Path) -> None:
    (document,) = read_squad(write_squad(tmp_path)).documents
    assert (document.name, document.title, document.text) == ("Engine", "Engine", ARTICLE)


def test_a_question_knows_its_paragraph_and_its_answers_in_the_article(tmp_path: Path) -> None:
    _, _, died = read_squad(write_squad(tmp_path)).questions
    paragraph = (len(FIRST) + 2, len(ARTICLE))
    assert died.given == paragraph
    assert ARTICLE[slice(*paragraph)] == SECOND
    (answer,) = died.passages[0].answers
    assert ARTICLE[slice(*answer)] == "Babbage"
    assert died.passages == (Passage("Engine", (paragraph,), (answer,)),)


def test_a_question_without_answers_is_unanswerable_and_has_no_relevant_passage(
    tmp_path: Path,
) -> None:
    _, where, _ = read_squad(write_squad(tmp_path)).questions
    assert (where.answers, where.passages, where.kind) == ((), (), "unanswerable")
    assert where.given == (0, len(FIRST))


def test_squad_1_1_has_no_is_impossible(tmp_path: Path) -> None:
    content = squad()
    for paragraph in content["data"][0]["paragraphs"]:
        for question in paragraph["qas"]:
            del question["is_impossible"]
    kinds = [question.kind for question in read_squad(write_squad(tmp_path, content)).questions]
    assert kinds == ["answerable", "unanswerable", "answerable"]


def test_titles_that_repeat_are_numbered(tmp_path: Path) -> None:
    articles = [
        {"title": title, "paragraphs": [{"context": "x", "qas": []}]}
        for title in ("A", "A", "A#2", "A")
    ]
    dataset = read_squad(write_squad(tmp_path, {"data": articles}))
    assert [document.name for document in dataset.documents] == ["A", "A#2", "A#2#2", "A#3"]
    assert [document.title for document in dataset.documents] == ["A", "A", "A#2", "A"]


def test_several_answers_keep_their_places(tmp_path: Path) -> None:
    content = squad()
    content["data"][0]["paragraphs"][0]["qas"] = [qa("x", "?", ("1843", 31), ("in 1843", 28))]
    question = read_squad(write_squad(tmp_path, content)).questions[0]
    assert question.answers == ("1843", "in 1843")
    assert question.passages[0].answers == ((31, 35), (28, 35))


def test_an_empty_article_is_a_counted_warning(tmp_path: Path) -> None:
    content = squad()
    content["data"].append({"title": "Nothing", "paragraphs": [{"context": "", "qas": []}]})
    assert read_squad(write_squad(tmp_path, content)).warnings == (("documents without text", 1),)


def spoil(path: list[Any], value: Any) -> dict[str, Any]:
    content = squad()
    inner: Any = content
    for step in path[:-1]:
        inner = inner[step]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return content


PARAGRAPH = ["data", 0, "paragraphs", 1]
QUESTION = [*PARAGRAPH, "qas", 0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (spoil(["data"], None), r"set\.json:1: the field 'data' is missing"),
        (spoil(["data", 0, "title"], None), r"set\.json:4 \(data\[0\]\): the field 'title'"),
        (spoil([*PARAGRAPH, "context"], None), r"\(data\[0\]\.paragraphs\[1\]\): .* 'context'"),
        (spoil([*QUESTION, "id"], None), r"paragraphs\[1\]\.qas\[0\]\): the field 'id' is missing"),
        (spoil([*QUESTION, "id"], 5), r"'id' is 5; it must be a string"),
        (spoil([*QUESTION, "question"], ""), r"'question' is empty"),
        (spoil([*QUESTION, "answers"], "x"), r"'answers' is \"x\"; it must be a list"),
        (spoil([*QUESTION, "is_impossible"], True), "is true, yet there are answers"),
        (spoil([*QUESTION, "answers"], []), "no answer is given, yet 'is_impossible' is false"),
        (
            spoil([*QUESTION, "answers", 0, "answer_start"], 30),
            r"answers\[0\]\): the answer 'Babbage' isn't at 'answer_start' 30",
        ),
        (spoil([*QUESTION, "answers", 0, "answer_start"], -7), "isn't at 'answer_start' -7"),
        (
            spoil([*QUESTION, "id"], "when"),
            r"set\.json:\d+ \(data\[0\]\.paragraphs\[1\]\.qas\[0\]\): the question id 'when' was "
            r"used before, in .*set\.json:\d+ \(data\[0\]\.paragraphs\[0\]\.qas\[0\]\)",
        ),
    ],
)
def test_what_is_malformed_is_named(tmp_path: Path, content: dict[str, Any], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read_squad(write_squad(tmp_path, content))


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    path = write_squad(tmp_path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DatasetError, match=r"set\.json:\d+: the JSON ends too early"):
        read_squad(path)
