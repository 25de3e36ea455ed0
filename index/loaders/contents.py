"""Reads a file's bytes, and never hangs on something that only looks like a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from index.errors import RefusedFileError
from index.loaders.limits import Limits

Opener = Callable[[Path, int], int]

# A FIFO opened without O_NONBLOCK waits for a writer for ever; Windows has neither flag nor need.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_FLAGS |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read_bytes(path: Path, *, limits: Limits, opener: Opener = os.open) -> bytes:
    """Return the whole content of a regular file.

    Args:
        path: The file; symbolic links are followed.
        limits: `max_file_bytes` is checked before anything is read, and again while reading.
        opener: Opens the path with `os.open` flags and returns a file descriptor.

    Raises:
        RefusedFileError: It isn't a regular file, can't be read, is empty or too large, or
            changed while it was being read.
    """
    try:
        return _read(path, limits, opener)
    except FileNotFoundError as error:
        reason = "the file is no longer there; add its folder again"
        raise RefusedFileError(reason) from error
    except PermissionError as error:
        reason = "no permission to read the file; change its permissions and add it again"
        raise RefusedFileError(reason) from error
    except (OSError, ValueError) as error:
        # ValueError: a NUL character in the path.
        cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise RefusedFileError(f"the file can't be read: {cause}") from error


def _read(path: Path, limits: Limits, opener: Opener) -> bytes:
    # Looking before opening: opening alone can already do something to a device.
    _check(path.stat(), limits)
    with os.fdopen(opener(path, _FLAGS), "rb") as file:
        before = os.fstat(file.fileno())
        _check(before, limits)
        data = file.read(limits.max_file_bytes + 1)
        after = os.fstat(file.fileno())
    if len(data) > limits.max_file_bytes:
        raise _too_large(len(data), limits)
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        raise RefusedFileError("the file changed while it was being read; add it again")
    if not data:
        raise RefusedFileError("the file is empty")
    return data


def _check(status: os.stat_result, limits: Limits) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise RefusedFileError("it is a folder, though its name looks like a file's")
    if not stat.S_ISREG(status.st_mode):
        raise RefusedFileError("it is a pipe, socket or device rather than a file")
    if status.st_size > limits.max_file_bytes:
        raise _too_large(status.st_size, limits)


def _too_large(size_bytes: int, limits: Limits) -> RefusedFileError:
    return RefusedFileError(
        f"the file is too large: {size_bytes:,} bytes or more, where {limits.max_file_bytes:,} "
        f"are allowed; split it into several files"
    )
