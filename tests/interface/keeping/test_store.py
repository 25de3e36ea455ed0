from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.database import Database
from index.errors import CatalogueError
from interface.keeping.store import FILE_NAME, SCHEMA_VERSION, Store, make_id


def count(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute("SELECT count(*) FROM conversations").fetchone()[0])


def add(store: Store, name: str) -> None:
    with store.write() as connection:
        connection.execute(
            "INSERT INTO conversations VALUES (?, 'user:anna', 'Title', '2026', '2026')", (name,)
        )


def test_the_file_is_made_when_it_is_first_used_and_is_nobody_elses(tmp_path: Path) -> None:
    store = Store(tmp_path / "new" / "folder")
    assert not store.exists()
    assert count(store) == 0
    assert store.exists()
    path = tmp_path / "new" / "folder" / FILE_NAME
    assert path.stat().st_mode & 0o077 == 0


def test_what_was_written_is_there_after_it_is_opened_again(tmp_path: Path) -> None:
    first = Store(tmp_path)
    add(first, "a")
    first.close()
    assert count(Store(tmp_path)) == 1


def test_an_exception_undoes_what_was_written(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def write_and_fail() -> None:
        with store.write() as connection:
            connection.execute("INSERT INTO conversations VALUES ('a', 'b', 'c', 'd', 'e')")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write_and_fail()
    assert count(store) == 0


def test_many_tabs_and_processes_may_begin_and_write_at_once(tmp_path: Path) -> None:
    stores = [Store(tmp_path) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda place: add(stores[place % 4], f"c{place}"), range(40)))
    assert count(stores[0]) == 40


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    store = Store(tmp_path)
    add(store, "a")
    store.close()
    (tmp_path / FILE_NAME).rename(tmp_path / "elsewhere")
    assert count(store) == 0


def test_a_later_versions_file_is_left_alone(tmp_path: Path) -> None:
    add(Store(tmp_path), "a")
    database = Database(tmp_path / FILE_NAME, name="file", remedy="nothing")
    with database.transaction("BEGIN IMMEDIATE") as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(CatalogueError, match=r"has version 2 .* this program knows 1; use"):
        count(Store(tmp_path))


def test_a_damaged_file_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"this is no database" * 100)
    with pytest.raises(
        CatalogueError, match=r"file of conversations .* \(file is not a database\)"
    ):
        count(Store(tmp_path))


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(CatalogueError, match="check the folder's permissions"):
        count(Store(tmp_path / "taken"))


def test_ids_have_144_bits_and_fit_an_address() -> None:
    ids = {make_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(
        len(each) == 24 and each.replace("-", "a").replace("_", "a").isalnum() for each in ids
    )
