"""The questions about both sets of documents keep to their format and quote what is there."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from index.loaders import Limits, load
from index.values import Extract

ROOT = Path(__file__).resolve().parent.parent
ARTICLES = ROOT / os.environ.get("ARTICLES", "../shared/seeds")
FIELDS = {"id", "question", "answers", "unanswerable", "evidence", "history", "kind"}
ASKED_FOR = frozenset({"who", "when", "how-many", "where", "yes-no", "list", "why", "identifier"})
HARD = frozenset({"typo", "follow-up", "disagreement"})
# More words than this in a row, names and titles aside, would be a copy.
LONGEST_RUN_WORDS = 6


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A folder of documents with questions, and how many of which sort it must have."""

    folder: Path
    asked_for: frozenset[str]
    not_there: frozenset[str]
    endings: frozenset[str]
    answerable: int
    unanswerable: int
    disagreements: int

    @property
    def documents(self) -> Path:
        return self.folder / "documents"

    @property
    def questions(self) -> list[dict[str, Any]]:
        lines = (self.folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def files(self) -> dict[str, Path]:
        found = (path for path in self.documents.rglob("*") if path.is_file())
        return {path.relative_to(self.documents).as_posix(): path for path in found}


@dataclass(frozen=True, slots=True)
class Brief:
    """What a brief must say of itself, and what it retells."""

    name: str
    article: str
    title: str
    date: str
    proper_names: tuple[str, ...]


SEEDS = QuestionSet(
    ROOT / "seeds",
    asked_for=ASKED_FOR,
    not_there=frozenset({"unanswerable"}),
    endings=frozenset({".md"}),
    answerable=36,
    unanswerable=16,
    disagreements=4,
)
HARBOUR = QuestionSet(
    ROOT / "tests" / "harbour",
    asked_for=ASKED_FOR | {"table"},
    not_there=frozenset({"missing-fact", "other-year", "other-place", "false-premise"}),
    endings=frozenset({".txt", ".md", ".html", ".docx", ".pdf"}),
    answerable=40,
    unanswerable=20,
    disagreements=6,
)
SETS = (SEEDS, HARBOUR)
ASKED = [(chosen, question) for chosen in SETS for question in chosen.questions]
ANSWERABLE = [(chosen, question) for chosen, question in ASKED if question["evidence"]]
DISAGREEMENTS = [pair for pair in ASKED if pair[1]["kind"] == "disagreement"]
BRIEFS = (
    Brief(
        "embassy-visit.md",
        "000_ed4fee0ac2f15211.txt",
        "North Korea's embassy in Phnom Penh: a reporter's visit, and what is alleged",
        "2026-01-12",
        (
            "North Korea and Cambodia: Are Secret Deals Reviving Ties Amid Sanctions?",
            "Kim Jong Un, General Secretary of the Workers' Party",
            "Multinational Sanctions Monitoring Team (MSMT)",
        ),
    ),
    Brief(
        "ministry-statement.md",
        "003_ebd9ec31e848e02b.txt",
        "Cambodia's foreign ministry rejects a report on North Korean businesses",
        "2022-02-17",
        (
            "Ministry of Foreign Affairs and International Cooperation",
            "Democratic People's Republic of Korea (DPRK)",
            "North Korean spy ran hotels, casinos and travel agency in Cambodia: UN report",
            "National Report on the Implementation of UNSC Resolutions on Sanctions on the DPRK",
            "inter-ministerial ad hoc working group",
            "non-proliferation of weapons of mass destruction",
            "Charter of the United Nations",
        ),
    ),
)

each_set = pytest.mark.parametrize("chosen", SETS, ids=lambda chosen: chosen.folder.name)
each_brief = pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: brief.name)


def each(pairs: list[tuple[QuestionSet, dict[str, Any]]]) -> pytest.MarkDecorator:
    names = [f"{chosen.folder.name}-{question['id']}" for chosen, question in pairs]
    return pytest.mark.parametrize(("chosen", "question"), pairs, ids=names)


@cache
def extract_of(path: Path) -> Extract:
    return load(path, limits=Limits())


def squeeze(text: str) -> str:
    """Return `text` as it is compared: one space between words, no capitals."""
    return " ".join(text.split()).casefold()


def is_quoted(answer: str, question: dict[str, Any]) -> bool:
    return any(squeeze(answer) in squeeze(item["quote"]) for item in question["evidence"])


def read_article(brief: Brief) -> str:
    path = ARTICLES / brief.article
    if not path.is_file():
        pytest.skip(f"the article isn't at {path}; ARTICLES names its folder")
    return path.read_text(encoding="utf-8")


