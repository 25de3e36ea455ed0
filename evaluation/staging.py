"""A set's documents as files to add: the same for this process and for a server.

What a document is called decides its id, and ids break ties between hits; so both get the same
names in the same collection, and the loaders see the same bytes.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from evaluation.datasets import Dataset, SourceText, digest_files

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
NAME_CHARACTERS = 80
PREFIX = "evaluation-"  # of the collections of sets


@dataclass(frozen=True, slots=True)
class Staged:
    """Documents as files.

    Attributes:
        collection: The collection that they are to be added to.
        files: One file for each document with text, in the order of the set.
        names: Name of each document in the set, by the name of its file.
        sizes: Length of each document's text in characters, by the name of its file.
    """

    collection: str
    files: tuple[Path, ...]
    names: dict[str, str]
    sizes: dict[str, int]


@contextmanager
def stage(dataset: Dataset) -> Iterator[Staged]:
    """Write the documents that have text to a temporary folder."""
    with TemporaryDirectory(prefix="footnote-evaluation-") as folder:
        files: list[Path] = []
        names: dict[str, str] = {}
        sizes: dict[str, int] = {}
        for document in dataset.documents:
            if not document.text.strip():
                continue
            name = free_file_name(document, names)
            path = Path(folder) / name
            if document.path is None:
                path.write_bytes(document.text.encode("utf-8"))
            else:
                shutil.copyfile(document.path, path)
            files.append(path)
            names[name] = document.name
            sizes[name] = len(document.text)
        # By the documents alone: another question needs no other index.
        content = digest_files((path.name, path) for path in files)
        yield Staged(f"{PREFIX}{content[:12]}", tuple(files), names, sizes)


def free_file_name(document: SourceText, taken: dict[str, str]) -> str:
    """Return a name that every file system and server keeps as it is, and that no other has."""
    suffix = document.path.suffix if document.path else ".txt"
    stem = document.name.removesuffix(suffix) if document.path else document.name
    stem = UNSAFE.sub("_", stem).strip("._-")[:NAME_CHARACTERS] or "document"
    name, count = f"{stem}{suffix}", 1
    while name in taken:
        count += 1
        name = f"{stem}-{count}{suffix}"
    return name
