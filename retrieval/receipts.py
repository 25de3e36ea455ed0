"""Receipts: an answer object that was kept, and what a later answer has changed in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from index.errors import InvalidInputError

JsonObject = Mapping[str, Any]
SAID = {
    "standalone_question": "question searched for",
    "answer": "answer",
    "short_answer": "short answer",
    "abstained": "abstained",
}
MADE_WITH = {"index_hash": "index", "embedder": "embedder", "reader": "reader", "llm": "model"}


def load_receipt(path: Path) -> dict[str, Any]:
    """Return an answer object as `ask --json` and the endpoint `/ask` give it.

    Raises:
        InvalidInputError: The file can't be read or holds something else.
    """
    try:
        return read_receipt(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, InvalidInputError) as error:
        raise InvalidInputError(
            f"{str(path)!r} is no receipt ({error}); give the JSON that 'ask --json' printed"
        ) from error


def read_receipt(value: object) -> dict[str, Any]:
    """Return `value` if it is an answer object.

    Raises:
        InvalidInputError: A part of it is missing or of another kind.
    """
    try:
        receipt: dict[str, Any] = dict(value)  # type: ignore[call-overload]
        cited = [each[part] for each in receipt["citations"] for part in ("source", "quote")]
        said = [receipt[part] for part in ("question", *SAID) if part != "abstained"]
        asked_of(receipt)
        texts = all(isinstance(each, str) for each in (*cited, *said))
        known = {*SAID, "confidence"} <= receipt.keys()
        made = receipt["provenance"].keys() >= MADE_WITH.keys()
        if texts and known and made and all(cited):
            return receipt
        raise KeyError("a part of it is missing, or no text")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(f"it is no answer object: {error}") from error


def asked_of(receipt: JsonObject) -> tuple[str | None, tuple[str, ...] | None]:
    """Return the collection and the ids of the documents that were asked, None for all.

    Raises:
        TypeError: They are something else.
    """
    made = receipt["provenance"]
    collection, documents = made.get("collection"), made.get("documents")
    if not isinstance(collection, str | None):
        raise TypeError("its collection is no string")
    if documents is None:
        return collection, None
    if not isinstance(documents, list | tuple) or not all(
        isinstance(each, str) for each in documents
    ):
        raise TypeError("its documents are no list of ids")
    return collection, tuple(documents)


def compare_answers(before: JsonObject, now: JsonObject) -> Iterator[str]:
    """Yield a line for each thing that isn't as it was: first what is said, then with what."""
    for key, name in SAID.items():
        if before[key] != now[key]:
            yield f"{name}: {_short(before[key])} -> {_short(now[key])}"
    quotes, quotes_now = (_quotes(each) for each in (before, now))
    yield from (f"no longer cited: {source}: {quote}" for source, quote in quotes - quotes_now)
    yield from (f"newly cited: {source}: {quote}" for source, quote in quotes_now - quotes)
    made, made_now = before["provenance"], now["provenance"]
    for key, name in MADE_WITH.items():
        if made[key] != made_now[key]:
            yield f"{name}: {_short(made[key])} -> {_short(made_now[key])}"


def _quotes(answer: JsonObject) -> set[tuple[str, str]]:
    return {(each["source"], " ".join(each["quote"].split())) for each in answer["citations"]}


def _short(value: object) -> str:
    text = "nothing" if value in (None, "") else str(value)
    return text if len(text) <= 200 else f"{text[:199]}…"
