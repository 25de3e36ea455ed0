from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from evaluation.folder import read_folder
from index.errors import InvalidInputError
from index.values import digest
from interface.keeping.judgements import Judgement, Opinion
from interface.keeping.question_set import ExportReport, export_question_set
from retrieval.wire import answer_object
from tests.interface.fakes import (
    BANK_QUOTE,
    NOTICE,
    TWO_LINE_QUOTE,
    FakeAssistant,
    FakeLibrary,
    make_document,
)

UP = Opinion("up", (), "")
ACCOUNTS = "How many accounts?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "set"


def judge(
    assistant: FakeAssistant,
    question: str,
    opinion: Opinion,
    *,
    name: str = "",
    history: tuple[dict[str, str], ...] = (),
    documents: Sequence[str] | None = None,
) -> Judgement:
    return Judgement(
        id=name or digest(question, repr(opinion)),
        owner="user:anna",
        made="2026-01-01T00:00:00+00:00",
        opinion=opinion,
        history=history,
        answer=json.loads(json.dumps(answer_object(assistant.ask(question, documents=documents)))),
    )


def export(library: FakeLibrary, folder: Path, *judgements: Judgement) -> ExportReport:
    return export_question_set(judgements, cast("Any", library), folder)


def lines(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "questions.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_an_answer_found_right_becomes_a_question_with_its_evidence(
    library: FakeLibrary, assistant: FakeAssistant, folder: Path
) -> None:
    history = ({"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello."})
    report = export(library, folder, judge(assistant, ACCOUNTS, UP, history=history))
    assert (report.questions, report.documents, report.left_out) == (1, 3, ())
    (line,) = lines(folder)
    assert line["answers"] == ["115"]
    assert line["unanswerable"] is False
    assert [item["quote"] for item in line["evidence"]] == [BANK_QUOTE, "The regulator counts 117."]
    (question,) = read_folder(folder).questions
    assert question.history == (("user", "Hello"), ("assistant", "Hello."))
    assert question.document == line["evidence"][0]["document"]


@pytest.mark.parametrize(
    ("question", "opinion", "answers"),
    [
        (ACCOUNTS, UP, ["115"]),
        ("What is the weather?", UP, []),
        (ACCOUNTS, Opinion("down", ("should have declined",), ""), []),
        (ACCOUNTS, Opinion("down", ("wrong answer",), "116"), ["116"]),
        ("What is the weather?", Opinion("down", ("should have answered",), "Rain"), ["Rain"]),
        (ACCOUNTS, Opinion("down", ("wrong citation",), ""), ["115"]),
    ],
)
def test_every_way_to_tell_the_right_answer_is_taken(
    library: FakeLibrary,
    assistant: FakeAssistant,
    folder: Path,
    question: str,
    opinion: Opinion,
    answers: list[str],
) -> None:
    export(library, folder, judge(assistant, question, opinion))
    (line,) = lines(folder)
    assert line["answers"] == answers
    assert line["unanswerable"] is (not answers)
    assert bool(line["evidence"]) is (opinion == UP and bool(answers))
    assert [each.answers for each in read_folder(folder).questions] == [tuple(answers)]


@pytest.mark.parametrize(
    "opinion", [Opinion("down", (), ""), Opinion("down", ("wrong answer", "wrong citation"), "")]
)
def test_where_nobody_told_the_right_answer_the_question_is_left_out_and_named(
    library: FakeLibrary, assistant: FakeAssistant, folder: Path, opinion: Opinion
) -> None:
    report = export(library, folder, judge(assistant, ACCOUNTS, opinion))
    assert report.questions == 0
    assert report.left_out == (f"{ACCOUNTS!r}: nobody told the right answer",)
    assert lines(folder) == []


def test_the_newest_judgement_of_a_question_stands(
    library: FakeLibrary, assistant: FakeAssistant, folder: Path
) -> None:
    later = judge(assistant, ACCOUNTS, Opinion("down", ("wrong answer",), "116"), name="b")
    report = export(library, folder, judge(assistant, ACCOUNTS, UP, name="a"), later)
    assert [line["id"] for line in lines(folder)] == ["b"]
    assert report.left_out == (f"{ACCOUNTS!r} was judged again later",)


