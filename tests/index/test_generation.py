from __future__ import annotations

import resource
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import succession
from index.engine import Change, State
from index.errors import CatalogueError
from index.generation import Generation
from index.lexical import Entry
from index.local_engine import LocalEngine
from index.manifest import EMPTY, Manifest, read_manifest
from index.succession import advance, clean, tidy
from index.values import checksum
from index.vectors import Mask, VectorSegment
from tests.fakes import FakeEmbedder

WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()


def word(key: int) -> str:
    return f"{WORDS[key % 13]}{WORDS[key // 13 % 13]}"


def change(added: Iterable[int] = (), removed: Sequence[int] = ()) -> Change:
    """Return a change in which each chunk is a document of its own and says a word of its own."""
    keys = list(added)
    return Change(
        entries=[Entry(key, f"d{key}", "default", word(key), "", "") for key in keys],
        keys=np.array(keys, np.int64),
        vectors=FakeEmbedder().embed([word(key) for key in keys]),
        removed_documents={"default": [f"d{key}" for key in removed]},
        removed_keys=removed,
    )


def grow(folder: Path, *sizes: int, previous: Manifest = EMPTY) -> Manifest:
    """Add so many chunks in each generation, with keys from 1 on."""
    key = 1
    for size in sizes:
        previous = advance(folder, previous, change(range(key, key + size)))
        key += size
    return previous


def vectors_of(segment: VectorSegment) -> dict[int, list[float]]:
    return {
        int(key): vector.tolist()
        for keys, vectors in segment.blocks()
        for key, vector in zip(keys, vectors, strict=True)
    }


def counts(manifest: Manifest) -> list[int]:
    return [segment.count for segment in manifest.segments]


def find(folder: Path, manifest: Manifest, key: int) -> tuple[int, list[int]]:
    """Return the chunk nearest to a chunk's word, and those that hold it."""
    generation = Generation(folder, manifest)
    near, _ = generation.nearest(FakeEmbedder().embed([word(key)])[0], 1, only=None)
    hold, _ = generation.words(None).search(word(key), 5)
    return int(near[0]), [int(found) for found in hold]


def tidied(folder: Path, manifest: Manifest) -> Manifest:
    following = tidy(folder, manifest)
    assert following is not None
    assert following.number == manifest.number + 1
    return following


