from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from index.values import digest
from interface.conversation import finished_turn
from interface.keeping.sources import GONE_SINCE, MOVED_SINCE, REMOVED_SINCE, mark_changes
from tests.interface.fakes import BANK_QUOTE, NOTICE, FakeAssistant, FakeLibrary

NOTICE_ID = digest("default", "notice.txt")


@pytest.fixture
def turn(assistant: FakeAssistant) -> dict[str, Any]:
    return finished_turn(assistant.ask("How many accounts?"))


def since(library: FakeLibrary, turn: dict[str, Any]) -> list[str]:
    (marked,) = mark_changes(cast("Any", library), [turn])
    return [citation["since"] for citation in marked["citations"]]


def change(library: FakeLibrary, text: str) -> None:
    library.held[NOTICE_ID] = replace(library.held[NOTICE_ID], text=text)


def test_sources_that_are_as_they_were_get_no_mark(
    library: FakeLibrary, turn: dict[str, Any]
) -> None:
    assert since(library, turn) == ["", ""]


def test_only_the_citation_whose_quote_is_gone_is_marked_as_gone(
    library: FakeLibrary, turn: dict[str, Any]
) -> None:
    change(library, NOTICE.replace("counts 117", "counts 118"))
    assert since(library, turn) == ["", GONE_SINCE]


def test_a_quote_that_moved_is_marked_as_moved(library: FakeLibrary, turn: dict[str, Any]) -> None:
    change(library, f"A new first line.\n{NOTICE}")
    assert since(library, turn) == [MOVED_SINCE, MOVED_SINCE]


def test_a_removed_source_is_marked_as_removed(library: FakeLibrary, turn: dict[str, Any]) -> None:
    library.remove(NOTICE_ID)
    assert since(library, turn) == [REMOVED_SINCE, REMOVED_SINCE]


def test_marking_leaves_the_kept_turn_as_it_was(library: FakeLibrary, turn: dict[str, Any]) -> None:
    library.remove(NOTICE_ID)
    since(library, turn)
    assert turn["citations"][0]["quote"] == BANK_QUOTE
    assert "since" not in turn["citations"][0]


def test_each_document_is_read_once(library: FakeLibrary, turn: dict[str, Any]) -> None:
    read: list[str] = []
    original = library.document

    class Counting:
        def document(self, document_id: str) -> object:
            read.append(document_id)
            return original(document_id)

    mark_changes(cast("Any", Counting()), [turn, dict(turn)])
    assert read == [NOTICE_ID]
