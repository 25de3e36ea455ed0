from __future__ import annotations

from typing import Any, cast

import pytest

from interface import choosing
from interface.choosing import find_choosable, restore_scope, settle_scope
from tests.interface.fakes import FakeLibrary, make_document


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary(
        [
            make_document("a/Größe.txt", "x", title="Sizes of ＡＢＣ"),
            make_document("b.txt", "x", title="Bridges"),
            make_document("b.txt", "x", title="Bridges", collection="old"),
        ]
    )


def find(library: FakeLibrary, query: object = "", collection: object = None) -> dict[str, Any]:
    return find_choosable(cast("Any", library), {"query": query, "collection": collection})


def sources(reply: dict[str, Any]) -> list[str]:
    return [each["source"] for each in reply["documents"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["a/Größe.txt", "b.txt", "b.txt"]),
        ("gröSSe", []),
        ("GRÖßE abc", ["a/Größe.txt"]),
        ("bridges B.TXT", ["b.txt", "b.txt"]),
        ("%", []),
        ("<b>", []),
    ],
)
def test_documents_are_found_by_the_words_of_their_title_and_source(
    library: FakeLibrary, query: str, found: list[str]
) -> None:
    reply = find(library, query)
    if query == "gröSSe":
        found = ["a/Größe.txt"]  # ß and ss are one letter to who looks for a name
    assert (sources(reply), reply["total"], reply["error"]) == (found, len(found), "")


def test_those_of_the_collection_are_found_alone(library: FakeLibrary) -> None:
    assert [each["collection"] for each in find(library, "", "old")["documents"]] == ["old"]


def test_a_long_list_is_cut_and_says_so(
    library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "LISTED", 2)
    reply = find(library)
    assert (len(reply["documents"]), reply["total"]) == (2, 3)


@pytest.mark.parametrize("request_", [None, "x", {}, {"query": 5}, {"query": "", "collection": 5}])
def test_a_request_that_is_none_is_told(library: FakeLibrary, request_: object) -> None:
    reply = find_choosable(cast("Any", library), request_)
    assert reply["documents"] == []
    assert "must be a string" in reply["error"]


def test_an_unknown_collection_is_told(library: FakeLibrary) -> None:
    assert "there is no collection 'none'" in find(library, "", "none")["error"]


def test_what_is_ticked_in_another_collection_is_not_asked(library: FakeLibrary) -> None:
    ids = tuple(library.held)
    conversation = {"collection": "default", "chosen": [{"id": each} for each in ids]}
    scope = settle_scope(cast("Any", library), conversation)
    assert scope.ids == ids[:2]
    assert [each["id"] for each in scope.view()["chosen"]] == [*ids[:2]]
    restored = restore_scope(library.documents(), "old", ids)
    assert (restored.collection, restored.ids) == ("old", ids[2:])
    everywhere = restore_scope(library.documents(), "gone", ids[1:])
    assert (everywhere.collection, everywhere.ids) == (None, ids[1:])
    assert restore_scope(library.documents(), None, ()).ids is None
