"""How one generation of the search index follows another: immutable files, swapped as one.

The folder `index/` holds manifests `<number>.json`, vector segments `<number>.faiss` and folders
`<number>.words` with a word index for each collection that changed then, whose unchanged files are
hard links to the one before. The number in force is in the catalogue, in the same transaction as
the documents themselves; files that its manifest doesn't name are leftovers.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from index import lexical
from index.codebook import write_trained
from index.embedding import Vectors
from index.engine import Change
from index.errors import CatalogueError
from index.lexical import Entry, LexicalIndex
from index.manifest import File, Manifest, Segment, read_manifest, write_manifest
from index.values import checksum, digest
from index.vectors import TRAINED_FROM, Keys, VectorSegment, open_segment, write_flat

_COPIED = frozenset({"meta.json", ".managed.json"})  # tantivy rewrites these
_MOST_DEAD = 0.25  # share of removed vectors at which all segments are written anew


def advance(
    folder: Path, previous: Manifest, change: Change, *, in_force: int | None = None
) -> Manifest:
    """Write the files of the next generation; it is in force once the catalogue says so.

    What that costs depends on the change, not on what is there: new vectors become a small segment,
    removed ones a tombstone. `tidy` does the rest.

    Args:
        folder: The index folder, made when it isn't there.
        previous: The generation to build on.
        change: What is added and removed.
        in_force: Number of the generation in force where that isn't `previous`.
    """
    number = _begin(folder, previous, in_force)
    with ThreadPoolExecutor(1) as beside:
        vectors = beside.submit(_advance_vectors, folder, previous, number, change)
        words = tuple(_advance_words(folder, previous, number, change))
        segments, tombstones = vectors.result()
    return _finish(folder, previous, Manifest(number, words, segments, tombstones, ()))


def tidy(
    folder: Path,
    previous: Manifest,
    *,
    in_force: int | None = None,
    training: Callable[[int], None] | None = None,
) -> Manifest | None:
    """Merge vector segments where there are too many or too much of them is dead.

    Args:
        folder: The index folder.
        previous: The generation to build on.
        in_force: Number of the generation in force where that isn't `previous`.
        training: Told 0 before a segment is trained and 1 after it.

    Returns:
        The next generation, or None where there is nothing to do.
    """
    merged = _untidy(previous)
    if not merged:
        return None
    number = _begin(folder, previous, in_force)
    opened = {part.name: open_segment(folder / part.name) for part in merged}
    held = _keys(opened.values())
    dead = np.intersect1d(held, np.array(previous.tombstones, np.int64))
    path = folder / f"{number}.faiss"
    trained = len(held) >= TRAINED_FROM or any(part.trained for part in merged)
    if trained:
        codebook = _find_codebook(folder, previous, opened)
        count = write_trained(
            path,
            list(opened.values()),
            codebook=codebook,
            dead=dead,
            training=training or (lambda _: None),
        )
    else:
        count = _write_living(
            path, [each for part in opened.values() for each in part.blocks()], dead
        )
    kept = [part for part in previous.segments if part.name not in opened]
    if count:
        kept.append(Segment(path.name, count, trained))
    tombstones = tuple(sorted({*previous.tombstones} - {*dead.tolist()}))
    segments = tuple(sorted(kept, key=lambda part: -part.count))
    return _finish(folder, previous, Manifest(number, previous.words, segments, tombstones, ()))


def clean(folder: Path, *, keep: Sequence[int]) -> None:
    """Delete the files of all generations but those in `keep`.

    The one before the one in force should be kept, as a reader may just be opening it.
    """
    kept = set()
    for number in keep:
        try:
            manifest = read_manifest(folder, number)
        except CatalogueError:
            continue  # missing, or damaged: nobody can open it, and rebuilding must go on
        kept |= {f"{number}.json", *(Path(file.name).parts[0] for file in manifest.files)}
    for path in folder.iterdir():
        if path.name in kept:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _begin(folder: Path, previous: Manifest, in_force: int | None) -> int:
    """Return the next number; what an interrupted run may have left of it is cleaned away."""
    folder.mkdir(parents=True, exist_ok=True)
    force = previous.number if in_force is None else in_force
    clean(folder, keep=(force - 1, force, previous.number))
    return previous.number + 1


def _finish(folder: Path, previous: Manifest, draft: Manifest) -> Manifest:
    """Write the manifest, and return it, with all files safe on disk."""
    known = {file.name: file for file in previous.files}
    linked = {Path(file.name).name: file for file in previous.files}
    folders = [folder / path for _, path in draft.words]
    paths = [folder / segment.name for segment in draft.segments]
    for each in folders:
        paths += sorted(path for path in each.iterdir() if path.suffix != ".lock")
    files, fresh = [], []
    # What the previous generation has, too, isn't read again: that is cheaper, and damage that was
    # done since isn't taken for what belongs.
    for path in paths:
        name = path.relative_to(folder).as_posix()
        file = known.get(name) or _find_linked(path, name, linked)
        if file is None:
            fresh.append(path)
            file = File(name, path.stat().st_size, checksum(path))
        files.append(file)
    manifest = replace(draft, files=tuple(files))
    above = {each for path in (*fresh, *folders) for each in (path.parent, path.parent.parent)}
    inside = [each for each in above if each.is_relative_to(folder)]
    for path in (write_manifest(folder, manifest), *fresh, *folders, *inside):
        _flush(path)
    return manifest


def _advance_words(
    folder: Path, previous: Manifest, number: int, change: Change
) -> Iterator[tuple[str, str]]:
    """Yield each collection that has words now, and the folder with its index."""
    before = dict(previous.words)
    added: dict[str, list[Entry]] = {}
    for entry in change.entries:
        added.setdefault(entry.collection, []).append(entry)
    for collection in sorted({*before, *added}):
        removed = change.removed_documents.get(collection, ())
        if not removed and collection not in added:
            yield collection, before[collection]
            continue
        words = folder / f"{number}.words" / digest(collection)
        words.mkdir(parents=True)
        if collection in before:
            for path in (folder / before[collection]).iterdir():
                if path.suffix != ".lock":
                    _link(path, words / path.name)
        else:
            lexical.create(words)
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
) -> tuple[tuple[Segment, ...], tuple[int, ...]]:
    """Write the new vectors as a segment, merged with small ones so that sizes at least halve."""
    kept = list(previous.segments)
    dead = np.union1d(previous.tombstones, change.removed_keys).astype(np.int64)
    merged: list[VectorSegment] = []
    fresh = len(change.keys)
    while kept and not kept[-1].trained and kept[-1].count < min(2 * fresh, TRAINED_FROM - fresh):
        merged.append(open_segment(folder / kept[-1].name))
        fresh += kept.pop().count
    if fresh:
        path = folder / f"{number}.faiss"
        blocks = [block for segment in merged for block in segment.blocks()]
        count = _write_living(path, [(change.keys, change.vectors), *blocks], dead)
        kept.append(Segment(path.name, count, trained=False))
    left = np.setdiff1d(dead, _keys(merged))
    return tuple(sorted(kept, key=lambda part: -part.count)), tuple(left.tolist())


def _untidy(manifest: Manifest) -> list[Segment]:
    """Return the segments that should become one."""
    total = sum(segment.count for segment in manifest.segments)
    if len(manifest.tombstones) > _MOST_DEAD * total:
        return list(manifest.segments)
    merged = [segment for segment in manifest.segments if not segment.trained]
    size = sum(segment.count for segment in merged)
    if size < TRAINED_FROM:
        return []
    for segment in reversed([segment for segment in manifest.segments if segment.trained]):
        if segment.count < 2 * size:
            merged.append(segment)
            size += segment.count
    return merged


def _find_codebook(
    folder: Path, manifest: Manifest, opened: Mapping[str, VectorSegment]
) -> VectorSegment | None:
    """Return the largest trained segment, whose centroids others may share."""
    trained = [segment.name for segment in manifest.segments if segment.trained]
    if not trained:
        return None
    return opened.get(trained[0]) or open_segment(folder / trained[0])


def _write_living(path: Path, blocks: Sequence[tuple[Keys, Vectors]], dead: Keys) -> int:
    """Write the vectors that aren't dead as a flat segment, and return how many they are."""
    keys = np.concatenate([keys for keys, _ in blocks])
    vectors = np.concatenate([vectors for _, vectors in blocks])
    order = np.argsort(keys)
    order = order[~np.isin(keys[order], dead)]
    if len(order):
        write_flat(path, keys[order], vectors[order])
    return len(order)


def _keys(segments: Iterable[VectorSegment]) -> Keys:
    return np.concatenate([np.zeros(0, np.int64), *(segment.keys for segment in segments)])


def _find_linked(path: Path, name: str, linked: Mapping[str, File]) -> File | None:
    """Return the entry, by its new name, of a file that is a hard link to an earlier one's."""
    status = path.stat()
    before = linked.get(path.name)
    if before is None or before.size != status.st_size:
        return None
    shared = status.st_nlink > 1 and path.name not in _COPIED
    return replace(before, name=name) if shared else None


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
