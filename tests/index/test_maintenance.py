from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from index import maintenance
from index.embedding import Vectors
from index.errors import LockedError, MismatchError, NotFoundError
from index.library import Library
from index.maintenance import rebuild, verify
from index.manifest import read_manifest
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

QUERIES = ("alpha", "the beta section", "gamma or delta", "nothing of the kind", "is here")
Ranking = tuple[list[int], list[float], list[int], list[float]]


@pytest.fixture
def filled(library: Library, docs: Path) -> Library:
    """A library of two generations, with a removed document and an upload."""
    write(docs, "a.txt", "Alpha is here.\n\nMenu\n\nAlpha is here.\n\nIt was said again and again.")
    write(
        docs, "b.md", "# Beta\n\nBeta is there.\n\n## Part\n\nThe beta section.\n\n# Delta\n\nYes."
    )
    write(docs, "gone.txt", "Omega was here.")
    library.add([docs])
    (docs / "gone.txt").unlink()
    library.add([docs])
    library.add_uploads([write(docs, "c.txt", "Gamma is here, the beta of gamma.")])
    return library


def other(library: Library, embedder: FakeEmbedder | None = None, **changes: object) -> Library:
    """Return a library on the same folder, as another process would have it."""
    settings = library.settings.model_copy(update=changes)
    return Library(settings, embedder=embedder or FakeEmbedder())


def rankings(library: Library) -> list[Ranking]:
    """Return keys and scores of all passages, by words and by meaning, for each query."""
    found: list[Ranking] = []
    with library.snapshot() as snapshot:
        for query in QUERIES:
            words, word_scores = snapshot.words.search(query, 99)
            vector = FakeEmbedder().embed([query])[0]
            near, near_scores = snapshot.generation.nearest(vector, 99, only=None)
            found.append(
                (words.tolist(), word_scores.tolist(), near.tolist(), near_scores.tolist())
            )
    return found


def execute(library: Library, statement: str, *values: object) -> None:
    with library.catalogue.write() as writer:
        changed = writer.connection.execute(statement, values).rowcount
    assert changed == 1


def index_files(library: Library) -> list[Path]:
    manifest = read_manifest(index_dir(library), library.status().generation)
    return [index_dir(library) / file.name for file in manifest.files]


