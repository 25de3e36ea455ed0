"""Tells whose file is gone for good from whose can't be seen at the moment."""

from __future__ import annotations

from collections.abc import Container, Iterable
from pathlib import Path

from index.catalogue import CatalogueReader, FileState
from index.folder import Scan, stored_path
from index.values import Outcome


def find_vanished(
    path: Path, found: Scan, collection: str, reader: CatalogueReader
) -> tuple[Outcome, ...]:
    """Return the documents below `path` whose file is gone for good.

    A file that can't be seen isn't gone: its folder may be unreadable, or the disk that it was on
    may not be mounted, in which case its place is on another device than before. A device whose
    number changed (NFS, btrfs, a container's disk) is known by the files that are still on it.
    """
    if path.absolute() in found.unreadable:
        return ()
    root = path.resolve()
    devices = {stored_path(file.path): file.device for file in found.files}
    present = devices.keys() | {stored_path(left) for left in found.left}
    states = reader.states_below(collection, stored_path(root))
    same_device = {(state.device, devices[state.path]) for state in states if state.path in devices}
    return tuple(
        Outcome(state.document_id, state.source, "its file is gone")
        for state in states
        if state.path
        and state.path not in present
        and _is_gone(state, found.unreadable, same_device)
    )


def _is_gone(
    state: FileState, unreadable: Iterable[Path], same_device: Container[tuple[int, int]]
) -> bool:
    path = Path(state.path or "")
    if any(path.is_relative_to(folder) for folder in unreadable):
        return False
    folder = next(parent for parent in path.parents if parent.is_dir())
    device = folder.stat().st_dev
    return device == state.device or (state.device, device) in same_device
