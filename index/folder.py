"""Finds the files to index below a folder, and says why others are left out."""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import NotFoundError
from index.loaders import SUFFIXES, unsupported
from index.values import Outcome

Lister = Callable[[Path], Iterable[str]]

# Joiners are part of words in many scripts, and of emoji; other format characters only deceive.
_JOINERS = "\u200c\u200d"
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Word's lock files carry the name of the document that is open.
_LOCK_START = "~$"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that can be indexed.

    Attributes:
        path: Where it is, absolute.
        source: Its path below the folder that was scanned, with `/`, printable valid Unicode; its
            name where it was named itself.
        device: Number of the device that its folder is on; it changes when something is mounted.
    """

    path: Path
    source: str
    device: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What lies below a folder.

    Attributes:
        files: The files to index, in the order of their sources.
        refused: What is left out and worth a word, each with its reason.
        unreadable: Folders, absolute, whose files can't be seen: they have not vanished.
        left: The paths of what is refused, absolute.
    """

    files: tuple[FoundFile, ...]
    refused: tuple[Outcome, ...]
    unreadable: tuple[Path, ...]
    left: tuple[Path, ...] = ()


def scan(path: Path, *, exclude: Sequence[Path], lister: Lister = os.listdir) -> Scan:
    """Return the files of a folder and of those below it, or the one file that was named.

    Hidden files and folders, and what lies in `exclude`, are passed over in silence. Symbolic
    links are followed where they lead to a file inside the folder; a link to a folder inside it
    would only show the same files again, and is refused.

    Args:
        path: A folder or a file; it may be hidden itself, or a symbolic link.
        exclude: Folders, such as the data folder, that are never indexed.
        lister: Returns the names in a folder.

    Raises:
        NotFoundError: There is nothing at `path`.
    """
    try:
        root = path.resolve(strict=True)
        status = root.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        # ValueError: a NUL character in the path.
        shown = printable(str(path))
        raise NotFoundError(f"no such file or folder: {shown}; check the path") from error
    except (OSError, RuntimeError) as error:
        # RuntimeError: what pathlib makes of a symbolic link to itself.
        outcome = Outcome(None, printable(path.name or str(path)), _reason(error))
        return Scan((), (outcome,), (path.absolute(),))
    walk = _Walk(root, tuple(folder.resolve() for folder in exclude), lister)
    if stat.S_ISDIR(status.st_mode):
        walk.folders()
    elif not walk.is_excluded(root):
        walk.named_file(path.absolute().parent.resolve() / path.name)
    return walk.result()


def printable(name: str) -> str:
    r"""Return a file name as valid Unicode on one line: `\x0a` and the like for what isn't.

    Bytes that aren't UTF-8, which Python carries as lone surrogates, become `\xff` again.
    """
    if name.isascii() and name.isprintable():
        return name
    return "".join(_shown(character) for character in name)