def flip_a_byte(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 0x01
    path.write_bytes(data)


def test_a_sound_library_has_nothing_wrong(filled: Library) -> None:
    assert verify(filled) == ()


def test_progress_is_told_for_each_document(filled: Library) -> None:
    told: list[tuple[str, int, int]] = []
    verify(filled, lambda *step: told.append(step))
    assert told == [("documents", 1, 3), ("documents", 2, 3), ("documents", 3, 3)]


def test_a_flipped_byte_is_found_in_every_file_of_the_index(filled: Library) -> None:
    files = index_files(filled)
    kinds = {path.suffix or path.name for path in files}
    assert {".faiss", ".store", ".term", ".idx", ".pos", ".fast", ".fieldnorm", ".json"} <= kinds
    for path in files:
        sound = path.read_bytes()
        flip_a_byte(path, len(sound) // 2)
        name = path.relative_to(index_dir(filled)).as_posix()
        assert verify(other(filled)) == (
            f"index: {name} is damaged; run 'python -m index rebuild'",
        )
        path.write_bytes(sound)
    assert verify(other(filled)) == ()


def test_a_missing_file_is_found(filled: Library) -> None:
    for path in index_files(filled):
        sound = path.read_bytes()
        path.unlink()
        assert [path.name in line for line in verify(other(filled))] == [True]
        path.write_bytes(sound)


def test_a_segment_of_which_nothing_is_left_is_no_damage(library: Library, docs: Path) -> None:
    write(docs, "many.txt", "\n\n".join(f"Paragraph {n}. {'Word. ' * 60}" for n in range(20)))
    library.add([docs])
    library.add([write(docs, "one.txt", "Alpha is here.")])
    library.remove("one.txt")
    manifest = read_manifest(index_dir(library), library.status().generation)
    assert len(manifest.segments) == 2  # else nothing is tested
    assert verify(library) == ()


def test_damage_survives_a_further_generation(filled: Library, docs: Path) -> None:
    flip_a_byte(index_dir(filled) / read_manifest(index_dir(filled), 3).segments[0].name, -1)
    filled.add([write(docs, "d.txt", "Epsilon.")])
    assert len(verify(other(filled))) == 1


def test_a_manifest_that_was_changed_is_found(filled: Library) -> None:
    path = index_dir(filled) / f"{filled.status().generation}.json"
    sound = path.read_text()
    path.write_text(json.dumps(json.loads(sound) | {"tombstones": [1]}))
    assert verify(other(filled))[0].startswith("index: the manifest isn't the catalogue's; run")
    path.write_text(sound[:-1])
    assert "can't be read" in verify(other(filled))[0]
    path.unlink()
    assert "can't be read" in verify(other(filled))[0]


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE chunks SET text = 'Omega is here.' WHERE key = 1",
            "a.txt: chunk 0 isn't the text",
        ),
        ("UPDATE chunks SET start = start + 1 WHERE key = 1", "a.txt: chunk 0 isn't the text at"),
        ("UPDATE chunks SET end = end - 1 WHERE key = 1", "a.txt: chunk 0 isn't the text at its"),
        ("UPDATE chunks SET id = 'x' WHERE key = 1", "a.txt: chunk 0 isn't the text at its off"),
        (
            "UPDATE documents SET text = 'x' || text WHERE source = 'a.txt'",
            "a.txt: chunk 0 isn't the text at its offsets",
        ),
        (
            "UPDATE chunks SET vector = (SELECT vector FROM chunks WHERE key = 2) WHERE key = 1",
            "index: the vector of chunk 1 isn't the catalogue's",
        ),
        ("UPDATE chunks SET vector = 'x' WHERE key = 1", "chunk 1: no vector of length 32; run"),
        (
            "DELETE FROM vectors WHERE hash = (SELECT vector FROM chunks WHERE key = 1)",
            "chunk 1: no vector of length 32; run 'python -m index rebuild'",
        ),
        ("DELETE FROM chunks WHERE key = 1", "index: its vectors aren't those of the catalogue"),
        ("DELETE FROM documents WHERE source = 'a.txt'", "index: its vectors aren't those of the"),
        ("UPDATE settings SET value = 'x' WHERE name = 'fingerprint'", "index: the manifest isn't"),
        ("UPDATE settings SET value = '2' WHERE name = 'generation'", "index: the manifest isn't"),
        ("UPDATE settings SET value = '9' WHERE name = 'generation'", "index: the index manifest"),
        ("UPDATE settings SET value = 'x' WHERE name = 'dimension'", "catalogue: a value can't be"),
        ("UPDATE chunks SET faint = 'x' WHERE key = 1", "catalogue: a value can't be read"),
        ("UPDATE documents SET pages = '7' WHERE source = 'a.txt'", "catalogue: a value can't be"),
    ],
)
def test_a_change_behind_its_back_is_found(statement: str, problem: str, filled: Library) -> None:
    execute(filled, statement)
    problems = verify(other(filled))
    assert any(line.startswith(problem) for line in problems), problems
    assert not any("\n" in line for line in problems)


@pytest.mark.parametrize(
    ("vector", "problem"),
    [
        (np.eye(32, dtype=np.float32)[5], "index: the vector of chunk 1 isn't the catalogue's"),
        (np.full(32, 0.5, np.float32), "chunk 1: its vector isn't of unit length"),
        (np.eye(31, dtype=np.float32)[0], "chunk 1: no vector of length 32"),
    ],
)
def test_a_changed_vector_is_found(vector: Vectors, problem: str, filled: Library) -> None:
    execute(
        filled,
        "UPDATE vectors SET vector = ? WHERE hash = (SELECT vector FROM chunks WHERE key = 1)",
        vector.tobytes(),
    )
    assert any(line.startswith(problem) for line in verify(filled))


