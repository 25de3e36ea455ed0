from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from index.catalogue import Catalogue
from index.errors import CatalogueError, InvalidInputError
from tests.index.catalogue.rows import make_catalogue, make_document, put


def test_a_catalogue_exists_once_it_was_made(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "catalogue.sqlite3")
    assert not catalogue.exists()
    catalogue.create(embedder="fake@1", chunk_tokens="64")
    assert catalogue.exists()
    with catalogue.read() as reader:
        assert reader.setting("embedder") == "fake@1"
        assert reader.setting("chunk_tokens") == "64"
        assert reader.setting("schema") == "1"
        assert reader.generation == 0
    assert not [path.name for path in tmp_path.iterdir() if ".new" in path.name]


def test_what_a_crash_left_of_a_new_catalogue_doesnt_matter(tmp_path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        (tmp_path / f"catalogue.sqlite3.new{suffix}").write_bytes(b"half of it")
    assert not Catalogue(tmp_path / "catalogue.sqlite3").exists()
    with make_catalogue(tmp_path).read() as reader:
        assert reader.count("documents") == 0
        assert reader.check() == ()


def test_a_new_catalogue_doesnt_need_what_closing_it_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def closing_beside_another(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
        """Close as where the disk is full: what is in the log isn't copied, and nothing is said."""
        yield connection
        with closing(sqlite3.connect(tmp_path / "catalogue.sqlite3.new")) as another:
            another.execute("SELECT * FROM settings").fetchall()
            connection.close()
            (tmp_path / "catalogue.sqlite3.new-wal").write_bytes(b"")

    monkeypatch.setattr("index.catalogue.database.closing", closing_beside_another)
    with make_catalogue(tmp_path).read() as reader:
        assert reader.setting("embedder") == "fake@1"


def test_a_catalogue_is_written_ahead_and_safely(tmp_path: Path) -> None:
    with make_catalogue(tmp_path).read() as reader:
        pragmas = ("journal_mode", "synchronous", "foreign_keys")
        values = [reader.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    assert values == ["wal", 2, 1]


def test_a_reader_keeps_to_what_was_there_when_it_began(tmp_path: Path) -> None:
    catalogue = make_catalogue(tmp_path)
    with catalogue.read() as reader:
        assert reader.count("documents") == 0
        with catalogue.write() as writer:
            put(writer, make_document("a", "one"))
        assert reader.count("documents") == 0
    with catalogue.read() as reader:
        assert reader.count("documents") == 1


def test_nothing_of_a_change_that_fails_is_kept(tmp_path: Path) -> None:
    catalogue = make_catalogue(tmp_path)

    def fail() -> None:
        with catalogue.write() as writer:
            put(writer, make_document("a", "one"))
            writer.remember(generation="9")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail()
    with catalogue.read() as reader:
        assert (reader.count("documents"), reader.count("vectors"), reader.generation) == (0, 0, 0)


@pytest.mark.parametrize("content", [b"", b"this is no database at all" * 100])
def test_a_file_that_isnt_a_catalogue_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "catalogue.sqlite3").write_bytes(content)
    with (
        pytest.raises(CatalogueError, match=r"catalogue.*sqlite3' .*; check the ") as caught,
        Catalogue(tmp_path / "catalogue.sqlite3").read() as reader,
    ):
        reader.count("documents")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(
            CatalogueError, match=r"can't open the catalogue .*; check the folder's perm"
        ),
        Catalogue(tmp_path / "catalogue.sqlite3").read(),
    ):
        pass


def test_a_folder_that_isnt_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="can't open the catalogue"):
        Catalogue(tmp_path / "nowhere" / "catalogue.sqlite3").create()


def test_half_a_surrogate_pair_is_refused_as_input(tmp_path: Path) -> None:
    with (
        pytest.raises(InvalidInputError, match=r"'\\ud800' isn't valid Unicode .*; correct it"),
        make_catalogue(tmp_path).read() as reader,
    ):
        reader.document("\ud800")


def test_sqlite_reports_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    catalogue = make_catalogue(tmp_path)
    with catalogue.write() as writer:
        put(writer, make_document("a", "one\ntwo\nthree"))
    with closing(sqlite3.connect(catalogue.path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_master WHERE name = 'chunks_by_vector'")
        connection.commit()
    with Catalogue(catalogue.path).read() as reader:
        assert any("never used" in line for line in reader.check())


def test_a_connection_serves_again_unless_the_file_is_another(tmp_path: Path) -> None:
    catalogue = make_catalogue(tmp_path)
    with catalogue.read() as reader:
        first = reader.connection
    with catalogue.read() as reader:
        assert reader.connection is first
        with catalogue.read() as beside:
            assert beside.connection is not first
    for path in tmp_path.iterdir():
        path.unlink()
    Catalogue(catalogue.path).create(embedder="another@1")
    with catalogue.read() as reader:
        assert reader.setting("embedder") == "another@1"


def test_only_some_connections_are_kept(tmp_path: Path) -> None:
    catalogue = make_catalogue(tmp_path)
    with ExitStack() as stack:
        for _ in range(9):
            stack.enter_context(catalogue.read())
    assert len(catalogue._idle) == 4