def flip_a_byte(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.write_bytes(data)


def test_the_empty_generation_finds_nothing(tmp_path: Path) -> None:
    generation = Generation(tmp_path, read_manifest(tmp_path, 0))
    assert generation.manifest == EMPTY
    assert generation.nearest(FakeEmbedder().embed(["x"])[0], 3, only=None)[0].tolist() == []
    assert generation.words(None).search("x", 3)[0].tolist() == []
    assert generation.keys.tolist() == []


def test_what_was_added_is_found_by_meaning_and_words(tmp_path: Path) -> None:
    manifest = grow(tmp_path / "index", 3, 2)
    assert [find(tmp_path / "index", manifest, key) for key in (1, 5)] == [(1, [1]), (5, [5])]
    assert Generation(tmp_path / "index", manifest).keys.tolist() == [1, 2, 3, 4, 5]


def test_a_manifest_lists_every_file_with_its_size_and_checksum(tmp_path: Path) -> None:
    manifest = grow(tmp_path, 3, 1)
    assert manifest.number == 2
    ((collection, folder),) = manifest.words
    assert collection == "default"
    assert folder.startswith("2.words/")
    listed = {file.name for file in manifest.files}
    words = {f"{folder}/{p.name}" for p in (tmp_path / folder).iterdir() if p.suffix != ".lock"}
    assert listed == {"1.faiss", "2.faiss"} | words
    for file in manifest.files:
        assert file.size == (tmp_path / file.name).stat().st_size
        assert file.sha256 == checksum(tmp_path / file.name)


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    first = grow(tmp_path, 3)
    second = advance(tmp_path, first, change([4], [2]))
    assert second.tombstones == (2,)
    assert read_manifest(tmp_path, 1) == first
    assert read_manifest(tmp_path, 2) == second
    assert first.fingerprint != second.fingerprint
    assert read_manifest(tmp_path, 2).fingerprint == second.fingerprint


def test_a_small_addition_writes_a_small_segment(tmp_path: Path) -> None:
    assert counts(grow(tmp_path, 8, 1)) == [8, 1]
    assert (tmp_path / "2.faiss").stat().st_size < (tmp_path / "1.faiss").stat().st_size / 2


def test_small_segments_are_merged_so_that_sizes_at_least_halve(tmp_path: Path) -> None:
    assert counts(grow(tmp_path, 8, 1, 1)) == [8, 2]
    assert counts(grow(tmp_path, 8, 1, 1, 1)) == [8, 2, 1]
    assert counts(grow(tmp_path, 8, 1, 1, 1, 1)) == [8, 4]
    assert counts(grow(tmp_path, 8, 1, 5)) == [14]


def test_a_removed_chunk_is_a_tombstone_at_first(tmp_path: Path) -> None:
    manifest = advance(tmp_path, grow(tmp_path, 10), change(removed=[3, 7]))
    assert (counts(manifest), manifest.tombstones) == ([10], (3, 7))
    assert find(tmp_path, manifest, 3)[1] == []
    assert 3 not in Generation(tmp_path, manifest).keys
    near, _ = Generation(tmp_path, manifest).nearest(FakeEmbedder().embed(["x"])[0], 99, only=None)
    assert sorted(near.tolist()) == [1, 2, 4, 5, 6, 8, 9, 10]


def test_many_tombstones_are_cleared_away(tmp_path: Path) -> None:
    manifest = advance(tmp_path, grow(tmp_path, 10), change(removed=[3, 7]))
    assert tidy(tmp_path, manifest) is None
    dead = advance(tmp_path, manifest, change(removed=[5]))
    manifest = tidied(tmp_path, dead)
    assert (counts(manifest), manifest.tombstones) == ([7], ())
    assert manifest.words == dead.words
    assert Generation(tmp_path, manifest).keys.tolist() == [1, 2, 4, 6, 8, 9, 10]


def test_merging_clears_the_tombstones_of_what_it_merges(tmp_path: Path) -> None:
    manifest = advance(tmp_path, grow(tmp_path, 10, 3), change(removed=[1, 11]))
    manifest = advance(tmp_path, manifest, change([14, 15]))
    assert (counts(manifest), manifest.tombstones) == ([10, 4], (1,))


def test_everything_can_be_removed_and_added_again(tmp_path: Path) -> None:
    manifest = advance(tmp_path, grow(tmp_path, 3), change(removed=[1, 2, 3]))
    manifest = tidied(tmp_path, manifest)
    assert (counts(manifest), manifest.tombstones) == ([], ())
    assert Generation(tmp_path, manifest).keys.tolist() == []
    manifest = advance(tmp_path, manifest, change([4]))
    assert find(tmp_path, manifest, 4) == (4, [4])


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.lists(st.integers(1, 40), unique=True)),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_leaves_what_is_left(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[int, list[int]]]
) -> None:
    folder = tmp_path_factory.mktemp("index")
    manifest, held, key = EMPTY, set[int](), 1
    for size, wanted in history:
        removed = sorted(held.intersection(wanted))
        added = range(key, key + size)
        manifest = advance(folder, manifest, change(added, removed))
        manifest = tidy(folder, manifest) or manifest
        held, key = held.difference(removed).union(added), key + size
        sizes = counts(manifest)
        assert all(one >= 2 * other for one, other in pairwise(sizes))
    generation = Generation(folder, manifest)
    assert generation.keys.tolist() == sorted(held)
    assert generation.words(None).size == len(held)
    vectors = {k: row for each in generation.segments for k, row in vectors_of(each).items()}
    expected = FakeEmbedder().embed([word(k) for k in sorted(held)])
    assert np.array_equal(
        np.array([vectors[k] for k in sorted(held)], np.float32).reshape(expected.shape), expected
    )


def test_a_search_can_be_kept_to_some_chunks(tmp_path: Path) -> None:
    generation = Generation(tmp_path, advance(tmp_path, grow(tmp_path, 9), change(removed=[4])))
    allowed = Mask.of(np.array([2, 6], np.int64))
    near, _ = generation.nearest(FakeEmbedder().embed(["x"])[0], 9, only=allowed)
    assert sorted(near.tolist()) == [2, 6]


def test_unchanged_files_of_words_are_shared_between_generations(tmp_path: Path) -> None:
    grow(tmp_path, 3, 1)
    shared = {p.name: p.stat().st_ino for p in (tmp_path / "1.words").rglob("*.store")}
    again = {p.name: p.stat().st_ino for p in (tmp_path / "2.words").rglob("*.store")}
    assert shared.items() < again.items()


