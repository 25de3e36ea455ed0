from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest
from filelock import FileLock

from index.catalogue import CatalogueReader
from index.errors import (
    CatalogueError,
    InvalidInputError,
    LockedError,
    MismatchError,
    NotFoundError,
)
from index.library import VERSION, Library
from index.maintenance import rebuild, verify
from index.settings import Settings
from index.values import digest
from tests.fakes import FakeEmbedder
from tests.index.library_views import (
    counts,
    find_nearest,
    find_words,
    index_dir,
    listed,
    passages,
    write,
)

HOLD_LOCK = """
import sys, time
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire()
print("locked", flush=True)
time.sleep(60)
"""


@pytest.fixture
def filled(library: Library, docs: Path) -> Library:
    write(docs, "a.txt", "Alpha is here.")
    write(docs, "sub/b.md", "# Beta\n\nBeta is there.")
    library.add([docs])
    return library


@pytest.fixture
def holder(library: Library) -> Iterator[subprocess.Popen[str]]:
    """Another process that is writing."""
    library.data_dir.mkdir()
    command = [sys.executable, "-c", HOLD_LOCK, str(library.data_dir / "write.lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield process
        process.kill()


def other(library: Library, embedder: FakeEmbedder | None = None, **changes: object) -> Library:
    """Return a library on the same folder, as another process would have it."""
    settings = library.settings.model_copy(update=changes)
    return Library(settings, embedder=embedder or FakeEmbedder())


def jobs(library: Library) -> list[tuple[str, str]]:
    with library.catalogue.read() as reader:
        return reader.connection.execute("SELECT kind, outcome FROM jobs ORDER BY id").fetchall()


def test_a_document_is_given_with_its_text(filled: Library) -> None:
    document = filled.document(digest("default", "sub/b.md"))
    assert (document.source, document.title, document.text) == (
        "sub/b.md",
        "Beta",
        "# Beta\n\nBeta is there.",
    )


def test_the_original_of_a_document_is_found_while_it_exists(filled: Library, docs: Path) -> None:
    document_id = digest("default", "a.txt")
    assert filled.original(document_id) == docs / "a.txt"
    (docs / "a.txt").unlink()
    assert filled.original(document_id) is None
    assert filled.original("no such id") is None


def test_the_list_tells_size_and_number_of_chunks(filled: Library) -> None:
    first, second = filled.documents()
    assert (first.source, first.size, first.chunks) == ("a.txt", 14, 1)
    assert (second.source, second.size, second.chunks) == ("sub/b.md", 22, 1)


def test_an_unknown_document_is_told(filled: Library) -> None:
    with pytest.raises(NotFoundError, match="no document has the id 'x'; it may have been removed"):
        filled.document("x")


@pytest.mark.parametrize("way", ["source", "id", "path", "relative", "dots"])
def test_a_document_is_removed_by_source_id_or_path(
    way: str, filled: Library, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(docs / "sub")
    name = {
        "source": "sub/b.md",
        "id": digest("default", "sub/b.md"),
        "path": str(docs / "sub" / "b.md"),
        "relative": "b.md",
        "dots": "../sub/b.md",
    }[way]
    (removed,) = filled.remove(name)
    assert (removed.source, removed.chunks) == ("sub/b.md", 1)
    assert listed(filled) == ["a.txt"]


def test_nothing_of_a_removed_document_is_left(filled: Library) -> None:
    filled.remove("sub/b.md")
    assert find_words(filled, "beta there") == []
    assert find_nearest(filled, "Beta is there.") == ["a.txt"]
    assert [source for source, *_ in passages(filled)] == ["a.txt"]
    with filled.catalogue.read() as reader:
        assert (reader.count("documents"), reader.count("chunks"), reader.count("vectors")) == (
            1,
            1,
            1,
        )
    with pytest.raises(NotFoundError, match="no document has the id"):
        filled.document(digest("default", "sub/b.md"))


def test_a_removed_document_can_be_added_again(filled: Library, docs: Path) -> None:
    before = filled.documents()
    filled.remove("a.txt")
    assert counts(filled.add([docs])) == (1, 1, 0, 0)
    assert filled.documents() == before
    assert find_words(filled, "alpha") == ["a.txt"]


def test_the_last_document_can_be_removed(filled: Library) -> None:
    filled.remove("a.txt")
    filled.remove("sub/b.md")
    assert filled.documents() == ()
    assert (find_words(filled, "alpha beta"), find_nearest(filled, "alpha")) == ([], [])
    assert filled.status().healthy


@pytest.mark.parametrize("name", ["no such thing", "", "\0", "\0/a", "a" * 5000, "../" * 50])
def test_what_isnt_there_cant_be_removed(name: str, filled: Library) -> None:
    with pytest.raises(NotFoundError, match=r"no document has the id or source .*list' shows them"):
        filled.remove(name)
    assert len(filled.documents()) == 2


def test_a_source_is_removed_from_all_collections(filled: Library, docs: Path) -> None:
    filled.add([docs], collection="other")
    assert [summary.collection for summary in filled.remove("a.txt")] == ["default", "other"]


def test_collections_are_searched_and_listed_apart(filled: Library, docs: Path) -> None:
    write(docs / "more", "c.txt", "Alpha is elsewhere.")
    filled.add([docs / "more"], collection="other")
    assert listed(filled) == ["a.txt", "sub/b.md", "c.txt"]
    assert listed(filled, "other") == ["c.txt"]
    assert sorted(find_words(filled, "alpha")) == ["a.txt", "c.txt"]
    assert find_words(filled, "alpha", "other") == ["c.txt"]
    for _ in range(2):
        assert find_nearest(filled, "alpha", "other") == ["c.txt"]
    assert sorted(find_nearest(filled, "alpha", "default")) == ["a.txt", "sub/b.md"]


def test_an_unknown_collection_is_told_with_those_that_exist(filled: Library) -> None:
    with pytest.raises(NotFoundError, match="no collection 'x'; there are: default"):
        filled.documents("x")
    with pytest.raises(NotFoundError, match="no collection 'x'"), filled.snapshot("x"):
        pass


@pytest.mark.parametrize("name", ["", " ", "a/b", "-a", "a\n", "x" * 65, "\u202e"])
def test_a_collection_needs_a_name_that_can_be_shown(name: str, library: Library) -> None:
    for add in (library.add, library.add_uploads, library.add_texts):
        with pytest.raises(
            InvalidInputError, match=r"a collection can't be called .*; use up to 64"
        ):
            add([], collection=name)
    assert not library.data_dir.exists()


@pytest.mark.parametrize("name", ["a", "x" * 64, "Board minutes 2024.v1_b", "Sitzungen-Ä", "会議"])
def test_a_collection_may_be_called_in_any_script(name: str, library: Library) -> None:
    library.add_texts([("s", "", "Alpha.")], collection=name)
    assert find_words(library, "alpha", name) == ["s"]


def test_status_tells_what_is_there(filled: Library) -> None:
    status = filled.status()
    assert (status.version, status.generation) == (VERSION, 1)
    assert (status.documents, status.chunks) == (2, 2)
    assert status.models["embedder"] == "fake@1"
    assert (status.healthy, status.problems) == (True, ())
    assert len(status.index_hash) == 16
    filled.remove("a.txt")
    assert filled.status().index_hash != status.index_hash


def test_status_tells_what_is_wrong(filled: Library) -> None:
    (index_dir(filled) / "1.faiss").unlink()
    status = other(filled).status()
    assert not status.healthy
    assert status.problems == (
        "the index file '1.faiss' is missing or damaged; run 'python -m index rebuild'",
    )


def test_a_library_that_nothing_was_added_to_has_no_folder(library: Library) -> None:
    status = library.status()
    assert (status.generation, status.documents, status.healthy) == (0, 0, False)
    assert status.problems == (f"nothing was added to '{library.data_dir}' yet",)
    for look in (library.documents, lambda: library.document("x"), lambda: library.remove("x")):
        with pytest.raises(NotFoundError, match=r"there is no index in .*; make one with 'python"):
            look()
    with pytest.raises(NotFoundError, match="there is no index"), library.snapshot():
        pass
    assert not library.data_dir.exists()


def test_an_empty_data_folder_is_as_good_as_none(library: Library, docs: Path) -> None:
    library.data_dir.mkdir()
    with pytest.raises(NotFoundError, match="there is no index"):
        library.documents()
    write(docs, "a.txt", "Alpha.")
    assert counts(library.add([docs])) == (1, 0, 0, 0)


def test_a_library_to_which_only_refused_files_were_added_is_empty(
    library: Library, docs: Path
) -> None:
    assert counts(library.add([write(docs, "a.txt", "")])) == (0, 0, 1, 0)
    assert library.documents() == ()
    assert (find_words(library, "alpha"), find_nearest(library, "alpha")) == ([], [])
    assert library.status().healthy


def test_a_data_folder_that_cant_be_made_is_told(tmp_path: Path, embedder: FakeEmbedder) -> None:
    write(tmp_path, "file", "not a folder")
    library = Library(Settings(data_dir=tmp_path / "file" / "data"), embedder=embedder)
    with pytest.raises(CatalogueError, match=r"can't write to the data folder .*; check its perm"):
        library.add([tmp_path])


def test_a_damaged_catalogue_is_told_in_one_line(filled: Library, docs: Path) -> None:
    filled.catalogue.path.write_bytes(b"this is no database at all" * 1000)
    with pytest.raises(CatalogueError, match="catalogue") as caught:
        other(filled).documents()
    assert "\n" not in str(caught.value)


def test_only_one_process_writes_at_a_time(
    library: Library, docs: Path, holder: subprocess.Popen[str]
) -> None:
    path = write(docs, "a.txt", "Alpha.")
    with pytest.raises(LockedError, match=r"something else is writing to .*; try again when it"):
        library.add([path])
    holder.kill()
    holder.wait()
    assert counts(library.add([path])) == (1, 0, 0, 0)


def test_a_writer_waits_for_another_to_finish(filled: Library, docs: Path) -> None:
    patient = other(filled, lock_timeout_s=30)
    lock = FileLock(filled.data_dir / "write.lock", thread_local=False)
    lock.acquire()
    timer = Timer(0.2, lock.release)
    timer.start()
    assert counts(patient.add([docs])) == (0, 2, 0, 0)
    timer.join()


def test_readers_dont_wait_for_a_writer(filled: Library) -> None:
    with FileLock(filled.data_dir / "write.lock"):
        assert find_words(other(filled), "alpha") == ["a.txt"]
        assert other(filled).status().healthy


@pytest.mark.parametrize(
    ("ours", "chunk_tokens", "what"),
    [
        (FakeEmbedder("another@1"), 64, "embedder 'fake@1', the setting now is 'another@1'"),
        (FakeEmbedder(dimension=16), 64, "dimension '32', the setting now is '16'"),
        (FakeEmbedder(), 128, "chunk_tokens '64', the setting now is '128'"),
    ],
)
def test_a_folder_written_with_other_settings_is_refused(
    ours: FakeEmbedder, chunk_tokens: int, what: str, filled: Library, docs: Path
) -> None:
    mismatched = other(filled, ours, chunk_tokens=chunk_tokens)
    expected = f"was written with {what}; set it back, or run 'python -m index rebuild --data-dir"
    with pytest.raises(MismatchError, match=expected):
        mismatched.add([docs])
    with pytest.raises(MismatchError, match=expected):
        mismatched.remove("a.txt")
    with pytest.raises(MismatchError, match=expected), mismatched.snapshot():
        pass
    assert listed(mismatched) == ["a.txt", "sub/b.md"]
    status = mismatched.status()
    assert not status.healthy
    assert what in status.problems[0]


def test_a_snapshot_keeps_to_its_state_and_the_next_has_the_new_one(
    filled: Library, docs: Path
) -> None:
    with filled.snapshot() as before:
        other(filled).remove("a.txt")
        write(docs, "c.txt", "Gamma.")
        other(filled).add([docs / "c.txt"])
        assert before.words.search("alpha", 9)[0].tolist() == [1]
        assert [s.source for s in before.catalogue.summaries()] == ["a.txt", "sub/b.md"]
        assert find_words(filled, "alpha gamma") == ["c.txt"]
    with filled.snapshot() as after:
        assert [s.source for s in after.catalogue.summaries()] == ["c.txt", "sub/b.md"]


def test_a_reader_that_was_overtaken_looks_again(filled: Library) -> None:
    class Overtaken(Library):
        """While it begins to read, others write more generations than are kept."""

        meanwhile = 3

        def check_match(self, reader: CatalogueReader) -> None:
            super().check_match(reader)
            for number in range(self.meanwhile):
                self.meanwhile = 0
                other(filled).add_texts([(f"text {number}", "", f"Number {number}.")])
                assert reader.generation == 1

    with Overtaken(filled.settings, embedder=FakeEmbedder()).snapshot() as snapshot:
        assert snapshot.catalogue.generation == snapshot.generation.state.number == 4
        assert snapshot.words.size == 5


def test_a_generation_is_opened_once(filled: Library) -> None:
    with filled.snapshot() as one, filled.snapshot() as two:
        assert one.generation is two.generation


def test_a_missing_index_file_is_told(filled: Library) -> None:
    (index_dir(filled) / "1.faiss").unlink()
    with (
        pytest.raises(CatalogueError, match=r"'1.faiss' is missing or damaged; run 'python"),
        other(filled).snapshot(),
    ):
        pass


def test_jobs_are_noted_with_their_outcome(filled: Library, docs: Path) -> None:
    with pytest.raises(NotFoundError, match="no document"):
        filled.remove("x")
    filled.add_uploads([docs / "a.txt"])
    assert jobs(filled) == [("add", "done"), ("remove", "failed"), ("upload", "done")]


def test_the_settings_name_the_embedder(settings: Settings) -> None:
    assert Library(settings).embedder.name.startswith("all-MiniLM-L6-v2@")
    assert Library().settings == Settings()


def test_a_catalogue_that_was_put_back_is_not_searched_with_another_index(
    settings: Settings, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    libraries = []
    for name, text in (("one", "Tea costs ten pounds."), ("two", "The crane stands at the quay.")):
        library = Library(
            settings.model_copy(update={"data_dir": tmp_path / name}), embedder=embedder
        )
        library.add_texts([(f"{name}.txt", "", text)])
        library.catalogue.close()
        libraries.append(library)
    one, two = libraries
    shutil.copy(one.catalogue.path, two.catalogue.path)

    restored = Library(two.settings, embedder=embedder)
    with pytest.raises(CatalogueError, match="made of another catalogue"), restored.snapshot():
        pass
    status = restored.status()
    assert (status.healthy, len(status.problems)) == (False, 1)
    rebuild(restored)

    assert restored.status().healthy
    assert find_words(restored, "tea") == ["one.txt"]


def test_the_log_of_a_catalogue_that_was_moved_away_is_not_taken_for_a_new_ones(
    library: Library,
) -> None:
    library.add_texts([("old.txt", "", "Old words.")])
    path = library.catalogue.path
    library.catalogue.close()
    path.rename(path.with_name("moved"))
    Path(f"{path}-wal").write_bytes(b"what a killed process left")

    library.add_texts([("new.txt", "", "New words.")])

    assert listed(library) == ["new.txt"]
    assert verify(library) == ()


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (sqlite3.SQLITE_FULL, "make room on the disk"),
        (sqlite3.SQLITE_BUSY, "something else is using it"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "check the permissions"),
        (sqlite3.SQLITE_IOERR_READ, "check the disk"),
        (sqlite3.SQLITE_CORRUPT, "from a backup"),
    ],
)
def test_what_is_to_be_done_depends_on_what_happened(
    library: Library, code: int, remedy: str
) -> None:
    library.add_texts([("a.txt", "", "Words.")])

    def fail() -> None:
        with library.catalogue.read():
            error = sqlite3.OperationalError("told")
            error.sqlite_errorcode = code
            raise error

    with pytest.raises(CatalogueError, match=remedy) as caught:
        fail()
    assert "delete the data folder" not in str(caught.value)
