from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.beir import read_beir
from evaluation.datasets import Passage
from index.errors import DatasetError
from tests.evaluation.fakes import write_beir

HEADER = "query-id\tcorpus-id\tscore\n"


def test_a_document_is_its_title_a_blank_line_and_its_text(tmp_path: Path) -> None:
    texts = {document.name: document.text for document in read_beir(write_beir(tmp_path)).documents}
    assert texts == {"a": "Apples\n\nred", "b": "Pears\n\ngreen", "c": "a plum", "d": ""}


def test_the_questions_are_the_judged_queries_with_their_graded_documents(tmp_path: Path) -> None:
    (question,) = read_beir(write_beir(tmp_path)).questions
    assert (question.id, question.text) == ("q1", "pears and plums")
    assert question.passages == (Passage("b", grade=2), Passage("c", grade=1))


def test_a_query_with_nothing_relevant_is_left_out(tmp_path: Path) -> None:
    dataset = read_beir(write_beir(tmp_path, HEADER + "q1\tb\t1\nq2\ta\t0\n"))
    assert [question.id for question in dataset.questions] == ["q1"]


def test_unknown_documents_stay_relevant_and_are_counted(tmp_path: Path) -> None:
    dataset = read_beir(write_beir(tmp_path, HEADER + "q1\tb\t1\nq1\tx\t1\nq2\tx\t1\n"))
    assert dataset.questions[0].passages == (Passage("b"), Passage("x"))
    assert dict(dataset.warnings) == {
        "documents without text": 1,
        "judgements of documents that are not in the corpus": 2,
    }


@pytest.mark.parametrize(
    ("query", "grade", "itself"),
    [
        ("Pears\n green", 0, "q1"),
        ("green", 0, "q1"),
        ("pears and plums", 0, None),
        ("green", 1, None),
    ],
)
def test_the_document_that_a_query_is_taken_from_is_known(
    tmp_path: Path, query: str, grade: int, itself: str | None
) -> None:
    write_beir(tmp_path, f"{HEADER}q1\ta\t1\nq1\tq1\t{grade}\n")
    for name, old, new in (("corpus", '"b"', '"q1"'), ("queries", "pears and plums", query)):
        path = tmp_path / f"{name}.jsonl"
        text = path.read_text("utf-8").replace(old, new.replace("\n", "\\n"))
        path.write_text(text, "utf-8")
    assert read_beir(tmp_path).questions[0].itself == itself


def test_the_test_split_is_used_where_there_is_one(tmp_path: Path) -> None:
    write_beir(tmp_path)
    (tmp_path / "qrels" / "train.tsv").write_text(HEADER + "q2\ta\t1\n", "utf-8")
    assert [question.id for question in read_beir(tmp_path).questions] == ["q1"]
    (tmp_path / "qrels" / "test.tsv").rename(tmp_path / "qrels" / "dev.tsv")
    assert [question.id for question in read_beir(tmp_path).questions] == ["q1", "q2"]


@pytest.mark.parametrize(
    ("qrels", "message"),
    [
        ("q1\tb\n", r"test\.tsv:2: not query, document and whole score parted by tabs"),
        ("q1\tb\tmuch\n", r"test\.tsv:2: not query, document and whole score"),
        ("\nq9\tb\t1\n", r"test\.tsv:3: no query has the id 'q9'; correct it"),
        ("q1\tb\t1\nq1\tb\t2\n", r"test\.tsv:3: document 'b' has another score for query 'q1'"),
    ],
)
def test_a_malformed_judgement_is_named(tmp_path: Path, qrels: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read_beir(write_beir(tmp_path, HEADER + qrels))


def test_judgements_without_a_header_are_read(tmp_path: Path) -> None:
    assert len(read_beir(write_beir(tmp_path, "q1\tb\t1\nq1\tc\t1\n")).questions[0].passages) == 2


def test_a_set_without_judgements_is_refused(tmp_path: Path) -> None:
    write_beir(tmp_path)
    (tmp_path / "qrels" / "test.tsv").unlink()
    with pytest.raises(DatasetError, match=r"has no qrels/\*\.tsv; add the judgements"):
        read_beir(tmp_path)


@pytest.mark.parametrize("name", ["corpus", "queries"])
def test_an_id_that_occurs_twice_is_named_with_both_lines(tmp_path: Path, name: str) -> None:
    path = write_beir(tmp_path) / f"{name}.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[0]]), "utf-8")
    last = len(lines) + 1
    with pytest.raises(DatasetError, match=rf"jsonl:{last}: .* was used before, in .*jsonl:1;"):
        read_beir(tmp_path)


def test_a_document_without_a_text_field_is_named(tmp_path: Path) -> None:
    path = write_beir(tmp_path) / "corpus.jsonl"
    path.write_text('{"_id": "a", "title": "x"}\n', "utf-8")
    with pytest.raises(DatasetError, match=r"corpus\.jsonl:1: the field 'text' is missing"):
        read_beir(tmp_path)
