from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from index.errors import InvalidInputError
from retrieval.receipts import asked_of, compare_answers, load_receipt, read_receipt
from retrieval.wire import answer_object
from tests.retrieval.fakes import make_answer


@pytest.fixture
def receipt() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(json.dumps(answer_object(make_answer())))
    return kept


def test_a_receipt_is_an_answer_object(tmp_path: Path, receipt: dict[str, Any]) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(receipt), "utf-8")
    assert load_receipt(path) == receipt


@pytest.mark.parametrize("content", ["", "3", "[]", "{}", '{"citations": []}', "\udcff"])
def test_anything_else_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InvalidInputError, match=r"is no receipt .*; give the JSON that"):
        load_receipt(path)


def test_a_missing_receipt_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="is no receipt"):
        load_receipt(tmp_path / "none.json")


def test_the_same_answer_has_not_changed(receipt: dict[str, Any]) -> None:
    later = {**receipt, "timings_ms": {"total": 9.0}, "confidence": 0.2}
    assert list(compare_answers(receipt, later)) == []


def test_every_change_is_a_line(receipt: dict[str, Any]) -> None:
    (citation,) = receipt["citations"]
    later = {
        **receipt,
        "short_answer": "",
        "citations": [{**citation, "quote": "The mill"}],
        "provenance": {**receipt["provenance"], "index_hash": "def"},
    }
    assert list(compare_answers(receipt, later)) == [
        "short answer: 1931 -> nothing",
        "no longer cited: a/bridge.txt: The bridge",
        "newly cited: a/bridge.txt: The mill",
        "index: abc -> def",
    ]


def test_a_receipt_says_what_was_asked(receipt: dict[str, Any]) -> None:
    assert asked_of(receipt) == (None, None)
    receipt["provenance"] |= {"collection": "old", "documents": ["a", "b"]}
    assert asked_of(receipt) == ("old", ("a", "b"))
    earlier = {key: receipt["provenance"][key] for key in ("index_hash", "reader")}
    assert asked_of({"provenance": earlier}) == (None, None)


@pytest.mark.parametrize(
    "asked", [{"collection": 5}, {"documents": "a"}, {"documents": [5]}, {"documents": {"a": 1}}]
)
def test_a_receipt_that_asked_of_something_else_is_refused(
    asked: dict[str, Any], receipt: dict[str, Any]
) -> None:
    receipt["provenance"] |= asked
    with pytest.raises(InvalidInputError, match="it is no answer object: its"):
        read_receipt(receipt)