def test_words_that_dont_match_the_catalogue_are_found(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Shrunk:
        size = 1

    monkeypatch.setattr("index.generation.Generation.words", lambda self, collection: Shrunk())
    assert verify(filled) == (
        "index: its words aren't those of the catalogue; run 'python -m index rebuild'",
    )


def test_originals_that_are_missing_or_changed_are_found(filled: Library) -> None:
    original = filled.original(digest("default", "c.txt"))
    assert original is not None
    original.write_text("Something else.")
    assert verify(filled) == ("c.txt: the uploaded original was changed",)
    original.unlink()
    assert verify(filled) == ("c.txt: the uploaded original is missing",)


def test_what_somebody_writes_meanwhile_isnt_taken_for_damage(filled: Library) -> None:
    looks: list[int] = []

    def replace_all(_stage: str, done: int, _total: int) -> None:
        if done == 1:
            looks.append(done)
        if looks == [1] and done == 1:
            other(filled).remove("c.txt")
            for number in range(3):
                other(filled).add_texts([(f"text {number}", "", f"Number {number}.")])

    assert verify(filled, replace_all) == ()
    assert len(looks) == 2


def test_damage_is_told_even_where_somebody_never_stops_writing(filled: Library) -> None:
    execute(filled, "UPDATE chunks SET id = 'x' WHERE key = 1")
    looks: list[int] = []

    def write_on(_stage: str, done: int, _total: int) -> None:
        if done == 1:
            looks.append(done)
            other(filled).add_texts([("text", "", f"Number {len(looks)}.")])

    assert verify(filled, write_on)[0].startswith("a.txt: chunk 0 isn't the text at its offsets")
    assert len(looks) == maintenance._LOOKS


def test_damage_anywhere_in_the_catalogue_is_told_in_lines_or_does_no_harm(
    filled: Library,
) -> None:
    path = filled.catalogue.path
    healthy = passages(filled), rankings(filled)
    filled.catalogue.close()
    sound = path.read_bytes()
    found = 0
    for place in range(0, len(sound), len(sound) // 120):
        flip_a_byte(path, place)
        problems = verify(other(filled))
        found += bool(problems)
        assert not any("\n" in line for line in problems)
        if not problems:
            assert (passages(other(filled)), rankings(other(filled))) == healthy
        path.write_bytes(sound)
    assert found > 5
    assert verify(other(filled)) == ()


def test_there_is_nothing_to_verify_or_rebuild_where_nothing_was_added(library: Library) -> None:
    for work in (verify, rebuild):
        with pytest.raises(NotFoundError, match="there is no index in"):
            work(library)
    assert not library.data_dir.exists()


@pytest.mark.parametrize("portion", [1, 2, 5_000])
def test_a_rebuilt_index_finds_the_same_without_embedding(
    portion: int, library: Library, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(docs, "a.txt", "Alpha is here.\n\nMenu\n\nAlpha is here.\n\nIt was said again and again.")
    write(
        docs, "b.md", "# Beta\n\nBeta is there.\n\n## Part\n\nThe beta section.\n\n# Delta\n\nYes."
    )
    library.add([docs])
    library.add_texts([("c", "", "Gamma, delta and alpha.")], collection="other")
    before = rankings(library), passages(library), library.documents()
    generation = library.status().generation
    monkeypatch.setattr(maintenance, "_PORTION", portion)
    embedder = FakeEmbedder()
    rebuilt = other(library, embedder)
    assert rebuild(rebuilt) == 5
    assert embedder.calls == 0
    assert (rankings(rebuilt), passages(rebuilt), rebuilt.documents()) == before
    assert rankings(library) == before[0]
    assert library.status().generation > generation
    assert verify(rebuilt) == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chunks SET vector = 'x' WHERE key = 1",
        "DELETE FROM vectors WHERE hash = (SELECT vector FROM chunks WHERE key = 1)",
        "UPDATE vectors SET vector = x'00000000' "
        "WHERE hash = (SELECT vector FROM chunks WHERE key = 1)",
    ],
)
@pytest.mark.parametrize("portion", [1, 5_000])
def test_a_vector_that_is_missing_or_of_another_length_is_made_anew(
    portion: int, statement: str, filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rankings(filled), passages(filled)
    monkeypatch.setattr(maintenance, "_PORTION", portion)
    execute(filled, statement)
    assert "no vector of length 32; run 'python -m index rebuild'" in verify(filled)[0]
    embedder = FakeEmbedder()
    assert rebuild(other(filled, embedder)) == 5
    assert len(embedder.texts) == 1
    assert verify(filled) == ()
    assert passages(filled) == before[1]
    assert [near for _, _, *near in rankings(filled)] == [near for _, _, *near in before[0]]


def test_a_wrong_vector_doesnt_keep_from_cutting_anew(filled: Library) -> None:
    execute(
        filled,
        "UPDATE vectors SET vector = x'00' WHERE hash = (SELECT vector FROM chunks WHERE key = 1)",
    )
    changed = other(filled, chunk_tokens=128)
    rebuild(changed)
    assert verify(changed) == ()


def test_after_removals_a_rebuilt_index_finds_the_same_passages(filled: Library) -> None:
    before = rankings(filled)
    rebuild(filled)
    for (words, _, near, scores), (words_now, _, near_now, scores_now) in zip(
        before, rankings(filled), strict=True
    ):
        assert (near_now, scores_now) == (near, scores)
        assert sorted(words_now) == sorted(words)
    assert verify(filled) == ()


def test_a_lost_index_is_made_anew(filled: Library) -> None:
    before = passages(filled)
    shutil.rmtree(index_dir(filled))
    broken = other(filled)
    assert not broken.status().healthy
    rebuild(broken)
    assert broken.status().healthy
    assert passages(broken) == before
    assert verify(broken) == ()


def test_a_rebuilt_library_can_be_added_to(filled: Library, docs: Path) -> None:
    rebuild(filled)
    write(docs, "d.txt", "Epsilon.")
    filled.add([docs / "d.txt"])
    filled.remove("a.txt")
    assert find_words(filled, "epsilon alpha") == ["d.txt"]
    assert verify(filled) == ()


def test_a_library_without_a_generation_has_nothing_wrong(library: Library, docs: Path) -> None:
    library.add([write(docs, "empty.txt", "")])
    assert verify(library) == ()
    assert rebuild(library) == 0
    assert verify(library) == ()


def test_a_manifest_that_makes_no_sense_doesnt_keep_from_rebuilding(filled: Library) -> None:
    (index_dir(filled) / f"{filled.status().generation}.json").write_text("{}")
    assert "can't be read" in verify(other(filled))[0]
    assert rebuild(other(filled)) == 5
    assert verify(other(filled)) == ()
    assert find_words(other(filled), "gamma") == ["c.txt"]


def test_an_empty_library_can_be_rebuilt(library: Library) -> None:
    library.add_texts([("a", "", "Alpha.")])
    library.remove("a")
    assert rebuild(library) == 0
    assert verify(library) == ()
    assert (find_words(library, "alpha"), find_nearest(library, "alpha")) == ([], [])


def test_vectors_that_a_crash_left_are_dropped(filled: Library) -> None:
    with filled.catalogue.write() as writer:
        writer.put_vectors({"left": np.eye(32, dtype=np.float32)[0]})
        held = writer.count("vectors")
    rebuild(filled)
    with filled.catalogue.read() as reader:
        assert reader.count("vectors") == held - 1


def test_another_embedder_is_taken_up_by_embedding_all_anew(filled: Library) -> None:
    before = filled.documents(), passages(filled)
    embedder = FakeEmbedder("another@1", dimension=8)
    changed = other(filled, embedder)
    told: list[tuple[str, int, int]] = []
    rebuild(changed, lambda *step: told.append(step))
    assert len(embedder.texts) == 5
    assert told == [("documents", 3, 3), ("passages", 5, 5)]
    assert (changed.documents(), passages(changed)) == before
    assert find_nearest(changed, "Gamma is here, the beta of gamma.")[0] == "c.txt"
    assert verify(changed) == ()
    with changed.catalogue.read() as reader:
        assert reader.count("vectors") == 5
    with pytest.raises(MismatchError, match="embedder 'another@1', the setting now is 'fake@1'"):
        filled.remove("a.txt")


def test_another_chunk_size_is_taken_up_by_cutting_all_anew(library: Library, docs: Path) -> None:
    write(docs, "a.txt", "\n\n".join(f"This is paragraph {n}, and it is here." for n in range(9)))
    library.add([docs])
    before = library.documents()
    changed = other(library, chunk_tokens=32)
    assert rebuild(changed) > before[0].chunks
    assert [(s.id, s.source, s.size) for s in changed.documents()] == [
        (s.id, s.source, s.size) for s in before
    ]
    assert verify(changed) == ()
    assert counts(changed.add([docs])) == (0, 1, 0, 0)


def test_an_interrupted_change_of_embedder_goes_on_where_it_stopped(filled: Library) -> None:
    class Interrupted(FakeEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            if self.calls == 2:
                raise KeyboardInterrupt
            return super().embed(texts)

    first = Interrupted("another@1")
    with pytest.raises(KeyboardInterrupt):
        rebuild(other(filled, first, commit_chunks=1))
    assert find_words(filled, "gamma") == ["c.txt"]
    assert verify(filled) == ()
    second = FakeEmbedder("another@1")
    rebuild(other(filled, second))
    assert len(first.texts) + len(second.texts) == 5
    assert set(first.texts).isdisjoint(second.texts)
    assert verify(other(filled, FakeEmbedder("another@1"))) == ()


def test_a_reader_keeps_its_snapshot_while_all_is_made_anew(filled: Library) -> None:
    with filled.snapshot() as snapshot:
        before = snapshot.words.search("gamma", 9)[0].tolist()
        for _ in range(3):
            rebuild(other(filled))
        assert snapshot.words.search("gamma", 9)[0].tolist() == before
        assert snapshot.catalogue.chunks(before)[before[0]].source == "c.txt"


def test_nothing_is_rebuilt_while_another_process_writes(filled: Library) -> None:
    with (
        FileLock(filled.data_dir / "write.lock"),
        pytest.raises(LockedError, match="something else is writing"),
    ):
        rebuild(other(filled))


def test_what_is_listed_stays_listed(filled: Library) -> None:
    rebuild(filled)
    assert listed(filled) == ["a.txt", "b.md", "c.txt"]
