from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.catalogue import Catalogue, CatalogueReader, FoundChunk
from index.values import DocumentSummary, Page, digest, place_at
from tests.fakes import FakeEmbedder
from tests.index.catalogue.rows import (
    make_catalogue,
    make_document,
    make_passages,
    make_state,
    put,
)

A = make_document("a", "one\ntwo", pages=(Page(1, 0, 3), Page(2, 4, 7, "sheet 2", 5)))
B = make_document("sub/b", "two\nthree")
OTHER = make_document("a", "four", collection="other")


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    catalogue = make_catalogue(tmp_path)
    with catalogue.write() as writer:
        put(writer, A, "/docs/a")
        put(writer, B, "/docs/sub/b")
        put(writer, OTHER, "/docs/a")
    return catalogue


@pytest.fixture
def reader(catalogue: Catalogue) -> Iterator[CatalogueReader]:
    with catalogue.read() as reader:
        yield reader


def test_a_document_is_read_as_it_was_written(reader: CatalogueReader) -> None:
    assert [reader.document(d.id) for d in (A, B, OTHER)] == [A, B, OTHER]
    assert reader.document("no such id") is None


def test_pages_of_an_older_catalogue_are_read(catalogue: Catalogue) -> None:
    with catalogue.write() as writer:
        writer.connection.execute(
            "UPDATE documents SET pages = '[[1, 0, 3]]' WHERE id = ?", (A.id,)
        )
        document = writer.document(A.id)

    assert document is not None
    assert document.pages == (Page(1, 0, 3),)
    assert place_at(document, 2) == "page 1"


def test_settings_have_a_default(reader: CatalogueReader) -> None:
    assert reader.setting("embedder") == "fake@1"
    assert reader.setting("no such name") == ""
    assert reader.setting("no such name", "default") == "default"


def test_rows_are_counted(reader: CatalogueReader) -> None:
    tables = ("documents", "chunks", "vectors")
    # "two" is in two documents, but embedded once.
    assert [reader.count(table) for table in tables] == [3, 5, 4]


def test_markup_and_path_are_known(reader: CatalogueReader) -> None:
    assert (reader.markup(A.id), reader.markup("no such id")) == ("markdown", "text")
    assert (reader.path(B.id), reader.path("no such id")) == ("/docs/sub/b", None)


def test_summaries_are_ordered_by_collection_and_source(reader: CatalogueReader) -> None:
    assert [(s.collection, s.source) for s in reader.summaries()] == [
        ("default", "a"),
        ("default", "sub/b"),
        ("other", "a"),
    ]
    assert reader.summaries("other") == (
        DocumentSummary(
            OTHER.id, "a", "A", "2020-02-21", 4, 1, "2021-03-04T05:06:07+00:00", "other"
        ),
    )


def test_summaries_can_be_of_some_documents(reader: CatalogueReader) -> None:
    assert [s.id for s in reader.summaries(ids=[B.id, "no such id"])] == [B.id]
    assert reader.summaries(ids=[]) == ()
    assert reader.summaries("other", ids=[A.id]) == ()


def test_documents_are_found_by_id_source_and_path(reader: CatalogueReader) -> None:
    assert reader.find(B.id) == (B.id,)
    assert reader.find("sub/b") == (B.id,)
    assert reader.find("a") == tuple(sorted([A.id, OTHER.id]))
    assert reader.find("/docs/a") == tuple(sorted([A.id, OTHER.id]))
    assert reader.find("no such thing") == ()


def test_states_are_found_by_source_and_path_within_a_collection(reader: CatalogueReader) -> None:
    assert reader.owner("default", "a") == make_state(A, "/docs/a")
    assert reader.owner("other", "sub/b") is None
    assert reader.file_states("other", "/docs/a") == (make_state(OTHER, "/docs/a"),)
    assert reader.file_states("other", "/docs/sub/b") == ()


def test_all_documents_of_one_file_are_found(catalogue: Catalogue) -> None:
    longer = make_document("docs/a", "one\ntwo")
    with catalogue.write() as writer:
        put(writer, longer, "/docs/a")
        states = writer.file_states("default", "/docs/a")
    assert [state.document_id for state in states] == sorted([A.id, longer.id])


