"""Decides what has to be done about each file: index it, leave it, or remove its document."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain, count
from pathlib import Path

from index.build import Job
from index.catalogue import CatalogueReader, FileState
from index.errors import NotFoundError, RefusedFileError
from index.folder import FoundFile, as_stored, scan, stored_path
from index.loaders import Limits, load
from index.loaders.isolation import READING
from index.originals import is_original, keep_original, original_path, safe_name, safe_path
from index.settings import Settings
from index.values import Extract, Outcome, checksum, digest
from index.vanished import find_vanished

# Begins the stamp of a file: raised when loaders read more of the same files, by which those that
# were indexed by an older version are read anew.
_READ_AS = "v2:"


@dataclass(frozen=True, slots=True)
class Intake:
    """What has to be done.

    Attributes:
        jobs: New and changed files.
        unchanged: Files that are as they were.
        touched: States of those among them whose stamp changed, though not their content.
        refused: Files that can't be indexed.
        vanished: Documents whose file is gone, or has another document too.
    """

    jobs: tuple[Job, ...] = ()
    unchanged: tuple[Outcome, ...] = ()
    touched: tuple[FileState, ...] = ()
    refused: tuple[Outcome, ...] = ()
    vanished: tuple[Outcome, ...] = ()


def join(intakes: Iterable[Intake]) -> Intake:
    """Return what all of them say, once of each document; of several jobs the last one stands."""
    parts = list(intakes)
    jobs = {job.state.document_id: job for part in parts for job in part.jobs}
    vanished = {outcome.id: outcome for part in parts for outcome in part.vanished}
    return Intake(
        tuple(jobs.values()),
        tuple(chain.from_iterable(part.unchanged for part in parts)),
        tuple(chain.from_iterable(part.touched for part in parts)),
        tuple(chain.from_iterable(part.refused for part in parts)),
        tuple(vanished.values()),
    )


def take_path(
    path: Path,
    collection: str,
    reader: CatalogueReader,
    settings: Settings,
    *,
    taken: dict[str, str],
) -> Intake:
    """Compare a file or folder with what the catalogue knows of it.

    Args:
        path: The file or folder.
        collection: Where it belongs.
        reader: What is known.
        settings: Limits, and the data folder, which isn't indexed.
        taken: The path that each new source was given to, so far, and the source of each such
            path (a path begins with a slash, a source never does); added to.
    """
    try:
        found = scan(path, exclude=[settings.data_dir.absolute()])
    except NotFoundError as error:
        reason = str(error)
        if left := len(reader.states_below(collection, as_stored(str(path)))):
            documents = "the document" if left == 1 else f"the {left} documents"
            reason += f", or 'python -m index remove' removes {documents} that came from there"
        return Intake(refused=(Outcome(None, str(path), reason),))
    files = [_take_file(file, collection, reader, settings, taken) for file in found.files]
    vanished = find_vanished(path, found, collection, reader)
    return join([Intake(refused=found.refused, vanished=vanished), *files])


def take_upload(
    file: Path,
    collection: str,
    reader: CatalogueReader,
    settings: Settings,
    *,
    taken: dict[str, str],
    called: str | None = None,
) -> Intake:
    """Keep a copy of an uploaded file, and compare it with an earlier one of the same name.

    Takes what `take_path` takes; a second file of the same name and other content is refused.
    `called` is the file's name with the folders that it came with, where it isn't its own.
    """
    shown = safe_path(called) if called else safe_name(file.name)
    try:
        too_large = file.stat().st_size > settings.max_file_bytes
        content_hash = "" if too_large else checksum(file)
    except OSError as error:
        return Intake(refused=(Outcome(None, shown, _unreadable(error)),))
    kept = original_path(content_hash, Path(shown).name)
    source = _source_of_upload(shown, collection, reader)
    if taken.setdefault(source, kept) != kept:
        reason = "another file of this name was uploaded with it; rename one of them"
        return Intake(refused=(Outcome(None, shown, reason),))
    before = reader.owner(collection, source)
    target = settings.data_dir / kept
    if not too_large:
        keep_original(file, target, content_hash)
    if before and before.content_hash == content_hash:
        return Intake(unchanged=(Outcome(before.document_id, source, ""),))
    state = FileState(digest(collection, source), source, kept, 0, content_hash, content_hash)
    load_file = _loading(file if too_large else target, settings)
    note = "replaced the earlier file of this name" if before else ""
    return Intake(jobs=(Job(state, collection, _now(), _keep_before(load_file, before), note),))


def take_again(document_id: str, reader: CatalogueReader, settings: Settings) -> Intake:
    """Read a document's file once more, whether or not it has changed.

    Raises:
        NotFoundError: There is no such document, or its file is gone.
    """
    document, before = reader.document(document_id), reader.state(document_id)
    if document is None or before is None:
        raise NotFoundError(f"no document has the id {document_id!r}; it may have been removed")
    if before.path is None:
        raise NotFoundError(f"{document.source!r} was not made of a file; add its text again")
    file = settings.data_dir / before.path  # an absolute path stays as it is
    try:
        content_hash = checksum(file)
    except OSError as error:
        raise NotFoundError(f"{document.source!r}: {_unreadable(error)}") from error
    state = replace(before, content_hash=content_hash)
    load_file = _loading(file, settings)
    job = Job(state, document.collection, document.modified, _keep_before(load_file, before))
    return Intake(jobs=(job,))


def take_text(
    source: str, title: str, text: str, collection: str, reader: CatalogueReader
) -> Intake:
    """Compare a text held in memory with an earlier one of the same source."""
    content_hash = hashlib.sha256(f"{title}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()
    before = reader.owner(collection, source)
    if before and before.content_hash == content_hash:
        return Intake(unchanged=(Outcome(before.document_id, source, ""),))
    state = FileState(digest(collection, source), source, None, 0, "", content_hash)
    return Intake(jobs=(Job(state, collection, _now(), partial(_extract_text, title, text)),))


def _take_file(
    file: FoundFile,
    collection: str,
    reader: CatalogueReader,
    settings: Settings,
    taken: dict[str, str],
) -> Intake:
    """Compare a file with its document; others of it, made by older versions, are to be removed."""
    states = reader.file_states(collection, stored_path(file.path))
    before = states[0] if states else None  # of several, the one that was kept up to date
    surplus = tuple(
        Outcome(other.document_id, other.source, f"its file is indexed as {states[0].source!r}")
        for other in states[1:]
    )
    intake = _compare(file, before, collection, reader, settings, taken)
    return replace(intake, vanished=surplus)


def _compare(
    file: FoundFile,
    before: FileState | None,
    collection: str,
    reader: CatalogueReader,
    settings: Settings,
    taken: dict[str, str],
) -> Intake:
    path = stored_path(file.path)
    try:
        status = file.path.stat()
        stamp = _stamp(status)
        if before and before.stamp == stamp and before.device == file.device:
            return Intake(unchanged=(Outcome(before.document_id, before.source, ""),))
        too_large = status.st_size > settings.max_file_bytes
        content_hash = "" if too_large else checksum(file.path)
    except OSError as error:
        return Intake(refused=(Outcome(None, file.source, _unreadable(error)),))
    if before and before.content_hash == content_hash and before.stamp.startswith(_READ_AS):
        state = replace(before, device=file.device, stamp=stamp)
        outcome = Outcome(before.document_id, before.source, "")
        return Intake(unchanged=(outcome,), touched=(state,))
    source = before.source if before else _claim(file, collection, reader, taken)
    state = FileState(digest(collection, source), source, path, file.device, stamp, content_hash)
    modified = datetime.fromtimestamp(status.st_mtime, UTC).isoformat(timespec="seconds")
    load_file = _while_same(_loading(file.path, settings), file.path, stamp)
    return Intake(jobs=(Job(state, collection, modified, _keep_before(load_file, before)),))


def _claim(file: FoundFile, collection: str, reader: CatalogueReader, taken: dict[str, str]) -> str:
    """Return the file's source, lengthened by its folders' names where another file has it."""
    path = stored_path(file.path)
    if path in taken:  # it lies below two of the paths that are being added
        return taken[path]
    parts = Path(path).parts[1:]
    own = len(Path(file.source).parts)
    longer = ["/".join(parts[-length:]) for length in range(own + 1, len(parts) + 1)]
    candidates = chain([file.source, *longer], (f"{n}{path}" for n in count(2)))
    source = next(
        each
        for each in candidates
        if taken.get(each, path) == path and reader.owner(collection, each) is None
    )
    taken[source], taken[path] = path, source
    return source


def _source_of_upload(shown: str, collection: str, reader: CatalogueReader) -> str:
    """Return the source of the earlier upload of this name, else one that no file has."""
    free: list[str] = []
    for source in chain([shown, f"uploads/{shown}"], (f"uploads/{n}/{shown}" for n in count(2))):
        owner = reader.owner(collection, source)
        if owner and owner.path and is_original(owner.path):
            return source
        if owner is None:
            free.append(source)
        # The plain name may have become free since the earlier upload.
        if free and source != shown:
            break
    return free[0]


def _keep_before(
    load_file: Callable[[], Extract], before: FileState | None
) -> Callable[[], Extract]:
    if before is None:
        return load_file

    def load_or_keep() -> Extract:
        try:
            return load_file()
        except RefusedFileError as refusal:
            raise RefusedFileError(f"{refusal} (what was indexed before is kept)") from refusal

    return load_or_keep


def _while_same(load_file: Callable[[], Extract], path: Path, stamp: str) -> Callable[[], Extract]:
    """Let no text be taken for that of a file which was changed since it was looked at."""

    def load_same() -> Extract:
        extract = load_file()
        with suppress(OSError):
            if _stamp(path.stat()) == stamp:
                return extract
        raise RefusedFileError("it was changed while it was read; add it again")

    return load_same


def _stamp(status: os.stat_result) -> str:
    return f"{_READ_AS}{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}"


def _unreadable(error: OSError) -> str:
    return f"it can't be read ({error.strerror}); check that it exists, and its permissions"


def _extract_text(title: str, text: str) -> Extract:
    if not text.strip():
        raise RefusedFileError("there is no text in it")
    try:
        f"{title}{text}".encode()
    except UnicodeEncodeError as error:
        raise RefusedFileError(f"it isn't valid Unicode ({error.reason})") from error
    return Extract(text, title or None, None, (), "text")


def _loading(path: Path, settings: Settings) -> Callable[[], Extract]:
    limits = Limits(
        max_file_bytes=settings.max_file_bytes, max_text_characters=settings.max_text_characters
    )
    return partial(READING.call, load, path, limits=limits)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
