"""The engine of one machine: immutable files in a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from index.engine import Change, SearchIndex, State, Training
from index.errors import CatalogueError
from index.generation import Generation
from index.manifest import EMPTY, File, Manifest, read_manifest
from index.succession import advance, tidy
from index.values import checksum


class LocalEngine:
    """Keeps generations in a folder, see `succession`."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which is made when there is something to keep."""
        self.folder = folder

    def open(self, number: int, *, before: SearchIndex | None = None) -> Generation:
        """Open a generation; what it shares with `before` isn't read again.

        Raises:
            CatalogueError: It is missing or damaged.
        """
        known = before if isinstance(before, Generation) else None
        return Generation(self.folder, read_manifest(self.folder, number), before=known)

    def advance(self, number: int, change: Change) -> State:
        """Make the generation after `number`; it is in force once the catalogue says so.

        Raises:
            CatalogueError: Generation `number` is damaged, or files can't be written.
        """
        manifest = read_manifest(self.folder, number)
        with self._writing():
            return _state(advance(self.folder, manifest, change))

    def tidy(self, number: int, training: Training) -> State | None:
        """Merge segments where there are too many or too much is dead; None where not.

        Raises:
            CatalogueError: Generation `number` is damaged, or files can't be written.
        """
        manifest = read_manifest(self.folder, number)
        with self._writing():
            tidied = tidy(self.folder, manifest, training=training)
        return None if tidied is None else _state(tidied)

    def derive(self, number: int, changes: Iterable[Change], training: Training) -> State:
        """Make a generation of `changes` alone, while generation `number` is in force.

        Raises:
            CatalogueError: Files can't be written.
        """
        manifest = replace(EMPTY, number=number)
        for change in changes:
            with self._writing():
                manifest = advance(self.folder, manifest, change, in_force=number)
                tidied = tidy(self.folder, manifest, in_force=number, training=training)
            manifest = tidied or manifest
        return _state(manifest)

    def check(self, state: State) -> Iterator[str]:
        """Yield what is wrong with a generation's files, a line each."""
        try:
            manifest = read_manifest(self.folder, state.number)
        except CatalogueError as error:
            yield str(error)
            return
        for file in manifest.files:
            if not _is_sound(self.folder / file.name, file):
                yield f"{file.name} is damaged; run 'python -m index rebuild'"
                return
        if manifest.fingerprint != state.fingerprint:
            yield "the manifest isn't the catalogue's; run 'python -m index rebuild'"

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:  # tantivy's are ValueErrors
            raise CatalogueError(
                f"the search index in {str(self.folder)!r} can't be written ({error}); the disk "
                "may be full: make room and try again, or see what 'python -m index verify' says"
            ) from error


def _state(manifest: Manifest) -> State:
    return State(manifest.number, manifest.fingerprint)


def _is_sound(path: Path, file: File) -> bool:
    try:
        return checksum(path) == file.sha256
    except OSError:  # missing, or deleted just now by a writer that is generations ahead
        return False
