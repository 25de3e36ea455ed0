"""Generations of the search index: immutable files, listed in a manifest, swapped as one.

The folder `index/` holds manifests `<number>.json`, vector segments `<number>.faiss` and, for each
generation, a folder `<number>.words` with a word index for each collection, whose unchanged files
are hard links to the generation before. The
number in force is in the catalogue, in the same transaction as the documents themselves; files
of other numbers are leftovers.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from index import lexical
from index.embedding import Vectors
from index.errors import CatalogueError
from index.lexical import Entry, LexicalIndex
from index.values import digest
from index.vectors import Keys, Scores, VectorSegment, open_segment, search_segments, write_segment

_COPIED = frozenset({"meta.json", ".managed.json"})  # tantivy rewrites these
_MOST_DEAD = 0.25  # share of removed vectors at which all segments are written anew


@dataclass(frozen=True, slots=True)
class File:
    """A file of a generation, by its path below the index folder."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A vector segment: its file and how many vectors are in it."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation consists of.

    Attributes:
        number: Number of the generation, from 1; 0 for the empty one before the first.
        words: Each collection's name and the folder of its word index, by name.
        segments: Vector segments, largest first.
        tombstones: Keys of removed chunks whose vectors still lie in a segment.
        files: Every file with size and checksum.
    """

    number: int
    words: tuple[tuple[str, str], ...]
    segments: tuple[Segment, ...]
    tombstones: tuple[int, ...]
    files: tuple[File, ...]

    @property
    def fingerprint(self) -> str:
        """The first 16 hexadecimal digits of a SHA-256 over all of it."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


EMPTY = Manifest(0, (), (), (), ())


@dataclass(frozen=True, slots=True)
class Change:
    """What the next generation has that the present one hasn't, and the other way round.

    Attributes:
        entries: New chunks as they are searched by words.
        keys: Their keys, int64 of shape (n,).
        vectors: Their vectors, float32 of shape (n, dim).
        removed_documents: Ids of documents that go, by collection.
        removed_keys: Keys of those documents' chunks.
    """

    entries: Sequence[Entry]
    keys: Keys
    vectors: Vectors
    removed_documents: Mapping[str, Sequence[str]]
    removed_keys: Sequence[int]


class Generation:
    """One generation, opened for searching."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Open the files of `manifest` in the index folder `folder`.

        Raises:
            CatalogueError: A file is missing or has the wrong size.
        """
        for file in manifest.files:
            path = folder / file.name
            if not path.is_file() or path.stat().st_size != file.size:
                raise CatalogueError(
                    f"the index file {file.name!r} is missing or damaged; "
                    "run 'python -m index rebuild'"
                )
        self.manifest = manifest
        self.members: dict[str, Keys] = {}  # of collections, noted as they are asked for
        self._segments = [open_segment(folder / segment.name) for segment in manifest.segments]
        self._tombstones = np.array(manifest.tombstones, np.int64)
        self._words = {name: LexicalIndex(folder / path) for name, path in manifest.words}
        self._all_words = LexicalIndex(*(folder / path for _, path in manifest.words))

    def nearest(self, query: Vectors, k: int, *, only: Keys | None) -> tuple[Keys, Scores]:
        """Return keys and inner products of the `k` chunks nearest to `query`, best first.

        Args:
            query: A vector of unit length, float32 of shape (dim,).
            k: How many at most.
            only: The keys that may be found, or None for all.
        """
        return search_segments(self._segments, query, k, without=self._tombstones, only=only)

    def words(self, collection: str | None) -> LexicalIndex:
        """Return the words of a collection, or of all."""
        if collection is None:
            return self._all_words
        return self._words.get(collection) or LexicalIndex()

    @property
    def keys(self) -> Keys:
        """The keys of all chunks that can be found by their vectors, ascending."""
        held = [segment.keys for segment in self._segments]
        return np.setdiff1d(np.concatenate([*held, np.zeros(0, np.int64)]), self._tombstones)

    @property
    def segments(self) -> Sequence[VectorSegment]:
        """The opened vector segments."""
        return self._segments


