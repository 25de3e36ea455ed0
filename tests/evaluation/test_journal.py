from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from evaluation.journal import NAME, Journal
from tests.evaluation.fakes import declined, prediction

IDENTITY = {"code": "abc", "dataset": "def"}
IDS = ["a", "b", "c"]
Opener = Callable[..., Journal]


@pytest.fixture
def reopen(tmp_path: Path) -> Iterator[Opener]:
    """Open the journal once more, as after a kill: the earlier ones are closed at the end."""
    journals: list[Journal] = []

    def open_another(identity: Mapping[str, str] = IDENTITY) -> Journal:
        journals.append(Journal(tmp_path, identity, IDS))
        return journals[-1]

    yield open_another
    for journal in journals:
        journal.close()


def test_what_was_written_is_there_when_it_is_opened_again(reopen: Opener) -> None:
    journal = reopen()
    for item in (prediction("a"), declined("b")):
        journal.append(item)
    again = reopen()
    assert again.predictions == [prediction("a"), declined("b")]
    again.append(prediction("c"))
    assert reopen().predictions[2] == prediction("c")


def test_a_line_that_was_cut_off_is_dropped(reopen: Opener, tmp_path: Path) -> None:
    journal = reopen()
    journal.append(prediction("a"))
    journal.append(prediction("b"))
    path = tmp_path / NAME
    for cut in (1, 30, 200):
        path.write_bytes(path.read_bytes()[:-cut])
        again = reopen()
        assert [item.id for item in again.predictions] == ["a"]
        again.append(prediction("b"))
        again.close()


def test_a_first_line_that_was_cut_off_begins_anew(reopen: Opener, tmp_path: Path) -> None:
    reopen().close()
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:-3])
    assert reopen().predictions == []
    assert json.loads(path.read_bytes()) == IDENTITY


def test_another_identity_begins_anew(reopen: Opener) -> None:
    reopen().append(prediction("a"))
    other = reopen({**IDENTITY, "code": "xyz"})
    assert other.discarded
    assert other.predictions == []
    assert not reopen({**IDENTITY, "code": "xyz"}).discarded


@pytest.mark.parametrize("line", [b'{"id": "b"}\n', b"[]\n", b"no json\n"])
def test_a_line_of_another_question_ends_what_is_kept(
    reopen: Opener, tmp_path: Path, line: bytes
) -> None:
    journal = reopen()
    journal.close()
    with (tmp_path / NAME).open("ab") as file:
        file.write(line)
    assert reopen().predictions == []


def test_publishing_writes_the_public_fields_and_ends_the_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path, IDENTITY, ["a"])
    journal.append(prediction("a", question="Où?\u2028", confidence=1 / 3))
    journal.publish(tmp_path / "predictions.jsonl")
    (line,) = (tmp_path / "predictions.jsonl").read_text("utf-8").splitlines()
    published = json.loads(line)
    assert published["question"] == "Où?\u2028"
    assert list(published) == [
        *("id", "question", "answer", "short_answer", "best_span", "abstained", "confidence"),
        *("citations", "hits", "latency_ms"),
    ]
    assert published["confidence"] == 1 / 3
    assert set(published["hits"][0]) == {"document", "start", "end", "score"}
    assert set(published["citations"][0]) >= {"document", "start", "end", "quote"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["predictions.jsonl"]
