"""The seeds' questions keep to their format and quote what the loaders really extract."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from index.loaders import Limits, load

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
DOCUMENTS = SEEDS / "documents"
FIELDS = {"id", "question", "answers", "unanswerable", "evidence", "history", "kind"}
ASKED_FOR = {"who", "when", "how-many", "where", "yes-no", "list", "why", "identifier", "table"}
HARD = {"typo", "follow-up", "disagreement"}
NOT_THERE = {"missing-fact", "other-year", "other-place", "false-premise"}


def read_questions() -> list[dict[str, Any]]:
    lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


QUESTIONS = read_questions()
ANSWERABLE = [question for question in QUESTIONS if question["evidence"]]
DISAGREEMENTS = [question for question in QUESTIONS if question["kind"] == "disagreement"]


def each(questions: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("question", questions, ids=lambda question: question["id"])


@cache
def text_of(document: str) -> str:
    return load(DOCUMENTS / document, limits=Limits()).text


def squeeze(text: str) -> str:
    """Return `text` as it is compared: one space between words, no capitals."""
    return " ".join(text.split()).casefold()


def is_quoted(answer: str, question: dict[str, Any]) -> bool:
    return any(squeeze(answer) in squeeze(item["quote"]) for item in question["evidence"])


def test_ids_and_wordings_are_unique() -> None:
    for key in ("id", "question"):
        counts = Counter(question[key] for question in QUESTIONS)
        assert [value for value, count in counts.items() if count > 1] == []


def test_there_are_enough_questions_of_every_sort() -> None:
    kinds = Counter(question["kind"] for question in QUESTIONS)
    assert set(kinds) == ASKED_FOR | HARD | NOT_THERE
    assert sum(kinds[kind] for kind in NOT_THERE) >= 20
    assert sum(kinds[kind] for kind in ASKED_FOR) >= 40
    assert kinds["disagreement"] >= 6


def test_every_document_is_asked_about() -> None:
    present = {
        path.relative_to(DOCUMENTS).as_posix() for path in DOCUMENTS.rglob("*") if path.is_file()
    }
    quoted = {item["document"] for question in QUESTIONS for item in question["evidence"]}
    assert quoted == present


def test_every_format_is_among_the_documents() -> None:
    endings = {path.suffix for path in DOCUMENTS.rglob("*") if path.is_file()}
    assert endings == {".txt", ".md", ".html", ".docx", ".pdf"}


@each(QUESTIONS)
def test_question_has_exactly_the_fields_of_the_format(question: dict[str, Any]) -> None:
    assert set(question) == FIELDS
    assert question["question"].strip() == question["question"] != ""


@each(QUESTIONS)
def test_answers_and_evidence_are_there_if_and_only_if_answerable(question: dict[str, Any]) -> None:
    assert question["unanswerable"] == (question["kind"] in NOT_THERE)
    assert bool(question["answers"]) != question["unanswerable"]
    assert bool(question["evidence"]) != question["unanswerable"]


@each(ANSWERABLE)
def test_quotes_are_verbatim_slices_of_what_the_loader_extracts(question: dict[str, Any]) -> None:
    for item in question["evidence"]:
        assert item["quote"] in text_of(item["document"])


@each(ANSWERABLE)
def test_the_evidence_holds_the_answer(question: dict[str, Any]) -> None:
    if question["kind"] == "list":
        (answer,) = question["answers"]
        assert all(is_quoted(part, question) for part in answer.split("; "))
    elif question["kind"] == "disagreement":
        assert all(is_quoted(answer, question) for answer in question["answers"])
    else:
        assert any(is_quoted(answer, question) for answer in question["answers"])


@each(DISAGREEMENTS)
def test_a_disagreement_quotes_two_documents(question: dict[str, Any]) -> None:
    assert len({item["document"] for item in question["evidence"]}) >= 2
    assert len(question["answers"]) >= 2


@each(QUESTIONS)
def test_only_follow_ups_have_a_history(question: dict[str, Any]) -> None:
    assert bool(question["history"]) == (question["kind"] == "follow-up")
    roles = [turn["role"] for turn in question["history"]]
    assert roles == ["user", "assistant"] * (len(roles) // 2)
    assert all(turn["content"].strip() for turn in question["history"])
