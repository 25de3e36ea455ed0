from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evaluation.datasets import Passage
from evaluation.folder import read_folder
from index.errors import DatasetError
from tests.evaluation.fakes import ARTICLE, folder_question, write_folder


def test_documents_are_named_by_their_path_below_documents(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, folder_question())
    (folder / "documents" / ".hidden.txt").write_text("x", "utf-8")
    documents = {document.name: document.text for document in read_folder(folder).documents}
    assert documents == {"engine.txt": ARTICLE, "sub/other.md": "# Tea\n\nTea is grown in Assam."}


def test_a_quote_is_evidence_wherever_it_stands(tmp_path: Path) -> None:
    evidence = [{"document": "engine.txt", "quote": "the"}]
    (question,) = read_folder(write_folder(tmp_path, folder_question(evidence=evidence))).questions
    (passage,) = question.passages
    assert [ARTICLE[start:end] for start, end in passage.ranges] == ["the"]
    assert passage.enough == 2


def test_overlapping_occurrences_of_a_quote_are_all_found(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path, folder_question(evidence=[{"document": "x.txt", "quote": "aa"}])
    )
    (folder / "documents" / "x.txt").write_text("aaa b", "utf-8")
    assert read_folder(folder).questions[0].passages[0].ranges == ((0, 2), (1, 3))


def test_evidence_without_a_quote_is_the_whole_document(tmp_path: Path) -> None:
    evidence = [{"document": "engine.txt"}, {"document": "engine.txt"}]
    (question,) = read_folder(write_folder(tmp_path, folder_question(evidence=evidence))).questions
    assert question.passages == (Passage("engine.txt"),)
    assert question.document == "engine.txt"


def test_an_unanswerable_question_has_no_relevant_passage_but_its_document(tmp_path: Path) -> None:
    line = folder_question(unanswerable=True, answers=[])
    (question,) = read_folder(write_folder(tmp_path, line)).questions
    assert question.passages == ()
    assert question.document == "sub/other.md"
    assert question.kind == "unanswerable"


def test_a_question_about_two_documents_belongs_to_neither(tmp_path: Path) -> None:
    evidence = [{"document": "engine.txt"}, {"document": "sub/other.md"}]
    (question,) = read_folder(write_folder(tmp_path, folder_question(evidence=evidence))).questions
    assert question.document is None
    assert len(question.passages) == 2


def test_evidence_and_history_may_be_missing(tmp_path: Path) -> None:
    line = folder_question()
    del line["evidence"]
    (question,) = read_folder(write_folder(tmp_path, line)).questions
    assert (question.passages, question.history, question.kind) == ((), (), "answerable")


def test_a_history_is_kept_and_makes_a_follow_up(tmp_path: Path) -> None:
    history = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": ""}]
    (question,) = read_folder(write_folder(tmp_path, folder_question(history=history))).questions
    assert question.history == (("user", "Hi"), ("assistant", ""))
    assert question.kind == "follow-up"


def test_a_kind_of_its_own_is_kept(tmp_path: Path) -> None:
    (question,) = read_folder(write_folder(tmp_path, folder_question(kind="list"))).questions
    assert question.kind == "list"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": ""}, "'id' is empty"),
        ({"answers": [], "unanswerable": False}, "'answers' is empty, yet 'unanswerable' is false"),
        ({"answers": [" "]}, "'answers' is empty"),
        ({"unanswerable": True}, "'unanswerable' is true, yet there are answers; correct either"),
        ({"unanswerable": "no"}, "'unanswerable' is \"no\"; it must be true or false"),
        (
            {"evidence": [{"document": "sub/other.md", "quote": "grown in Kent"}]},
            r"the quote 'grown in Kent' isn't in 'sub/other\.md'; copy it word by word",
        ),
        (
            {"evidence": [{"document": "other.md"}]},
            r"there is no document 'other\.md'; correct the evidence",
        ),
        ({"evidence": [{"quote": "x"}]}, "the field 'document' is missing"),
        (
            {"history": [{"role": "bot", "content": "x"}]},
            "the role 'bot' is none of user, assistant",
        ),
        ({"history": [{"role": "user"}]}, "the field 'content' is missing"),
        ({"history": ["Hi"]}, r"history\[0\] is \"Hi\"; it must be an object"),
    ],
)
def test_what_is_malformed_is_named_with_its_line(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    folder = write_folder(tmp_path, folder_question(id="first"), folder_question(**changes))
    with pytest.raises(DatasetError, match=r"questions\.jsonl:2: " + message):
        read_folder(folder)


@pytest.mark.parametrize("field", ["id", "question", "answers", "unanswerable"])
def test_a_missing_field_is_named_with_its_line(tmp_path: Path, field: str) -> None:
    line = folder_question()
    del line[field]
    with pytest.raises(DatasetError, match=rf"questions\.jsonl:1: the field '{field}' is missing"):
        read_folder(write_folder(tmp_path, line))


def test_an_id_that_occurs_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, folder_question(), folder_question())
    with pytest.raises(DatasetError, match=r":2: the question id 'tea' was used before, in .*:1;"):
        read_folder(folder)


def test_a_truncated_line_is_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, folder_question())
    path = folder / "questions.jsonl"
    path.write_text(path.read_text("utf-8") + '\n{"id": "x", "ques', "utf-8")
    with pytest.raises(DatasetError, match=r"questions\.jsonl:2: the JSON ends too early"):
        read_folder(folder)


def test_a_document_that_cannot_be_indexed_is_a_warning(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, folder_question())
    (folder / "documents" / "empty.txt").write_text("", "utf-8")
    (warning,) = read_folder(folder).warnings
    assert warning[0].startswith("document empty.txt can't be indexed: ")


def test_a_set_without_documents_is_refused(tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_text("", "utf-8")
    with pytest.raises(DatasetError, match=r"there is no folder .*documents; put the documents"):
        read_folder(tmp_path)
