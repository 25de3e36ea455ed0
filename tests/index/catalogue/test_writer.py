from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.catalogue import CatalogueWriter
from index.values import digest
from tests.index.catalogue.rows import make_catalogue, make_document, make_passages, put

A = make_document("a", "one\ntwo")
B = make_document("b", "two\nthree")


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[CatalogueWriter]:
    with make_catalogue(tmp_path).write() as writer:
        yield writer


def stored(writer: CatalogueWriter) -> set[str]:
    """Return the words of which there is a vector."""
    words = ("one", "two", "three")
    found = writer.vectors([digest(word) for word in words])
    return {word for word in words if digest(word) in found}


def test_keys_are_given_once_and_never_again(writer: CatalogueWriter) -> None:
    assert put(writer, A) == range(1, 3)
    assert put(writer, B) == range(3, 5)
    writer.delete_documents([A.id, B.id])
    assert put(writer, A) == range(5, 7)


def test_deleting_documents_tells_their_keys_and_vectors(writer: CatalogueWriter) -> None:
    put(writer, A)
    put(writer, B)
    keys, hashes = writer.delete_documents([A.id, "no such id"])
    assert keys == [1, 2]
    assert hashes == [digest("one"), digest("two")]
    assert [writer.count(table) for table in ("documents", "chunks")] == [1, 2]
    assert writer.document(A.id) is None
    assert writer.document_chunks(A.id) == ()


def test_a_vector_is_dropped_once_nothing_refers_to_it(writer: CatalogueWriter) -> None:
    put(writer, A)
    put(writer, B)
    writer.drop_vectors(writer.delete_documents([A.id])[1])
    assert stored(writer) == {"two", "three"}
    writer.drop_vectors(writer.delete_documents([B.id])[1])
    assert stored(writer) == set()


def test_all_unused_vectors_can_be_dropped(writer: CatalogueWriter) -> None:
    put(writer, A)
    put(writer, B)
    writer.delete_documents([A.id])
    writer.drop_unused_vectors()
    assert stored(writer) == {"two", "three"}


def test_a_vector_that_is_stored_stays_as_it_is(writer: CatalogueWriter) -> None:
    writer.put_vectors({"h": np.array([1, 0], np.float32)})
    writer.put_vectors({"h": np.array([0, 1], np.float32), "i": np.array([0, 1], np.float32)})
    assert {key: row.tolist() for key, row in writer.vectors(["h", "i"]).items()} == {
        "h": [1, 0],
        "i": [0, 1],
    }


def test_all_chunks_can_be_put_anew(writer: CatalogueWriter) -> None:
    put(writer, A)
    writer.delete_chunks()
    assert writer.document_chunks(A.id) == ()
    assert writer.put_chunks(make_passages(A)) == range(3, 5)
    assert [chunk.text for chunk in writer.document_chunks(A.id)] == ["one", "two"]


def test_a_file_that_was_touched_gets_its_new_state(writer: CatalogueWriter) -> None:
    put(writer, A, "/docs/a")
    (state,) = writer.file_states("default", "/docs/a")
    later = replace(state, device=8, stamp="later")
    writer.refresh_state(later)
    assert writer.file_states("default", "/docs/a") == (later,)


def test_settings_are_remembered_until_they_change(writer: CatalogueWriter) -> None:
    writer.remember(generation="3", fingerprint="abc")
    writer.remember(generation="4")
    assert (writer.generation, writer.setting("fingerprint")) == (4, "abc")


def test_a_job_is_unfinished_until_it_ends(writer: CatalogueWriter) -> None:
    job_id = writer.start_job("add", "2020-01-01")
    assert writer.unfinished_jobs() == ("add started 2020-01-01",)
    writer.finish_job(job_id, "2020-01-02", "done")
    assert writer.unfinished_jobs() == ()


def test_a_job_that_a_crash_left_open_ends_when_the_next_begins(writer: CatalogueWriter) -> None:
    writer.start_job("add", "2020-01-01")
    writer.start_job("remove", "2020-01-02")
    assert writer.unfinished_jobs() == ("remove started 2020-01-02",)
    rows = writer.connection.execute("SELECT kind, finished, outcome FROM jobs ORDER BY id")
    assert rows.fetchall() == [
        ("add", "2020-01-02", "interrupted"),
        ("remove", None, "running"),
    ]