def test_files_are_copied_where_there_are_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    manifest = grow(tmp_path, 3, 2)
    assert [find(tmp_path, manifest, key) for key in (1, 5)] == [(1, [1]), (5, [5])]
    assert {p.stat().st_nlink for p in tmp_path.rglob("*.store")} == {1}
    assert all(file.sha256 == checksum(tmp_path / file.name) for file in manifest.files)


def test_a_generation_stays_while_a_reader_may_just_be_opening_it(tmp_path: Path) -> None:
    first = grow(tmp_path, 3)
    opened = Generation(tmp_path, first)
    second = advance(tmp_path, first, change([4], [1]))
    third = advance(tmp_path, second, change([5]))
    assert find(tmp_path, first, 1) == (1, [1])
    fourth = advance(tmp_path, third, change([6]))
    assert sorted(path.name for path in tmp_path.glob("*.json")) == ["2.json", "3.json", "4.json"]
    assert not (tmp_path / "1.words").exists()
    assert find(tmp_path, fourth, 6) == (6, [6])
    assert opened.words(None).search(word(1), 5)[0].tolist() == [1]
    assert opened.keys.tolist() == [1, 2, 3]


def test_leftovers_of_a_crash_are_cleaned_away(tmp_path: Path) -> None:
    first = grow(tmp_path, 3)
    (tmp_path / "2.words").mkdir()
    (tmp_path / "2.words" / "meta.json").write_text("half of")
    (tmp_path / "2.faiss").write_bytes(b"half")
    (tmp_path / "2.json").write_text('{"number": 2')
    (tmp_path / "7.faiss").write_bytes(b"older")
    second = advance(tmp_path, first, change([4]))
    assert find(tmp_path, second, 4) == (4, [4])
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "1.faiss",
        "1.json",
        "1.words",
        "2.faiss",
        "2.json",
        "2.words",
    ]


def test_cleaning_keeps_what_was_named_even_where_it_is_missing(tmp_path: Path) -> None:
    grow(tmp_path, 3, 9)
    clean(tmp_path, keep=[2, 3])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["2.faiss", "2.json", "2.words"]


def test_several_steps_can_be_taken_while_an_older_generation_is_in_force(tmp_path: Path) -> None:
    in_force = grow(tmp_path, 3, 2)
    step = replace(EMPTY, number=2)
    for keys in ([1, 2], [3, 4], [5]):
        step = advance(tmp_path, step, change(keys), in_force=2)
    assert step.number == 5
    assert find(tmp_path, step, 5) == (5, [5])
    assert find(tmp_path, in_force, 5) == (5, [5])


@pytest.mark.parametrize("pattern", ["*.faiss", "*.words/*/*.store", "*.words/*/meta.json"])
def test_a_missing_file_is_told_when_a_generation_is_opened(tmp_path: Path, pattern: str) -> None:
    manifest = grow(tmp_path, 3)
    (path,) = tmp_path.glob(pattern)
    path.unlink()
    with pytest.raises(CatalogueError, match=f"{path.name}' is missing or damaged; run 'python"):
        Generation(tmp_path, manifest)


def test_a_file_that_is_deleted_while_a_generation_is_opened_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = grow(tmp_path, 3)
    (tmp_path / "1.faiss").unlink()
    monkeypatch.setattr(Path, "is_file", lambda self: True)  # it was there a moment ago
    with pytest.raises(CatalogueError, match=r"'1.faiss' is missing or damaged; run 'python"):
        Generation(tmp_path, manifest)
    engine = LocalEngine(tmp_path)
    assert list(engine.check(State(1, manifest.fingerprint))) == [
        "1.faiss is damaged; run 'python -m index rebuild'"
    ]


@contextmanager
def full_disk(most: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("most", [0, 4_000])  # tantivy is the first to meet it, then FAISS
def test_a_full_disk_is_told_in_one_line_with_what_to_do(tmp_path: Path, most: int) -> None:
    engine = LocalEngine(tmp_path)
    with (
        full_disk(most),
        pytest.raises(CatalogueError, match=r"can't be written \(.*File too large.*make room"),
    ):
        engine.advance(0, change(range(1, 40)))
    with (
        full_disk(most),
        pytest.raises(CatalogueError, match=r"can't be written \(.*File too large.*make room"),
    ):
        engine.derive(0, [change(range(1, 40))], lambda _: None)


def test_a_disk_that_is_full_while_segments_are_merged_is_told(tmp_path: Path) -> None:
    engine = LocalEngine(tmp_path)
    manifest = advance(tmp_path, grow(tmp_path, 60), change(removed=range(1, 21)))
    with (
        full_disk(4_000),
        pytest.raises(CatalogueError, match=r"can't be written \(.*File too large.*make room"),
    ):
        engine.tidy(manifest.number, lambda _: None)
    assert engine.tidy(manifest.number, lambda _: None) is not None


def test_a_file_of_another_size_is_told_when_a_generation_is_opened(tmp_path: Path) -> None:
    manifest = grow(tmp_path, 3)
    with (tmp_path / "1.faiss").open("ab") as file:
        file.write(b"x")
    with pytest.raises(CatalogueError, match=r"'1.faiss' is missing or damaged"):
        Generation(tmp_path, manifest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"number": 1}',
        '{"number": 1, "words": "", "segments": [{}], "tombstones": [], "files": []}',
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "1.json").write_text(text)
    with pytest.raises(CatalogueError, match=r"manifest '1.json' can't be read; run 'python -m"):
        read_manifest(tmp_path, 1)