def read_manifest(folder: Path, number: int) -> Manifest:
    """Read the manifest of generation `number`.

    Raises:
        CatalogueError: It is missing or can't be read.
    """
    if number == 0:
        return EMPTY
    path = folder / f"{number}.json"
    try:
        fields = json.loads(path.read_text("utf-8"))
        return Manifest(
            number=fields["number"],
            words=tuple((name, path) for name, path in fields["words"]),
            segments=tuple(Segment(**segment) for segment in fields["segments"]),
            tombstones=tuple(fields["tombstones"]),
            files=tuple(File(**file) for file in fields["files"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CatalogueError(
            f"the index manifest {path.name!r} can't be read; run 'python -m index rebuild'"
        ) from error


def advance(
    folder: Path, previous: Manifest, change: Change, *, in_force: int | None = None
) -> Manifest:
    """Write the files of the next generation; it is in force once the catalogue says so.

    Args:
        folder: The index folder, made when it isn't there.
        previous: The generation to build on.
        change: What is added and removed.
        in_force: Number of the generation in force where that isn't `previous`.
    """
    number = previous.number + 1
    folder.mkdir(parents=True, exist_ok=True)
    force = previous.number if in_force is None else in_force
    clean(folder, keep=(force - 1, force, previous.number))
    words = tuple(_advance_words(folder, previous, number, change))
    segments, tombstones = _advance_vectors(folder, previous, number, change)
    known = {Path(file.name).name: file for file in previous.files}
    paths = [folder / segment.name for segment in segments]
    folders = [folder / path for _, path in words]
    for each in folders:
        paths += sorted(path for path in each.iterdir() if path.suffix != ".lock")
    files = tuple(_describe(path, folder, known) for path in paths)
    manifest = Manifest(number, words, tuple(segments), tuple(tombstones), files)
    target = folder / f"{number}.json"
    target.write_text(json.dumps(asdict(manifest)), "utf-8")
    for path in (target, *paths, *folders, folder):
        _flush(path)
    return manifest


def clean(folder: Path, *, keep: Sequence[int]) -> None:
    """Delete the files of all generations but those in `keep`.

    The one before the one in force should be kept, as a reader may just be opening it.
    """
    kept = set()
    for number in keep:
        if (folder / f"{number}.json").is_file():
            manifest = read_manifest(folder, number)
            kept |= {f"{number}.json", f"{number}.words"}
            kept |= {segment.name for segment in manifest.segments}
    for path in folder.iterdir():
        if path.name in kept:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _advance_words(
    folder: Path, previous: Manifest, number: int, change: Change
) -> Iterator[tuple[str, str]]:
    """Yield each collection that has words now, and the folder with its index."""
    before = dict(previous.words)
    added: dict[str, list[Entry]] = {}
    for entry in change.entries:
        added.setdefault(entry.collection, []).append(entry)
    for collection in sorted({*before, *added}):
        words = folder / f"{number}.words" / digest(collection)
        words.mkdir(parents=True)
        if collection in before:
            for path in (folder / before[collection]).iterdir():
                if path.suffix != ".lock":
                    _link(path, words / path.name)
        else:
            lexical.create(words)
        removed = change.removed_documents.get(collection, ())
        if removed or collection in added:
            lexical.update(words, removed=removed, added=added.get(collection, ()))
        if LexicalIndex(words).size:
            yield collection, words.relative_to(folder).as_posix()


def _link(source: Path, target: Path) -> None:
    if source.name in _COPIED:
        shutil.copyfile(source, target)
        return
    try:
        target.hardlink_to(source)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def _advance_vectors(
    folder: Path, previous: Manifest, number: int, change: Change
) -> tuple[list[Segment], list[int]]:
    """Write the new vectors as a segment, merged with older ones so that sizes at least halve."""
    dead = np.array([*previous.tombstones, *change.removed_keys], np.int64)
    total = sum(segment.count for segment in previous.segments)
    kept = list(previous.segments)
    fresh = len(change.keys)
    merged: list[Segment] = []
    everything = len(dead) > _MOST_DEAD * (total + 1)
    while kept and (everything or (fresh and kept[-1].count < 2 * fresh)):
        merged.append(kept.pop())
        fresh += merged[-1].count
    keys, vectors = [change.keys], [change.vectors]
    for opened in (open_segment(folder / segment.name) for segment in merged):
        alive = ~np.isin(opened.keys, dead)
        keys.append(opened.keys[alive])
        vectors.append(opened.vectors[alive])
        dead = np.setdiff1d(dead, opened.keys)
    joined = np.concatenate(keys)
    if len(joined):
        order = np.argsort(joined)
        segment = Segment(f"{number}.faiss", len(joined))
        write_segment(folder / segment.name, joined[order], np.concatenate(vectors)[order])
        kept.append(segment)
    return kept, sorted(int(key) for key in dead) if kept else []


def _describe(path: Path, folder: Path, known: dict[str, File]) -> File:
    """Return a file's entry; one that the previous generation has, too, isn't read again.

    That is cheaper, and damage that was done since isn't taken for what belongs there.
    """
    name = path.relative_to(folder).as_posix()
    status = path.stat()
    before = known.get(path.name)
    same = before and (before.name == name or status.st_nlink > 1) and path.name not in _COPIED
    if before and same and before.size == status.st_size:
        return replace(before, name=name)
    return File(name, status.st_size, checksum(path))


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
