from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from index.errors import CatalogueError, NotFoundError, StoppedError
from index.folder import scan
from index.library import Library
from index.loaders.isolation import READING
from index.maintenance import verify
from index.originals import keep_original
from index.settings import Settings
from index.values import Extract
from tests.fakes import FakeEmbedder
from tests.index.library_views import counts, find_words, listed, passages, sources, write


def refuse_to_read(path: Path) -> str:
    raise AssertionError(f"{path} was read")


def renumber(library: Library, *paths: Path) -> None:
    """Let files have been indexed when their device had another number."""
    with library.catalogue.write() as writer:
        for path in paths:
            (state,) = writer.file_states("default", str(path))
            writer.refresh_state(replace(state, device=state.device + 1))


def test_files_are_added_under_their_path_below_the_folder(library: Library, docs: Path) -> None:
    write(docs, "a.txt", "Alpha is here.")
    write(docs, "sub/b.md", "# Beta\n\nBeta is there.")
    report = library.add([docs])
    assert counts(report) == (2, 0, 0, 0)
    assert sources(report.added) == listed(library) == ["a.txt", "sub/b.md"]
    assert [outcome.id for outcome in report.added] == [s.id for s in library.documents()]
    assert find_words(library, "beta") == ["sub/b.md"]


def test_what_is_unchanged_is_neither_read_nor_embedded_nor_written(
    library: Library, embedder: FakeEmbedder, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(docs, "a.txt", "Alpha is here.")
    first = library.add([docs])
    generation, calls = library.status().generation, embedder.calls
    monkeypatch.setattr("index.intake.checksum", refuse_to_read)
    again = library.add([docs])
    assert counts(again) == (0, 1, 0, 0)
    assert again.unchanged == first.added
    assert (library.status().generation, embedder.calls) == (generation, calls)


def test_a_file_that_was_only_touched_is_hashed_once(
    library: Library, embedder: FakeEmbedder, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(docs, "a.txt", "Alpha is here.")
    library.add([docs])
    generation, calls = library.status().generation, embedder.calls
    os.utime(path, (1, 1))
    assert counts(library.add([docs])) == (0, 1, 0, 0)
    assert (library.status().generation, embedder.calls) == (generation, calls)
    monkeypatch.setattr("index.intake.checksum", refuse_to_read)
    assert counts(library.add([docs])) == (0, 1, 0, 0)


def test_a_file_that_an_older_version_read_is_read_once_more(
    library: Library, embedder: FakeEmbedder, docs: Path
) -> None:
    path = write(docs, "a.txt", "Alpha is here.")
    first = library.add([docs])
    with library.catalogue.write() as writer:
        (state,) = writer.file_states("default", str(path))
        writer.refresh_state(replace(state, stamp=state.stamp.partition(":")[2]))
    calls = embedder.calls
    assert library.add([docs]).added == first.added
    assert counts(library.add([docs])) == (0, 1, 0, 0)
    assert embedder.calls == calls  # what it says anew is embedded, and nothing else


def test_of_a_changed_file_only_the_new_passages_are_embedded(
    library: Library, embedder: FakeEmbedder, docs: Path
) -> None:
    path = write(docs, "a.md", "# One\n\nFirst.\n\n# Two\n\nSecond.\n\n# Three\n\nThird.")
    (before,) = library.add([docs]).added
    assert len(embedder.texts) == 3
    path.write_text("# One\n\nFirst.\n\n# Two\n\nChanged.\n\n# Three\n\nThird.")
    report = library.add([docs])
    assert report.added == (before,)
    assert embedder.texts[3:] == ["Two\n# Two\n\nChanged."]
    assert find_words(library, "second") == []
    assert find_words(library, "changed third") == ["a.md", "a.md"]
    assert [text for *_, text in passages(library)] == [
        "# One\n\nFirst.",
        "# Two\n\nChanged.",
        "# Three\n\nThird.",
    ]


def test_identical_files_are_embedded_once_and_listed_under_both_names(
    library: Library, embedder: FakeEmbedder, docs: Path
) -> None:
    write(docs, "a.txt", "Alpha is here.")
    write(docs, "b.txt", "Alpha is here.")
    library.add([docs])
    write(docs, "c.txt", "Alpha is here.")
    library.add([docs])
    assert embedder.texts == ["Alpha is here."]
    assert sorted(find_words(library, "alpha")) == listed(library) == ["a.txt", "b.txt", "c.txt"]
    library.remove("a.txt")
    assert sorted(find_words(library, "alpha")) == ["b.txt", "c.txt"]
    assert verify(library) == ()


def test_a_moved_file_is_not_embedded_again(
    library: Library, embedder: FakeEmbedder, docs: Path
) -> None:
    path = write(docs, "a.txt", "Alpha is here.")
    library.add([docs])
    path.rename(docs / "b.txt")
    report = library.add([docs])
    assert (sources(report.added), sources(report.removed)) == (["b.txt"], ["a.txt"])
    assert embedder.texts == ["Alpha is here."]
    assert find_words(library, "alpha") == ["b.txt"]


def test_a_vanished_file_is_removed_when_its_folder_is_added_again(
    library: Library, docs: Path, tmp_path: Path
) -> None:
    gone = write(docs, "sub/gone.txt", "Gone soon.")
    write(docs, "stays.txt", "It stays.")
    elsewhere = write(tmp_path / "elsewhere", "c.txt", "Elsewhere.")
    library.add([docs])
    gone.unlink()
    assert counts(library.add([elsewhere])) == (1, 0, 0, 0)
    assert "sub/gone.txt" in listed(library)
    report = library.add([docs])
    assert counts(report) == (0, 1, 0, 1)
    assert (report.removed[0].source, report.removed[0].reason) == (
        "sub/gone.txt",
        "its file is gone",
    )
    assert listed(library) == ["c.txt", "stays.txt"]
    assert find_words(library, "gone soon") == []


def test_a_vanished_folder_takes_its_documents_with_it(library: Library, docs: Path) -> None:
    write(docs, "sub/deep/a.txt", "Alpha.")
    write(docs, "b.txt", "Beta.")
    library.add([docs])
    shutil.rmtree(docs / "sub")
    assert sources(library.add([docs]).removed) == ["sub/deep/a.txt"]


def test_a_file_vanishes_from_its_own_collection_alone(library: Library, docs: Path) -> None:
    path = write(docs, "a.txt", "Alpha.")
    library.add([docs], collection="one")
    library.add([docs], collection="two")
    path.unlink()
    assert counts(library.add([docs], collection="one")) == (0, 0, 0, 1)
    assert [summary.collection for summary in library.documents()] == ["two"]


@pytest.mark.parametrize("way", ["dots", "link", "relative"])
def test_a_vanished_file_is_noticed_however_its_folder_is_named(
    way: str, library: Library, docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(docs)
    named = {"dots": docs / ".." / "docs", "link": tmp_path / "link", "relative": Path("docs")}[way]
    path = write(docs, "a.txt", "Alpha.")
    library.add([named])
    path.unlink()
    assert counts(library.add([named])) == (0, 0, 0, 1)


def test_a_folder_that_is_gone_keeps_its_documents(library: Library, docs: Path) -> None:
    write(docs, "a.txt", "Alpha.")
    library.add([docs])
    docs.rename(docs.with_name("away"))
    report = library.add([docs])
    assert counts(report) == (0, 0, 1, 0)
    assert "no such file or folder" in report.refused[0].reason
    assert find_words(library, "alpha") == ["a.txt"]


def test_an_unreadable_folder_keeps_its_documents(
    library: Library, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def list_all_but_secret(folder: Path) -> Iterable[str]:
        if folder.name == "secret":
            raise PermissionError(13, "Permission denied")
        return [path.name for path in folder.iterdir()]

    write(docs, "secret/deep/a.txt", "Alpha.")
    gone = write(docs, "b.txt", "Beta.")
    library.add([docs])
    gone.unlink()
    monkeypatch.setattr("index.intake.scan", partial(scan, lister=list_all_but_secret))
    report = library.add([docs])
    assert (sources(report.refused), sources(report.removed)) == (["secret"], ["b.txt"])
    assert find_words(library, "alpha") == ["secret/deep/a.txt"]


def test_an_unmounted_folder_keeps_its_documents(library: Library, docs: Path) -> None:
    path = write(docs, "disk/a.txt", "Alpha.")
    write(docs, "b.txt", "Beta.")
    library.add([docs])
    renumber(library, path)
    path.unlink()  # what was mounted at docs/disk is not there any more
    assert counts(library.add([docs])) == (0, 1, 0, 0)
    assert find_words(library, "alpha") == ["disk/a.txt"]


def test_a_folder_mounted_elsewhere_is_the_same(
    library: Library, embedder: FakeEmbedder, docs: Path
) -> None:
    path = write(docs, "a.txt", "Alpha.")
    library.add([docs])
    renumber(library, path)
    assert counts(library.add([docs])) == (0, 1, 0, 0)
    path.unlink()
    assert counts(library.add([docs])) == (0, 0, 0, 1)


def test_a_vanished_file_is_noticed_on_a_device_with_another_number(
    library: Library, docs: Path
) -> None:
    gone, stays = (write(docs, name, f"In {name}.") for name in ("gone.txt", "sub/stays.txt"))
    library.add([docs])
    renumber(library, gone, stays)
    gone.unlink()
    assert counts(library.add([docs])) == (0, 1, 0, 1)
    assert listed(library) == ["sub/stays.txt"]


def test_a_link_to_itself_keeps_what_was_below_it(library: Library, docs: Path) -> None:
    write(docs, "a.txt", "Alpha.")
    library.add([docs])
    shutil.rmtree(docs)
    docs.symlink_to(docs)
    report = library.add([docs])
    assert counts(report) == (0, 0, 1, 0)
    assert "leads round in a circle" in report.refused[0].reason
    assert listed(library) == ["a.txt"]


def test_files_of_one_name_from_several_folders_get_longer_sources(
    library: Library, docs: Path
) -> None:
    folders = [docs / "a" / "x", docs / "b" / "x", docs / "c" / "x"]
    for folder in folders:
        write(folder, "n.txt", f"This is of {folder.parent.name}.")
    report = library.add(folders)
    assert sources(report.added) == ["n.txt", "x/n.txt", "c/x/n.txt"]
    assert len({outcome.id for outcome in report.added}) == 3
    again = library.add(list(reversed(folders)))
    assert counts(again) == (0, 3, 0, 0)
    assert sorted(sources(again.unchanged)) == sorted(sources(report.added))


def test_a_source_is_kept_when_the_file_that_had_it_first_is_gone(
    library: Library, docs: Path
) -> None:
    first = write(docs / "a", "n.txt", "First.")
    second = write(docs / "b", "n.txt", "Second.")
    library.add([docs / "a"])
    library.add([docs / "b"])
    first.unlink()
    library.add([docs / "a"])
    second.write_text("Second, changed.")
    assert sources(library.add([docs / "b"]).added) == ["b/n.txt"]


def test_the_same_source_in_another_collection_is_no_collision(
    library: Library, docs: Path
) -> None:
    one, two = (write(docs / name, "n.txt", f"In {name}.") for name in ("one", "two"))
    library.add([one.parent], collection="one")
    library.add([two.parent], collection="two")
    assert [(s.collection, s.source) for s in library.documents()] == [
        ("one", "n.txt"),
        ("two", "n.txt"),
    ]
    assert library.documents("one")[0].id != library.documents("two")[0].id


def test_a_file_that_is_named_twice_is_added_once(library: Library, docs: Path) -> None:
    path = write(docs, "a.txt", "Alpha.")
    assert counts(library.add([path, docs, path])) == (1, 0, 0, 0)
    assert listed(library) == ["a.txt"]


@pytest.mark.parametrize("inner", ["sub", "sub/a.txt"])
@pytest.mark.parametrize("outer_first", [True, False])
def test_a_file_below_two_added_paths_is_one_document(
    inner: str, outer_first: bool, library: Library, docs: Path
) -> None:
    path = write(docs, "sub/a.txt", "Alpha.")
    write(docs, "b.txt", "Another.")
    paths = [docs, docs / inner] if outer_first else [docs / inner, docs]
    assert counts(library.add(paths)) == (2, 0, 0, 0)
    path.write_text("Changed.")
    assert len(library.add(paths).added) == 1
    assert sorted(text for *_, text in passages(library)) == ["Another.", "Changed."]


def test_a_file_that_older_versions_indexed_twice_keeps_one_document(
    library: Library, docs: Path
) -> None:
    path = write(docs, "sub/a.txt", "Alpha.")
    library.add([docs / "sub"])
    with library.catalogue.write() as writer:  # hide the first, so that there is a second
        writer.connection.execute("UPDATE documents SET path = '/hidden'")
    library.add([docs])
    with library.catalogue.write() as writer:
        writer.connection.execute("UPDATE documents SET path = ?", (str(path),))
    assert listed(library) == ["a.txt", "sub/a.txt"]
    path.write_text("Changed.")
    report = library.add([docs, docs / "sub"])
    assert counts(report) == (1, 0, 0, 1)
    ((kept,), (removed,)) = (report.added, report.removed)
    assert removed.reason == f"its file is indexed as {kept.source!r}"
    assert [(source, text) for source, *_, text in passages(library)] == [(kept.source, "Changed.")]
    assert verify(library) == ()


def test_a_vanished_file_is_told_once(library: Library, docs: Path) -> None:
    path = write(docs, "sub/a.txt", "Alpha.")
    library.add([docs])
    path.unlink()
    assert counts(library.add([docs, docs / "sub"])) == (0, 0, 0, 1)


def test_a_file_is_the_same_by_whatever_path_it_is_named(library: Library, docs: Path) -> None:
    path = write(docs, "a.txt", "Alpha.")
    (docs / "sub").mkdir()
    library.add([path])
    assert counts(library.add([docs / "sub" / ".." / "a.txt"])) == (0, 1, 0, 0)


def test_a_file_whose_name_isnt_unicode_is_added_and_kept_up_to_date(
    library: Library, docs: Path
) -> None:
    path = docs / os.fsdecode(b"caf\xe9.txt")
    path.write_text("Alpha.")
    assert sources(library.add([docs]).added) == ["caf\\xe9.txt"]
    assert counts(library.add([docs])) == (0, 1, 0, 0)
    path.write_text("Changed.")
    assert counts(library.add([docs])) == (1, 0, 0, 0)
    path.unlink()
    assert counts(library.add([docs])) == (0, 0, 0, 1)


def test_a_file_that_became_unreadable_keeps_its_former_version(
    library: Library, docs: Path
) -> None:
    path = write(docs, "a.txt", "Alpha is here.")
    library.add([docs])
    path.write_text("")
    report = library.add([docs])
    assert counts(report) == (0, 0, 1, 0)
    assert report.refused[0].reason == "the file is empty (what was indexed before is kept)"
    assert find_words(library, "alpha") == ["a.txt"]
    path.write_text("Beta is here.")
    assert counts(library.add([docs])) == (1, 0, 0, 0)
    assert find_words(library, "alpha") == []


def test_a_file_that_was_never_read_is_refused_alone(library: Library, docs: Path) -> None:
    write(docs, "a.txt", "Alpha.")
    write(docs, "empty.txt", "")
    write(docs, "clip.mp4", b"\0")
    report = library.add([docs])
    assert sources(report.added) == ["a.txt"]
    assert {o.source: o.reason for o in report.refused}["empty.txt"] == "the file is empty"
    assert sources(report.refused) == ["clip.mp4", "empty.txt"]
    assert all(outcome.id is None for outcome in report.refused)


def test_a_file_that_is_too_large_is_refused_without_being_read(
    settings: Settings, embedder: FakeEmbedder, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.intake.checksum", refuse_to_read)
    library = Library(settings.model_copy(update={"max_file_bytes": 10}), embedder=embedder)
    path = write(docs, "a.txt", "More than ten bytes.")
    assert "10" in library.add([docs]).refused[0].reason
    assert "10" in library.add_uploads([path]).refused[0].reason
    assert not (settings.data_dir / "originals").exists()


def test_a_file_that_vanishes_while_it_is_looked_at_is_refused(
    library: Library, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanish(path: Path) -> str:
        path.unlink()
        return path.read_text()

    write(docs, "a.txt", "Alpha.")
    monkeypatch.setattr("index.intake.checksum", vanish)
    (refused,) = library.add([docs]).refused
    assert (refused.source, refused.reason) == (
        "a.txt",
        "it can't be read (No such file or directory); check that it exists, and its permissions",
    )


def test_paths_that_dont_exist_are_refused_and_the_others_go_on(
    library: Library, docs: Path
) -> None:
    path = write(docs, "a.txt", "Alpha.")
    report = library.add([docs / "nothing", path])
    assert counts(report) == (1, 0, 1, 0)
    assert report.refused[0].source == str(docs / "nothing")


def test_the_data_folder_is_never_indexed(embedder: FakeEmbedder, docs: Path) -> None:
    library = Library(Settings(data_dir=docs / "data"), embedder=embedder)
    upload = write(docs, "a.txt", "Alpha.")
    library.add_uploads([upload])
    library.add([docs])
    assert listed(library) == ["a.txt", "docs/a.txt"]


def test_an_upload_is_kept_and_never_vanishes(library: Library, docs: Path) -> None:
    upload = write(docs, "a.txt", "Alpha.")
    (added,) = library.add_uploads([upload]).added
    upload.unlink()
    library.add([docs])
    original = library.original(str(added.id))
    assert original is not None
    assert original.read_text() == "Alpha."
    assert original.is_relative_to(library.data_dir / "originals")
    assert find_words(library, "alpha") == ["a.txt"]


def test_long_names_that_begin_alike_are_two_documents(library: Library, docs: Path) -> None:
    names = ["\u6587" * 60 + f" {month}.txt" for month in ("May", "June")]
    files = [write(docs, name, f"It is {name[-8:]}.") for name in names]

    assert len(library.add_uploads(files).added) == 2
    assert len(library.documents()) == 2


def test_an_upload_that_is_known_is_unchanged(
    library: Library, embedder: FakeEmbedder, docs: Path
) -> None:
    upload = write(docs, "a.txt", "Alpha.")
    added = library.add_uploads([upload]).added
    assert library.add_uploads([upload, upload]).unchanged == added * 2
    assert embedder.calls == 1


@pytest.mark.parametrize("left", [None, b"", b"Changed."])
def test_a_copy_that_was_lost_or_damaged_is_made_again(
    left: bytes | None, library: Library, docs: Path
) -> None:
    upload = write(docs, "a.txt", "The bridge opened.")
    (added,) = library.add_uploads([upload]).added
    copy = library.original(str(added.id))
    assert copy is not None
    if left is None:
        copy.unlink()
    else:
        copy.write_bytes(left)
    assert library.add_uploads([upload]).unchanged == (added,)
    assert copy.read_text() == "The bridge opened."
    assert [path.name for path in copy.parent.iterdir()] == ["a.txt"]


def test_an_upload_replaces_the_one_of_its_name_with_its_copy(library: Library, docs: Path) -> None:
    upload = write(docs, "a.txt", "Alpha.")
    (before,) = library.add_uploads([upload]).added
    upload.write_text("Beta.")
    (after,) = library.add_uploads([upload]).added
    assert (before.reason, after.reason) == ("", "replaced the earlier file of this name")
    assert after == replace(before, reason=after.reason)
    assert (find_words(library, "alpha"), find_words(library, "beta")) == ([], ["a.txt"])
    originals = list((library.data_dir / "originals").rglob("*.txt"))
    assert [path.read_text() for path in originals] == ["Beta."]
    assert verify(library) == ()


def test_two_uploads_of_one_name_and_other_content_are_told_apart(
    library: Library, docs: Path
) -> None:
    one, two = (write(docs / name, "n.txt", f"In {name}.") for name in ("one", "two"))
    report = library.add_uploads([one, two])
    assert counts(report) == (1, 0, 1, 0)
    assert "another file of this name" in report.refused[0].reason
    assert [text for *_, text in passages(library)] == ["In one."]
    assert len(list((library.data_dir / "originals").rglob("*.txt"))) == 1


def test_uploads_of_one_folder_keep_their_places_in_it(library: Library, docs: Path) -> None:
    one, two = (write(docs / name, "n.txt", f"In {name}.") for name in ("one", "two"))
    names = ["notes/one/n.txt", "notes/two/n.txt"]
    assert sources(library.add_uploads([one, two], names=names).added) == names
    assert listed(library) == names


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("../../etc/n.txt", "etc/n.txt"),
        ("/etc/n.txt", "etc/n.txt"),
        ("a\\..\\n.txt", "a/n.txt"),
        ("1/2/3/4/5/6/7/n.txt", "3/4/5/6/7/n.txt"),
        ("a/.n.txt", "a/n.txt"),
        ("a/\x00b\n/n.txt", "a/_b_/n.txt"),
    ],
)
def test_the_path_of_an_upload_is_only_a_name(
    name: str, source: str, library: Library, docs: Path
) -> None:
    upload = write(docs, "a.txt", "Alpha.")
    (added,) = library.add_uploads([upload], names=[name]).added
    assert added.source == source
    original = library.original(str(added.id))
    assert original is not None
    assert original.parent.parent == library.data_dir / "originals"


def test_a_document_is_indexed_again_from_its_file(library: Library, docs: Path) -> None:
    path = write(docs, "a.txt", "Alpha.")
    upload = write(docs / "elsewhere", "b.txt", "Beta.")
    added = (*library.add([path]).added, *library.add_uploads([upload]).added)
    path.write_text("Gamma.")
    for outcome in added:
        assert library.reindex(str(outcome.id)).added == (outcome,)
    assert [text for *_, text in passages(library)] == ["Gamma.", "Beta."]
    assert verify(library) == ()


def test_what_is_gone_cant_be_indexed_again_and_is_kept(library: Library, docs: Path) -> None:
    path = write(docs, "a.txt", "Alpha.")
    (added,) = library.add([path]).added
    (text,) = library.add_texts([("t", "T", "Beta.")]).added
    ids = [str(added.id), str(text.id)]
    assert library.without_file(ids) == {text.id}
    path.unlink()
    assert library.without_file(ids) == set(ids)
    for name, reason in (
        (ids[0], "can't be read"),
        (ids[1], "not made of a file"),
        ("x", "no doc"),
    ):
        with pytest.raises(NotFoundError, match=reason):
            library.reindex(name)
    assert listed(library) == ["a.txt", "t"]


def test_what_can_no_longer_be_read_is_kept_as_it_was(library: Library, docs: Path) -> None:
    path = write(docs, "a.txt", "Alpha.")
    (added,) = library.add([path]).added
    path.write_text("")
    (refused,) = library.reindex(str(added.id)).refused
    assert "what was indexed before is kept" in refused.reason
    assert find_words(library, "alpha") == ["a.txt"]


def test_a_stopped_upload_leaves_no_copy(library: Library, docs: Path) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        raise StoppedError("stopped")

    upload = write(docs, "a.txt", "Alpha.")
    with pytest.raises(StoppedError, match="stopped"):
        library.add_uploads([upload], progress=stop)
    assert listed(library) == []
    assert list((library.data_dir / "originals").rglob("*.txt")) == []
    assert verify(library) == ()
    assert len(library.add_uploads([upload]).added) == 1


def test_an_upload_doesnt_replace_a_file_of_a_folder(library: Library, docs: Path) -> None:
    write(docs, "a.txt", "Of the folder.")
    library.add([docs])
    upload = write(docs / "elsewhere", "a.txt", "Uploaded.")
    library.add_uploads([upload])
    assert listed(library) == ["a.txt", "uploads/a.txt"]
    upload.write_text("Uploaded again.")
    assert sources(library.add_uploads([upload]).added) == ["uploads/a.txt"]


def test_an_upload_doesnt_replace_a_file_in_a_folder_called_uploads(
    library: Library, docs: Path
) -> None:
    write(docs, "a.txt", "Of the folder.")
    write(docs, "uploads/a.txt", "Of the folder called uploads.")
    library.add([docs])
    library.add_uploads([write(docs / "elsewhere", "a.txt", "Uploaded.")])
    assert listed(library) == ["a.txt", "uploads/2/a.txt", "uploads/a.txt"]


def test_an_upload_replaces_the_earlier_one_though_its_plain_name_became_free(
    library: Library, docs: Path
) -> None:
    file = write(docs, "a.txt", "Of the folder.")
    write(docs, "b.txt", "Stays.")
    library.add([docs])
    upload = write(docs.parent / "elsewhere", "a.txt", "Uploaded.")
    library.add_uploads([upload])
    file.unlink()
    library.add([docs])
    assert sources(library.add_uploads([upload]).unchanged) == ["uploads/a.txt"]
    upload.write_text("Corrected.")
    library.add_uploads([upload])
    assert listed(library) == ["b.txt", "uploads/a.txt"]


def test_a_file_of_a_folder_doesnt_replace_an_upload(library: Library, docs: Path) -> None:
    library.add_uploads([write(docs, "a.txt", "Uploaded.")])
    library.add([docs])
    assert listed(library) == ["a.txt", "docs/a.txt"]


def test_a_refused_upload_leaves_no_copy_and_no_harm(library: Library, docs: Path) -> None:
    upload = write(docs, "a.txt", "Alpha.")
    library.add_uploads([upload])
    upload.write_text("")
    assert counts(library.add_uploads([upload, docs / "nothing.txt", docs])) == (0, 0, 3, 0)
    assert find_words(library, "alpha") == ["a.txt"]
    originals = list((library.data_dir / "originals").rglob("*.txt"))
    assert [path.read_text() for path in originals] == ["Alpha."]


def test_removing_an_upload_deletes_its_copy_alone(library: Library, docs: Path) -> None:
    library.add_uploads([write(docs, name, "The same in both.") for name in ("a.txt", "b.txt")])
    library.add_uploads([docs / "b.txt"], collection="other")
    library.remove("a.txt")
    copies = [path.name for path in (library.data_dir / "originals").rglob("*.txt")]
    assert copies == ["b.txt"]
    (one, _) = library.documents()
    library.remove(one.id)
    assert library.original(library.documents()[0].id) is not None
    library.remove("b.txt")
    assert list((library.data_dir / "originals").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("C:\\Users\\me\\a.txt", "a.txt"),
        ("..hidden.txt", "hidden.txt"),
        ("line\nbreak\u202e.txt", "line_break_.txt"),
        ("n\u00e4me \U0001f9ea.txt", "n\u00e4me \U0001f9ea.txt"),
        ("\u6587" * 80 + ".txt", "\u6587" * 50 + "-9846ebd9.txt"),
    ],
)
def test_names_of_uploads_are_made_harmless(
    name: str, source: str, library: Library, docs: Path
) -> None:
    assert sources(library.add_uploads([write(docs, name, "Alpha.")]).added) == [source]


def test_texts_are_added_as_files_are(library: Library, embedder: FakeEmbedder) -> None:
    texts = [("one", "The title", "Alpha."), ("two", "", "Beta."), ("three", "", "  ")]
    report = library.add_texts(texts)
    assert counts(report) == (2, 0, 1, 0)
    assert report.refused[0].reason == "there is no text in it"
    assert [(s.source, s.title) for s in library.documents()] == [
        ("one", "The title"),
        ("two", "two"),
    ]
    assert counts(library.add_texts(texts)) == (0, 2, 1, 0)
    assert embedder.calls == 1
    assert counts(library.add_texts([("one", "Another title", "Alpha.")])) == (1, 0, 0, 0)
    assert library.original(library.documents()[0].id) is None


def test_of_texts_of_one_source_the_last_one_stands(library: Library) -> None:
    library.add_texts([("one", "", "Alpha."), ("one", "", "Beta.")])
    assert [text for *_, text in passages(library)] == ["Beta."]


def test_a_text_that_isnt_unicode_is_refused_alone(library: Library) -> None:
    report = library.add_texts([("one", "", "half \ud800"), ("two", "", "Beta.")])
    assert (sources(report.added), sources(report.refused)) == (["two"], ["one"])
    assert "isn't valid Unicode" in report.refused[0].reason


def test_an_upload_that_cant_be_kept_is_told(library: Library, docs: Path) -> None:
    library.add([write(docs, "a.txt", "Alpha.")])
    write(library.data_dir, "originals", "not a folder")
    with pytest.raises(
        CatalogueError, match=r"can't keep a copy of 'b.txt' in .*; the disk may be"
    ):
        library.add_uploads([write(docs, "b.txt", "Beta.")])


def test_where_a_copy_fails_those_before_it_are_not_kept(
    library: Library, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add_uploads([write(docs, "known.txt", "Known.")])

    def keep_all_but_one(file: Path, target: Path, content_hash: str) -> None:
        if file.name == "c.txt":
            raise CatalogueError("the disk is full")
        keep_original(file, target, content_hash)

    monkeypatch.setattr("index.intake.keep_original", keep_all_but_one)
    uploads = [docs / "known.txt", write(docs, "b.txt", "Beta."), write(docs, "c.txt", "Gamma.")]
    with pytest.raises(CatalogueError, match="full"):
        library.add_uploads(uploads)
    assert [p.name for p in (library.data_dir / "originals").rglob("*.txt")] == ["known.txt"]


def test_the_copy_of_a_removed_upload_is_deleted_even_where_tidying_fails(
    library: Library, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise CatalogueError("the disk is full")

    library.add_uploads([write(docs, "a.txt", "Alpha.")])
    monkeypatch.setattr("index.library.tidy_up", fail)
    with pytest.raises(CatalogueError, match="full"):
        library.remove("a.txt")
    assert listed(library) == []
    assert list((library.data_dir / "originals").rglob("*.txt")) == []


def test_a_file_that_is_changed_before_it_is_read_is_refused_and_taken_next_time(
    library: Library, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(docs, "a.txt", "The fee is twenty pounds.")
    library.add([docs])
    write(docs, "a.txt", "The fee is thirty pounds.")

    def call(function: Callable[..., Extract], *args: object, **named: object) -> Extract:
        write(docs, "a.txt", "The fee is ninety pounds.")
        extract = function(*args, **named)
        write(docs, "a.txt", "The fee is thirty pounds.")  # as it was when it was hashed
        return extract

    with monkeypatch.context() as patch:
        patch.setattr(READING, "call", call)
        (refused,) = library.add([docs]).refused
    assert "it was changed while it was read" in refused.reason
    assert "twenty" in str(passages(library))

    library.add([docs])
    assert "thirty" in str(passages(library))
    assert path.read_text() == "The fee is thirty pounds."


def test_what_came_from_a_folder_that_is_gone_can_be_removed(library: Library, docs: Path) -> None:
    write(docs, "a.txt", "Alpha is here.")
    write(docs, "sub/b.txt", "Beta is there.")
    library.add([docs])
    moved = docs.with_name("papers")
    docs.rename(moved)
    library.add([moved])

    (refused,) = library.add([docs]).refused
    assert "removes the 2 documents that came from there" in refused.reason
    with pytest.raises(NotFoundError):
        library.remove_below(docs.parent / "doc")
    removed = library.remove_below(docs)

    assert [summary.source for summary in removed] == ["a.txt", "sub/b.txt"]
    assert len(listed(library)) == 2


def test_a_file_with_a_name_that_cant_be_shown_is_kept_where_it_is_refused(
    library: Library, docs: Path, tmp_path: Path
) -> None:
    names = ("plain.txt", "new\nline.txt")
    for name in names:
        write(docs, name, f"{name} is here.")
    library.add([docs])
    for name in names:
        (docs / name).rename(tmp_path / name)
        (docs / name).symlink_to(tmp_path / name)

    report = library.add([docs])

    assert (len(report.refused), report.removed) == (2, ())
