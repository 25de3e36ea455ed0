from __future__ import annotations

import json
from pathlib import Path

from interface.examples import read_examples, suggest_questions
from tests.interface.fakes import FakeLibrary


def write_questions(folder: Path, *lines: str) -> Path:
    (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder / "documents"


def test_examples_are_spread_over_the_answerable_questions(tmp_path: Path) -> None:
    lines = [json.dumps({"question": f"Question {number}?"}) for number in range(8)]
    lines.insert(0, json.dumps({"question": "Nobody knows?", "unanswerable": True}))
    lines.insert(0, json.dumps({"question": "And then?", "history": [{"role": "user"}]}))
    source = write_questions(tmp_path, *lines)
    assert read_examples([source]) == tuple(f"Question {number}?" for number in (0, 2, 4, 6))


def test_marked_questions_are_the_examples(tmp_path: Path) -> None:
    lines = [
        json.dumps({"question": f"Question {number}?", "example": number in {1, 4}})
        for number in range(8)
    ]
    assert read_examples([write_questions(tmp_path, *lines)]) == ("Question 1?", "Question 4?")


def test_a_damaged_question_set_costs_only_its_damaged_lines(tmp_path: Path) -> None:
    source = write_questions(tmp_path, "{", "[]", "{}", '{"question": 5}', '{"question": "Yes?"}')
    assert read_examples([source]) == ("Yes?",)


def test_no_question_set_means_no_examples(tmp_path: Path) -> None:
    assert read_examples([tmp_path / "documents"]) == ()
    (tmp_path / "questions.jsonl").write_bytes(b"\xff\xfe\x00")
    assert read_examples([tmp_path / "documents"]) == ()


def test_prepared_questions_come_first(library: FakeLibrary) -> None:
    assert suggest_questions(["a?", "b?", "c?", "d?", "e?"], library.documents()) == (
        "a?",
        "b?",
        "c?",
        "d?",
    )


def test_without_prepared_ones_the_titles_make_questions(library: FakeLibrary) -> None:
    questions = suggest_questions([], library.documents())
    assert questions[0] == "Which documents do you have?"
    assert "Summarise “A long document”" in questions
    assert len(questions) == 4


def test_an_empty_library_suggests_nothing() -> None:
    assert suggest_questions([], ()) == ()
