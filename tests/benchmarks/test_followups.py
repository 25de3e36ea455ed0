from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import followups
from benchmarks.followups import FORMS, HARBOUR, HEADER, measure, read_canard, read_harbour
from benchmarks.results import BenchmarkError
from index.library import Library
from index.settings import Settings
from retrieval.values import Turn
from tests.fakes import FakeEmbedder

TALK: list[dict[str, object]] = [
    {
        "id": "C_1-1",
        "history": ["Snow", "Its uses"],
        "question": "Is it cold?",
        "rewrite": "Is snow cold?",
    },
    {
        "id": "C_1-2",
        "history": ["Snow", "Its uses", "Is it cold?", "Snow is ice and cold."],
        "question": "And rain?",
        "rewrite": "Is rain cold?",
    },
]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(Settings(data_dir=tmp_path / "data"), embedder=FakeEmbedder())


def write(path: Path, lines: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def test_a_dialogue_is_a_document_of_its_answers(tmp_path: Path, library: Library) -> None:
    first, second = read_canard(write(tmp_path / "canard.jsonl", TALK), library)
    (document,) = library.documents()
    assert library.document(document.id).text == "Snow is ice and cold."
    assert first.history == (Turn("user", "Snow, Its uses"),)
    assert second.history == (
        Turn("user", "Snow, Its uses"),
        Turn("user", "Is it cold?"),
        Turn("assistant", "Snow is ice and cold."),
    )
    assert FORMS["as asked"](second) == "And rain?"
    assert FORMS["behind the last question"](second) == "Is it cold? And rain?"
    assert FORMS["by people"](second) == "Is rain cold?"


def test_every_form_is_searched_for(tmp_path: Path, library: Library) -> None:
    asked = read_canard(write(tmp_path / "canard.jsonl", TALK), library)
    rows = list(measure("canard", asked, library))
    assert [row[1] for row in rows] == list(FORMS)
    assert all(len(row) == len(HEADER) and row[2] == 2 for row in rows)
    gold = rows[-1]
    assert gold[3:] == (1.0, 1.0, 1.0)
    assert rows[0][5] < 1.0


@pytest.mark.parametrize("line", ['{"id": "C_1-1"}', "no JSON", "3"])
def test_a_file_of_another_form_is_refused(line: str, tmp_path: Path, library: Library) -> None:
    path = tmp_path / "canard.jsonl"
    path.write_text(line + "\n", "utf-8")
    with pytest.raises(BenchmarkError, match=r"can't be read as CANARD .*; give another one"):
        read_canard(path, library)


def test_our_own_follow_ups_quote_their_documents(library: Library) -> None:
    asked = read_harbour(followups.CANARD, library)
    texts = {each.source: library.document(each.id).text for each in library.documents()}
    lines = [
        json.loads(line) for line in (HARBOUR / "followups.jsonl").read_text("utf-8").splitlines()
    ]
    assert len({line["id"] for line in lines}) == len(lines)
    for line in lines:
        assert line["history"][-1]["role"] == "assistant"
        assert line["unanswerable"] is not bool(line["answers"])
        for each in line["evidence"]:
            (text,) = [text for name, text in texts.items() if name.endswith(each["document"])]
            assert each["quote"] in text, line["id"]
    assert len(asked) == sum(bool(line["evidence"]) for line in lines)
