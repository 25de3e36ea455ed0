"""Manifests: what a generation of the search index consists of, one small JSON file each."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import CatalogueError


@dataclass(frozen=True, slots=True)
class File:
    """A file of a generation, by its path below the index folder."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A vector segment: its file, how many vectors are in it, and whether it is trained."""

    name: str
    count: int
    trained: bool


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


def read_manifest(folder: Path, number: int) -> Manifest:
    """Read the manifest of generation `number` in an index folder.

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


def write_manifest(folder: Path, manifest: Manifest) -> Path:
    """Write a manifest, and return its path."""
    path = folder / f"{manifest.number}.json"
    path.write_text(json.dumps(asdict(manifest)), "utf-8")
    return path
