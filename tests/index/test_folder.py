from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import NotFoundError
from index.folder import Scan, printable, scan


def write(root: Path, *sources: str) -> None:
    for source in sources:
        path = root / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("words")


def sources(found: Scan) -> list[str]:
    return [file.source for file in found.files]


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def reasons(found: Scan) -> dict[str, str]:
    return {outcome.source: outcome.reason for outcome in found.refused}


def test_finds_files_in_all_folders_sorted_by_source(tmp_path: Path) -> None:
    write(tmp_path, "b.txt", "a/z.md", "a/b/c.PDF", "a.html")

    found = scan(tmp_path, exclude=())

    assert sources(found) == ["a.html", "a/b/c.PDF", "a/z.md", "b.txt"]
    assert found.files[1].path == tmp_path.resolve() / "a" / "b" / "c.PDF"
    assert found.files[1].device == (tmp_path / "a" / "b").stat().st_dev
    assert (found.refused, found.unreadable) == ((), ())


def test_a_file_that_is_named_is_called_by_its_name(tmp_path: Path) -> None:
    write(tmp_path, "a/.notes.txt")

    found = scan(tmp_path / "a" / ".notes.txt", exclude=())

    assert [(file.source, file.path) for file in found.files] == [
        (".notes.txt", tmp_path / "a" / ".notes.txt")
    ]


def test_paths_are_absolute_wherever_we_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a/b.txt")
    monkeypatch.chdir(tmp_path)

    assert scan(Path("a"), exclude=()).files[0].path == tmp_path.resolve() / "a" / "b.txt"
    assert scan(Path("a/b.txt"), exclude=()).files[0].path == tmp_path / "a" / "b.txt"


def test_passes_over_hidden_files_and_lock_files(tmp_path: Path) -> None:
    write(tmp_path, ".hidden.txt", ".git/notes.txt", "a/.b/c.txt", "~$report.docx", "seen.txt")

    found = scan(tmp_path, exclude=())

    assert (sources(found), found.refused) == (["seen.txt"], ())


def test_a_hidden_folder_that_is_named_is_scanned(tmp_path: Path) -> None:
    write(tmp_path, ".notes/a.txt")

    assert sources(scan(tmp_path / ".notes", exclude=())) == ["a.txt"]


def test_passes_over_the_data_folder(tmp_path: Path) -> None:
    write(tmp_path, "data/uploads/a.txt", "database.txt", "b.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "data" / "uploads" / "a.txt")

    found = scan(tmp_path, exclude=(tmp_path / "data", tmp_path / "b.txt"))

    assert (sources(found), found.refused) == (["database.txt"], ())


@pytest.mark.parametrize("named", ["data", "data/uploads", "data/uploads/a.txt"])
def test_finds_nothing_inside_the_data_folder(named: str, tmp_path: Path) -> None:
    write(tmp_path, "data/uploads/a.txt")

    assert scan(tmp_path / named, exclude=(tmp_path / "data",)) == Scan((), (), ())


def test_refuses_other_types(tmp_path: Path) -> None:
    write(tmp_path, "clip.mp4", "Makefile", "a.txt")

    found = scan(tmp_path, exclude=())

    assert sources(found) == ["a.txt"]
    assert re.match(r"files of type \.mp4 can't be indexed, only \.csv", reasons(found)["clip.mp4"])
    assert "without a suffix" in reasons(found)["Makefile"]


def test_refuses_a_named_file_of_another_type(tmp_path: Path) -> None:
    write(tmp_path, "clip.mp4")

    assert "type .mp4" in reasons(scan(tmp_path / "clip.mp4", exclude=()))["clip.mp4"]


@pytest.mark.parametrize("missing", ["nothing", "file.txt/below", "nul\0.txt", "broken"])
def test_knows_what_is_not_there(missing: str, tmp_path: Path) -> None:
    write(tmp_path, "file.txt")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")

    with pytest.raises(NotFoundError, match=r"^no such file or folder: .*; check the path$"):
        scan(tmp_path / missing, exclude=())


def test_follows_links_to_files_inside(tmp_path: Path) -> None:
    write(tmp_path, "a/real.txt")
    (tmp_path / "b.txt").symlink_to("a/real.txt")

    found = scan(tmp_path, exclude=())

    assert sources(found) == ["a/real.txt", "b.txt"]
    assert found.files[1].path == tmp_path.resolve() / "b.txt"


def test_a_root_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path, "real/a.txt")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "named.txt").symlink_to("real/a.txt")

    assert sources(scan(tmp_path / "link", exclude=())) == ["a.txt"]
    assert sources(scan(tmp_path / "named.txt", exclude=())) == ["named.txt"]


def test_refuses_links_that_lead_astray(tmp_path: Path) -> None:
    write(tmp_path, "outside.txt", "root/a/b.txt", "root/.hidden/c.txt")
    root = tmp_path / "root"
    targets = {
        "out.txt": "../outside.txt",
        "out": "..",
        "broken.txt": "nowhere.txt",
        "round.txt": "circle.txt",
        "circle.txt": "round.txt",
        "self": "self",
        "twice": "a",
        "a/back": ".",
        "a/up": "..",
        "hidden.txt": ".hidden/c.txt",
        "clip.mp4": "a/b.txt",
    }
    for link, target in targets.items():
        (root / link).symlink_to(target)

    found = scan(root, exclude=())

    assert sources(found) == ["a/b.txt"]
    told = {
        source: re.sub(r"^it is a symbolic link ", "", r) for source, r in reasons(found).items()
    }
    assert "type .mp4" in told.pop("clip.mp4")
    assert told == {
        "a/back": "that leads back to a folder that it lies in",
        "a/up": "that leads back to a folder that it lies in",
        "broken.txt": "that leads nowhere",
        "circle.txt": "that leads round in a circle",
        "hidden.txt": "to something hidden",
        "out": "that leads out of the folder; add its target by itself",
        "out.txt": "that leads out of the folder; add its target by itself",
        "round.txt": "that leads round in a circle",
        "self": "that leads round in a circle",
        "twice": "to a folder whose files are indexed anyway",
    }


