"""Copies of uploaded files, which are kept in the data folder, and their names."""

from __future__ import annotations

import os
import shutil
import unicodedata
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from index.errors import CatalogueError
from index.values import checksum, digest

ORIGINALS = "originals"  # below the data folder
_MOST_STEM_BYTES, _MOST_SUFFIX = 150, 20  # of a name; file systems allow 255 bytes
MOST_FOLDERS = 6  # of a path that an upload came with, its name among them


def original_path(content_hash: str, name: str) -> str:
    """Return where the copy of a file with this content and name is, below the data folder."""
    return f"{ORIGINALS}/{content_hash[:16]}/{name}"


def is_original(path: str) -> bool:
    """Whether a path of the catalogue is that of a copy."""
    return path.startswith(ORIGINALS)


def keep_original(file: Path, target: Path, content_hash: str) -> None:
    """Copy an uploaded file to its place, unless it is there; it is safe on disk afterwards.

    A copy that a power cut left empty, or that somebody changed, is replaced.

    Raises:
        CatalogueError: It can't be copied.
    """
    if target.is_file() and checksum(target) == content_hash:
        return
    try:
        _copy(file, target)
    except OSError as error:
        raise CatalogueError(
            f"can't keep a copy of {file.name!r} in {str(target.parent)!r} ({error.strerror}); the "
            "disk may be full: make room and upload it again"
        ) from error


def remove_original(data_dir: Path, kept: str) -> None:
    """Delete the copy of an uploaded file, and its folder where no other name's copy is in it."""
    copy = data_dir / kept
    if copy.parent.parent == data_dir / ORIGINALS:
        with suppress(FileNotFoundError, NotADirectoryError):  # it never came to be
            copy.unlink()
        with suppress(OSError):
            copy.parent.rmdir()


def safe_name(name: str) -> str:
    """Return a file name that can be stored and shown, whatever a client sent."""
    bare = Path(name.replace("\\", "/")).name
    shown = "".join("_" if unicodedata.category(c)[0] == "C" else c for c in bare).lstrip(".")
    stem, suffix = Path(shown).stem, Path(shown).suffix
    if len(stem.encode()) <= _MOST_STEM_BYTES and len(suffix) <= _MOST_SUFFIX:
        return shown or "unnamed"
    # Two long names may differ only in what is cut off.
    cut = stem.encode()[:_MOST_STEM_BYTES].decode("utf-8", "ignore")
    return f"{cut}-{digest(shown)[:8]}{suffix[:_MOST_SUFFIX]}"


def safe_path(name: str) -> str:
    """Return a file name with the last of the folders before it, each as `safe_name` makes it."""
    parts = [part for part in name.replace("\\", "/").split("/") if part.strip(". ")]
    return "/".join(map(safe_name, parts[-MOST_FOLDERS:])) or "unnamed"


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = mkstemp(dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as copy, file.open("rb") as source:
            shutil.copyfileobj(source, copy)
            copy.flush()
            os.fsync(copy.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