def runs_of_words(text: str, *, without: tuple[str, ...]) -> set[str]:
    """Return each run of words that is one longer than allowed, at no name or title."""
    text = text.replace("’", "'")
    for name in without:
        # A name between two runs ends both of them.
        text = text.replace(name, " | ")
    words = re.findall(r"\w+(?:'\w+)?|\|", text.casefold())
    size = LONGEST_RUN_WORDS + 1
    runs = (words[start : start + size] for start in range(len(words) - size + 1))
    return {" ".join(run) for run in runs if "|" not in run}


@each_set
def test_ids_and_wordings_are_unique(chosen: QuestionSet) -> None:
    for key in ("id", "question"):
        counts = Counter(question[key] for question in chosen.questions)
        assert [value for value, count in counts.items() if count > 1] == []


@each_set
def test_there_are_enough_questions_of_every_sort(chosen: QuestionSet) -> None:
    kinds = Counter(question["kind"] for question in chosen.questions)
    assert set(kinds) == chosen.asked_for | HARD | chosen.not_there
    assert sum(kinds[kind] for kind in chosen.asked_for) >= chosen.answerable
    assert sum(kinds[kind] for kind in chosen.not_there) >= chosen.unanswerable
    assert kinds["disagreement"] >= chosen.disagreements


@each_set
def test_every_document_is_asked_about(chosen: QuestionSet) -> None:
    quoted = {item["document"] for question in chosen.questions for item in question["evidence"]}
    assert quoted == set(chosen.files())


@each_set
def test_every_format_is_among_the_documents(chosen: QuestionSet) -> None:
    assert {path.suffix for path in chosen.files().values()} == chosen.endings


@each(ASKED)
def test_question_has_exactly_the_fields_of_the_format(
    chosen: QuestionSet, question: dict[str, Any]
) -> None:
    assert set(question) - {"example"} == FIELDS
    assert question.get("example", True) is True
    assert question["question"].strip() == question["question"] != ""


@each(ASKED)
def test_answers_and_evidence_are_there_if_and_only_if_answerable(
    chosen: QuestionSet, question: dict[str, Any]
) -> None:
    assert question["unanswerable"] == (question["kind"] in chosen.not_there)
    assert bool(question["answers"]) != question["unanswerable"]
    assert bool(question["evidence"]) != question["unanswerable"]


@each(ANSWERABLE)
def test_quotes_are_verbatim_slices_of_what_the_loader_extracts(
    chosen: QuestionSet, question: dict[str, Any]
) -> None:
    for item in question["evidence"]:
        assert item["quote"] in extract_of(chosen.documents / item["document"]).text


@each(ANSWERABLE)
def test_the_evidence_holds_the_answer(chosen: QuestionSet, question: dict[str, Any]) -> None:
    if question["kind"] == "list":
        (answer,) = question["answers"]
        assert all(is_quoted(part, question) for part in answer.split("; "))
    elif question["kind"] == "disagreement":
        assert all(is_quoted(answer, question) for answer in question["answers"])
    else:
        assert any(is_quoted(answer, question) for answer in question["answers"])


@each(DISAGREEMENTS)
def test_a_disagreement_quotes_two_documents(chosen: QuestionSet, question: dict[str, Any]) -> None:
    assert len({item["document"] for item in question["evidence"]}) >= 2
    assert len(question["answers"]) >= 2


@each(ASKED)
def test_only_follow_ups_have_a_history(chosen: QuestionSet, question: dict[str, Any]) -> None:
    assert bool(question["history"]) == (question["kind"] == "follow-up")
    roles = [turn["role"] for turn in question["history"]]
    assert roles == ["user", "assistant"] * (len(roles) // 2)
    assert all(turn["content"].strip() for turn in question["history"])


@each_brief
def test_a_brief_states_its_title_and_date(brief: Brief) -> None:
    extract = extract_of(SEEDS.documents / brief.name)
    assert (extract.title, extract.date) == (brief.title, brief.date)


@each_brief
def test_a_brief_copies_no_run_of_words_from_its_article(brief: Brief) -> None:
    ours = runs_of_words(extract_of(SEEDS.documents / brief.name).text, without=brief.proper_names)
    theirs = runs_of_words(read_article(brief), without=brief.proper_names)
    assert ours & theirs == set()


@each_brief
def test_a_brief_has_every_figure_of_its_article(brief: Brief) -> None:
    figures = set(re.findall(r"\d+", read_article(brief))) - {"0"}  # "0" counts its comments.
    assert figures <= set(re.findall(r"\d+", extract_of(SEEDS.documents / brief.name).text))