def stored_path(path: Path) -> str:
    r"""Return a path as the catalogue knows it: with `\xff` for a byte that isn't UTF-8."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def as_stored(name: str) -> str:
    """Return the path that a document of the file `name` would have in the catalogue."""
    path = Path(name).absolute()
    try:
        return stored_path(path.parent.resolve() / path.name)
    except (OSError, RuntimeError, ValueError):  # a link to itself, a NUL character
        return stored_path(path)


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _UNPRINTABLE or character in _JOINERS:
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _reason(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "no permission to read it; change its permissions and add it again"
    if isinstance(error, RuntimeError) or getattr(error, "errno", None) == errno.ELOOP:
        return "it is a symbolic link that leads round in a circle"
    return f"it can't be read: {getattr(error, 'strerror', None) or error}"


@dataclass(slots=True)
class _Walk:
    """One scan: what was found so far, and the links that wait until all folders are known."""

    root: Path
    exclude: tuple[Path, ...]
    lister: Lister
    files: dict[str, FoundFile] = field(default_factory=dict)
    refused: list[Outcome] = field(default_factory=list)
    unreadable: list[Path] = field(default_factory=list)
    links: list[Path] = field(default_factory=list)
    left: list[Path] = field(default_factory=list)

    def result(self) -> Scan:
        files = tuple(self.files[source] for source in sorted(self.files))
        refused = tuple(sorted(self.refused, key=lambda outcome: outcome.source))
        return Scan(files, refused, tuple(sorted(self.unreadable)), tuple(self.left))

    def is_excluded(self, path: Path) -> bool:
        return any(path.is_relative_to(folder) for folder in self.exclude)

    def named_file(self, path: Path) -> None:
        try:
            device = path.parent.stat().st_dev
            mode = path.stat().st_mode
        except OSError as error:
            self._refuse(path, _reason(error))
        else:
            self._take(path, mode, device)

    def folders(self) -> None:
        # A stack rather than recursion: folders may nest deeper than Python's calls.
        waiting = [self.root]
        while waiting:
            folder = waiting.pop()
            if self.is_excluded(folder):
                continue
            try:
                device = folder.stat().st_dev
                names = sorted(self.lister(folder))
            except OSError as error:
                self._refuse(folder, _reason(error))
                self.unreadable.append(folder)
                continue
            waiting.extend(self._entries(folder, names, device))
        for link in sorted(self.links):
            self._follow(link)

    def _entries(self, folder: Path, names: Iterable[str], device: int) -> Iterable[Path]:
        """Take the files of a folder, put its links by, and yield the folders in it."""
        for name in names:
            if name.startswith((".", _LOCK_START)):
                continue
            path = folder / name
            try:
                mode = path.lstat().st_mode
            except FileNotFoundError as error:
                self._refuse(path, _reason(error))
                continue
            except OSError as error:
                # It may be a folder, for all we know.
                self._refuse(path, _reason(error))
                self.unreadable.append(path)
                continue
            if stat.S_ISDIR(mode):
                yield path
            elif stat.S_ISLNK(mode):
                self.links.append(path)
            elif not self.is_excluded(path):
                self._take(path, mode, device)

    def _follow(self, link: Path) -> None:
        try:
            target = link.resolve(strict=True)
            mode = target.stat().st_mode
            device = link.parent.stat().st_dev
        except FileNotFoundError:
            self._refuse(link, "it is a symbolic link that leads nowhere")
        except (OSError, RuntimeError) as error:
            self._refuse(link, _reason(error))
        else:
            if self.is_excluded(target):
                return
            if reason := self._objection(link, target, mode):
                self._refuse(link, reason)
            else:
                self._take(link, mode, device)

    def _objection(self, link: Path, target: Path, mode: int) -> str | None:
        """Return why a link isn't followed, or None."""
        if not target.is_relative_to(self.root):
            return "it is a symbolic link that leads out of the folder; add its target by itself"
        if any(part.startswith(".") for part in target.relative_to(self.root).parts):
            return "it is a symbolic link to something hidden"
        if not stat.S_ISDIR(mode):
            return None
        if link.is_relative_to(target):
            return "it is a symbolic link that leads back to a folder that it lies in"
        return "it is a symbolic link to a folder whose files are indexed anyway"

    def _take(self, path: Path, mode: int, device: int) -> None:
        if not stat.S_ISREG(mode):
            self._refuse(path, "it is a pipe, socket or device rather than a file")
        elif path.suffix.lower() not in SUFFIXES:
            self._refuse(path, unsupported(printable(path.suffix)))
        elif (source := self._source(path)) in self.files:
            self._refuse(
                path, "another file has the same name once what can't be shown is replaced"
            )
        else:
            self.files[source] = FoundFile(path, source, device)

    def _refuse(self, path: Path, reason: str) -> None:
        self.refused.append(Outcome(None, self._source(path), reason))
        self.left.append(path)

    def _source(self, path: Path) -> str:
        below = path.is_relative_to(self.root) and path != self.root
        return printable(
            path.relative_to(self.root).as_posix() if below else path.name or str(path)
        )