def test_a_root_that_leads_round_in_a_circle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "self").symlink_to("self")

    found = scan(tmp_path / "self", exclude=())

    assert reasons(found) == {"self": "it is a symbolic link that leads round in a circle"}
    assert found.unreadable == (tmp_path / "self",)


@pytest.mark.timeout(10)
def test_refuses_pipes_without_waiting_for_them(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")

    expected = {"pipe.txt": "it is a pipe, socket or device rather than a file"}
    assert reasons(scan(tmp_path, exclude=())) == expected
    assert reasons(scan(tmp_path / "pipe.txt", exclude=())) == expected


def test_a_folder_with_a_files_name_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "folder.txt/a.txt")

    assert sources(scan(tmp_path, exclude=())) == ["folder.txt/a.txt"]


class LockedLister:
    """Lists folders, but for those that it says may not be read."""

    def __init__(self, *locked: Path) -> None:
        self.locked = locked

    def __call__(self, folder: Path) -> Iterable[str]:
        if folder in self.locked:
            raise PermissionError(13, "Permission denied", str(folder))
        return names(folder)


def test_tells_folders_that_may_not_be_read(tmp_path: Path) -> None:
    write(tmp_path, "a/secret.txt", "b/c.txt")
    locked = tmp_path.resolve() / "a"

    found = scan(tmp_path, exclude=(), lister=LockedLister(locked))

    assert sources(found) == ["b/c.txt"]
    assert reasons(found) == {
        "a": "no permission to read it; change its permissions and add it again"
    }
    assert found.unreadable == (locked,)


def test_tells_when_the_folder_itself_may_not_be_read(tmp_path: Path) -> None:
    root = tmp_path.resolve()

    found = scan(tmp_path, exclude=(), lister=LockedLister(root))

    assert list(reasons(found)) == [root.name]
    assert (found.files, found.unreadable) == ((), (root,))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything; see the tests above")
def test_tells_folders_without_permissions(tmp_path: Path) -> None:
    write(tmp_path, "a/secret.txt", "b/c.txt")
    (tmp_path / "a").chmod(0)
    try:
        found = scan(tmp_path, exclude=())
    finally:
        (tmp_path / "a").chmod(0o700)

    assert sources(found) == ["b/c.txt"]
    assert found.unreadable == (tmp_path.resolve() / "a",)


def test_a_file_that_vanishes_during_the_scan_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")

    found = scan(tmp_path, exclude=(), lister=lambda folder: [*names(folder), "gone.txt"])

    assert sources(found) == ["a.txt"]
    assert reasons(found) == {"gone.txt": "it can't be read: No such file or directory"}


def test_a_name_that_no_system_call_takes_is_refused(tmp_path: Path) -> None:
    found = scan(tmp_path, exclude=(), lister=lambda _: ["x" * 5_000 + ".txt"])

    assert list(reasons(found).values()) == ["it can't be read: File name too long"]


def test_sources_are_printable_whatever_files_are_called(tmp_path: Path) -> None:
    hostile = [
        "new\nline.txt",
        "café.txt",
        "日本.txt",
        "👨‍👩‍👧.txt",
        "tab\t.txt",
        "rtl\u202etxt.md",
        "wide\u3000.md",
    ]
    write(tmp_path, *hostile)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/byte\xff.txt")).write_text("words")

    found = scan(tmp_path, exclude=())

    assert sources(found) == sorted(
        [
            r"new\x0aline.txt",
            "café.txt",
            "日本.txt",
            "👨‍👩‍👧.txt",
            r"tab\x09.txt",
            r"rtl\u202etxt.md",
            "wide\u3000.md",
            r"byte\xff.txt",
        ]
    )
    assert all(file.path.read_text() == "words" for file in found.files)


def test_two_files_never_share_a_source(tmp_path: Path) -> None:
    write(tmp_path, "a\n.txt", r"a\x0a.txt")

    found = scan(tmp_path, exclude=())

    assert sources(found) == [r"a\x0a.txt"]
    assert found.files[0].path.name == "a\n.txt"
    assert "another file has the same name" in reasons(found)[r"a\x0a.txt"]


@pytest.mark.parametrize("depth", [1_500, 2_500])
def test_folders_may_nest_deeper_than_calls(
    depth: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    Path("deep.txt").write_text("words")

    found = scan(tmp_path, exclude=())

    Path("deep.txt").unlink()
    for _ in range(depth):
        os.chdir("..")
        Path("d").rmdir()
    # Beyond some depth the path is too long for the system, which is told.
    seen = [source.endswith("deep.txt") for source in sources(found)]
    told = [reason.endswith("File name too long") for reason in reasons(found).values()]
    assert [*seen, *told] == [True]
    assert len(found.unreadable) == len(told)


def test_finds_the_same_twice(tmp_path: Path) -> None:
    write(tmp_path, *(f"{folder}/{name}.txt" for folder in "cab" for name in "zyx"))

    assert scan(tmp_path, exclude=()) == scan(tmp_path, exclude=())


@settings(deadline=None)
@given(st.text(st.characters(categories=None)))
def test_any_name_becomes_valid_unicode_on_one_line(name: str) -> None:
    shown = printable(name)

    assert shown.encode("utf-8").decode("utf-8") == shown
    assert len(shown.splitlines()) <= 1
    assert printable(shown) == shown
