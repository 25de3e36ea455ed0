"""The engine of one machine: immutable files in a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from index.engine import Change, SearchIndex, State, Training
from index.errors import CatalogueError
from index.generation import Generation
from index.manifest import EMPTY, Manifest, read_manifest
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
        """Make the generation after `number`; it is in force once the catalogue says so."""
        return _state(advance(self.folder, read_manifest(self.folder, number), change))

    def tidy(self, number: int, training: Training) -> State | None:
        """Merge segments where there are too many or too much is dead; None where not."""
        tidied = tidy(self.folder, read_manifest(self.folder, number), training=training)
        return None if tidied is None else _state(tidied)

    def derive(self, number: int, changes: Iterable[Change], training: Training) -> State:
        """Make a generation of `changes` alone, while generation `number` is in force."""
        manifest = replace(EMPTY, number=number)
        for change in changes:
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
            path = self.folder / file.name
            if not path.is_file() or checksum(path) != file.sha256:
                yield f"{file.name} is damaged; run 'python -m index rebuild'"
                return
        if manifest.fingerprint != state.fingerprint:
            yield "the manifest isn't the catalogue's; run 'python -m index rebuild'"


def _state(manifest: Manifest) -> State:
    return State(manifest.number, manifest.fingerprint)