def test_the_same_words_after_another_conversation_are_another_question(
    library: FakeLibrary, assistant: FakeAssistant, folder: Path
) -> None:
    history = ({"role": "user", "content": "Which bank?"},)
    export(
        library,
        folder,
        judge(assistant, ACCOUNTS, UP, name="a"),
        judge(assistant, ACCOUNTS, UP, name="b", history=history),
    )
    assert [question.id for question in read_folder(folder).questions] == ["a", "b"]


@pytest.mark.parametrize(
    "source",
    ["../../outside.txt", "/etc/passwd", "..", "a/b/c.PDF", "con<>:|?.txt", "n" * 300, ".hidden"],
)
def test_no_source_leads_out_of_the_folder_or_breaks_a_file_system(
    folder: Path, source: str
) -> None:
    library = FakeLibrary([make_document(source, NOTICE)])
    export(library, folder, judge(FakeAssistant(library), ACCOUNTS, UP))
    (file,) = (folder / "documents").iterdir()
    assert file.suffix == ".txt"
    assert len(file.name) < 100
    (question,) = read_folder(folder).questions
    assert question.document == file.name


def test_sources_of_the_same_name_are_two_files(folder: Path) -> None:
    other = f"{TWO_LINE_QUOTE} And more."
    library = FakeLibrary([make_document("a/x.txt", NOTICE), make_document("b/x.txt", other)])
    export(library, folder, judge(FakeAssistant(library), ACCOUNTS, UP))
    texts = {path.read_bytes().decode() for path in (folder / "documents").iterdir()}
    assert texts == {NOTICE, other}


@pytest.mark.parametrize(
    ("source", "suffix"), [("a.md", ".md"), ("a.DOCX", ".md"), ("a.pptx", ".md"), ("a", ".txt")]
)
def test_what_is_markdown_stays_markdown(folder: Path, source: str, suffix: str) -> None:
    library = FakeLibrary([make_document(source, "# Heading\n\n" + NOTICE)])
    export(library, folder, judge(FakeAssistant(library), ACCOUNTS, UP))
    assert [path.suffix for path in (folder / "documents").iterdir()] == [suffix]
    assert len(read_folder(folder).questions[0].passages) == 2


def test_a_document_that_changed_or_went_since_takes_its_evidence_along(
    library: FakeLibrary, assistant: FakeAssistant, folder: Path, tmp_path: Path
) -> None:
    judgement = judge(assistant, ACCOUNTS, UP)
    notice = digest("default", "notice.txt")
    library.held[notice] = replace(
        library.held[notice], text=NOTICE.replace("117", "118").replace("\n", "\r\n")
    )
    export(library, folder, judgement)
    assert [item["quote"] for item in lines(folder)[0]["evidence"]] == [BANK_QUOTE]
    read_folder(folder)
    library.remove(notice)
    report = export(library, tmp_path / "again", judgement)
    assert report.left_out == ("the document 'notice.txt' is no longer there",)
    assert lines(tmp_path / "again")[0]["evidence"] == []
    read_folder(tmp_path / "again")


def test_a_folder_with_something_in_it_is_left_alone(
    library: FakeLibrary, assistant: FakeAssistant, folder: Path
) -> None:
    folder.mkdir()
    (folder / "mine.txt").write_text("precious")
    with pytest.raises(InvalidInputError, match="isn't empty; name a folder that is"):
        export(library, folder, judge(assistant, ACCOUNTS, UP))
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_a_file_in_the_place_of_the_folder_is_told(
    library: FakeLibrary, assistant: FakeAssistant, folder: Path
) -> None:
    folder.write_text("a file")
    with pytest.raises(InvalidInputError, match="can't write the question set"):
        export(library, folder, judge(assistant, ACCOUNTS, UP))


def test_nothing_judged_makes_an_empty_set(library: FakeLibrary, folder: Path) -> None:
    assert export(library, folder) == ExportReport(0, 0, ())
    assert lines(folder) == []


def test_what_chosen_documents_declined_says_nothing_of_the_others(
    library: FakeLibrary, assistant: FakeAssistant, folder: Path
) -> None:
    notice, hostile, _ = library.held
    declined = judge(assistant, ACCOUNTS, UP, documents=[hostile])
    answered = judge(assistant, "Which lines?", UP, documents=[notice])
    report = export(library, folder, declined, answered)
    assert [line["question"] for line in lines(folder)] == ["Which lines?"]
    assert report.left_out == (f"'{ACCOUNTS}' was declined by some of the documents, not by all",)