def test_a_missing_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"manifest '4.json' can't be read"):
        read_manifest(tmp_path, 4)


@pytest.mark.parametrize("pattern", ["1.faiss", "1.words/*/*.store"])
def test_damage_isnt_taken_over_as_right_by_the_next_generation(
    tmp_path: Path, pattern: str
) -> None:
    first = grow(tmp_path, 9)
    (path,) = tmp_path.glob(pattern)
    flip_a_byte(path, 0 if path.suffix == ".store" else -1)
    second = advance(tmp_path, first, change([10]))
    wrong = [f.name for f in second.files if f.sha256 != checksum(tmp_path / f.name)]
    assert [Path(name).name for name in wrong] == [path.name]


def entries(collection: str, *keys: int) -> Change:
    made = change(keys)
    moved = [replace(entry, collection=collection) for entry in made.entries]
    return replace(made, entries=moved)


@pytest.mark.parametrize("name", ["meta.json", ".managed.json"])
@pytest.mark.parametrize("collection", ["a", "b"])
def test_damage_in_a_collection_that_stays_isnt_taken_over_as_right(
    tmp_path: Path, collection: str, name: str
) -> None:
    previous = EMPTY
    for key, each in enumerate(("a", "b", "c"), start=1):
        previous = advance(tmp_path, previous, entries(each, key))
    damaged = f"{dict(previous.words)[collection]}/{name}"
    flip_a_byte(tmp_path / damaged, -1)
    following = advance(tmp_path, previous, entries("c", 4))
    wrong = [f.name for f in following.files if f.sha256 != checksum(tmp_path / f.name)]
    assert wrong == [damaged]


def test_each_collection_has_words_of_its_own(tmp_path: Path) -> None:
    first = advance(tmp_path, EMPTY, entries("a", 1, 2))
    second = advance(tmp_path, first, entries("b", 3))
    generation = Generation(tmp_path, second)
    assert [name for name, _ in second.words] == ["a", "b"]
    sizes = {name: generation.words(name).size for name in ("a", "b", "no such", None)}
    assert sizes == {"a": 2, "b": 1, "no such": 0, None: 3}
    assert generation.words("a").search(word(3), 5)[0].tolist() == []
    assert generation.words(None).search(word(3), 5)[0].tolist() == [3]


def test_a_collection_that_is_emptied_has_no_words_any_more(tmp_path: Path) -> None:
    manifest = advance(tmp_path, grow(tmp_path, 2), change(removed=[1, 2]))
    assert manifest.words == ()
    assert find(tmp_path, advance(tmp_path, manifest, change([3])), 3) == (3, [3])


def test_small_segments_become_a_trained_one_once_they_are_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(succession, "TRAINED_FROM", 100)
    manifest = grow(tmp_path, 60, 30)
    assert tidy(tmp_path, manifest) is None
    manifest = advance(tmp_path, manifest, change(range(91, 121), removed=[4, 50]))
    told: list[int] = []
    manifest = tidy(tmp_path, manifest, training=told.append) or manifest
    assert told == [0, 1]
    assert [(s.count, s.trained) for s in manifest.segments] == [(118, True)]
    assert manifest.tombstones == ()
    assert find(tmp_path, manifest, 77) == (77, [77])
    manifest = advance(tmp_path, manifest, change([121], removed=[77]))
    assert [(s.count, s.trained) for s in manifest.segments] == [(118, True), (1, False)]
    assert find(tmp_path, manifest, 121)[1] == [121]
    assert 121 in Generation(tmp_path, manifest).keys
    assert 77 not in Generation(tmp_path, manifest).keys
    assert tidy(tmp_path, manifest) is None