def test_states_below_a_folder_are_those_of_its_files_alone(catalogue: Catalogue) -> None:
    beside = [make_document(name, name) for name in ("docs-too/x", "docs.txt", "docs0", "doc/y")]
    last = make_document("~\U0001f9ea", "last of all")
    with catalogue.write() as writer:
        for document in beside:
            put(writer, document, f"/{document.source}")
        put(writer, last, f"/docs/{last.source}")
        ids = {
            folder: {state.document_id for state in writer.states_below("default", folder)}
            for folder in ("/docs", "/docs/", "/docs/sub", "/", "/docs/a")
        }
    assert ids == {
        "/docs": {A.id, B.id, last.id},
        "/docs/": {A.id, B.id, last.id},
        "/docs/sub": {B.id},
        "/": {A.id, B.id, last.id, *(document.id for document in beside)},
        "/docs/a": set(),
    }


def test_collections_and_languages_are_known(reader: CatalogueReader) -> None:
    assert reader.collections() == ("default", "other")
    assert reader.languages() == reader.languages("other") == {"en"}
    assert reader.languages("no such collection") == frozenset()


def test_chosen_documents_are_told_from_others(reader: CatalogueReader) -> None:
    chosen = [B.id, OTHER.id, "no such id", 'a"]', "\ud83d"]
    assert reader.known(chosen) == {B.id, OTHER.id}
    assert reader.known(chosen, "default") == {B.id}
    assert [summary.id for summary in reader.summaries(ids=chosen)] == [B.id, OTHER.id]
    assert [summary.id for summary in reader.summaries("other", ids=chosen)] == [OTHER.id]
    assert reader.languages(ids=[]) == frozenset()
    assert reader.languages("other", ids=chosen) == {"en"}
    everything = reader.keys().tolist()
    assert reader.keys_of([A.id, B.id, OTHER.id]).tolist() == everything
    assert reader.keys_of([B.id, OTHER.id]).tolist() == everything[2:]
    assert reader.keys_of([]).tolist() == []


def test_more_documents_can_be_chosen_than_a_statement_has_room_for(
    reader: CatalogueReader,
) -> None:
    many = [str(number) for number in range(40_000)]
    assert reader.known([*many, A.id]) == {A.id}
    assert reader.keys_of([*many, A.id]).tolist() == reader.keys_of([A.id]).tolist() != []


def test_chunks_are_found_by_key_with_their_document(reader: CatalogueReader) -> None:
    (_, two), (_, three) = (make_passages(document) for document in (A, B))
    assert reader.chunks([4, 2, 99]) == {
        2: FoundChunk(two.chunk, "a", "A"),
        4: FoundChunk(three.chunk, "sub/b", "SUB/B"),
    }
    assert reader.chunks(np.array([4])).keys() == {4}
    assert reader.chunks([]) == {}


def test_more_keys_than_sqlite_takes_at_once_are_looked_up(reader: CatalogueReader) -> None:
    assert reader.chunks(range(70_000)).keys() == {1, 2, 3, 4, 5}
    hashes = [str(number) for number in range(70_000)]
    assert reader.vectors([*hashes, digest("one")]).keys() == {digest("one")}


def test_the_chunks_of_a_document_are_in_order(reader: CatalogueReader) -> None:
    assert reader.document_chunks(B.id) == tuple(p.chunk for p in make_passages(B))
    assert reader.document_chunks("no such id") == ()


def test_keys_are_those_of_a_collection_or_of_all(reader: CatalogueReader) -> None:
    assert reader.keys().tolist() == [1, 2, 3, 4, 5]
    assert reader.keys("other").tolist() == [5]
    assert reader.keys("no such collection").tolist() == []
    assert reader.keys().dtype == np.int64


def test_passages_come_by_key_with_their_collection(reader: CatalogueReader) -> None:
    expected = [
        (key, document.collection, passage)
        for key, (document, passage) in enumerate(
            ((d, p) for d in (A, B, OTHER) for p in make_passages(d)), start=1
        )
    ]
    assert list(reader.passages()) == expected
    assert list(reader.passages(above=3)) == expected[3:]


def test_vectors_are_those_that_were_stored(reader: CatalogueReader) -> None:
    found = reader.vectors([digest("one"), digest("never embedded")])
    assert found.keys() == {digest("one")}
    assert np.array_equal(found[digest("one")], FakeEmbedder().embed(["one"])[0])
    assert found[digest("one")].dtype == np.float32
    stacked = reader.chunk_vectors([1, 5])
    assert sorted(map(tuple, stacked)) == sorted(map(tuple, FakeEmbedder().embed(["one", "four"])))


def test_a_sound_file_has_nothing_wrong(reader: CatalogueReader) -> None:
    assert reader.check() == ()
