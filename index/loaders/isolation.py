"""Calls functions in a process of their own, so that a hostile file costs itself alone.

Readers of foreign formats, PDFium above all, may take all memory, never end or crash on what they
are given, and would take the program with them.
"""

from __future__ import annotations

import atexit
import json
import math
import os
import signal
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from threading import Lock, Thread
from typing import Any, ParamSpec, TypeVar

from index.errors import RefusedFileError

MOST_BYTES = 4 * 1_024**3  # of address space
MOST_SECONDS = 600  # of a core, for one call
ORPHANED_SECONDS = 0.2  # after which it may still be there without its parent
TOO_MUCH = (
    "reading it took too much memory or time, or failed altogether; open and save it again in "
    "another program, or split it, and add that"
)
P = ParamSpec("P")
T = TypeVar("T")
Process = subprocess.Popen[bytes]
_KINDS = (bytes, dict, Exception, Path)


class IsolatedProcess:
    """A process that makes one call at a time; it starts with the first. Threads may share it.

    Where the system bounds no memory or time of a process (Windows), neither does this.
    """

    def __init__(self, *, most_bytes: int = MOST_BYTES, most_seconds: int = MOST_SECONDS) -> None:
        self._bounds = most_bytes, most_seconds
        self._lock = Lock()
        self._process: Process | None = None
        atexit.register(self._end)

    def call(self, function: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
        """Return what a function of some module returns there; what it raises is raised here.

        Raises:
            RefusedFileError: It took too much, or ended its process.
        """
        with self._lock:
            if self._process is not None and self._process.poll() is not None:
                self._end()  # somebody else ended it
            process = self._process = self._process or self._start()
            try:
                _send(process, [_name(function), [*args], named])
                made = _receive(process)
            except BaseException as error:
                self._end()  # what it would say later isn't what the next call asks for
                if isinstance(error, OSError | ValueError):
                    raise RefusedFileError(TOO_MUCH) from error
                raise
        if isinstance(made, MemoryError):
            raise RefusedFileError(TOO_MUCH) from made
        if isinstance(made, Exception):
            raise made
        result: T = made
        return result

    def _start(self) -> Process:
        code = "from index.loaders.isolation import serve; serve()"
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        _send(process, [os.getpid(), *self._bounds])
        return process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


READING = IsolatedProcess()  # of files that are indexed
DRAWING = IsolatedProcess()  # of pages, which needn't wait for what is read


def serve() -> None:
    """Make the calls that come on standard input, until it ends."""
    calls = sys.stdin.buffer
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no result
    parent, most_bytes, most_seconds = _decode(json.loads(calls.readline()))
    Thread(target=_end_with, args=[parent], daemon=True).start()
    # Ctrl-C reaches it, too; the program decides what becomes of what it reads.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bound("RLIMIT_AS", most_bytes)
    _bound("RLIMIT_CORE", 0)
    for line in calls:
        name, args, named = _decode(json.loads(line))
        module, _, function_name = name.partition(":")
        function = attrgetter(function_name)(import_module(module))
        _bound("RLIMIT_CPU", math.ceil(time.process_time()) + most_seconds)
        try:
            result = _encode(function(*args, **named))
        except Exception as error:  # noqa: BLE001 - raised again in the parent
            result = _encode(error)
        results.write(json.dumps(result).encode() + b"\n")
        results.flush()


def _send(process: Process, message: object) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(_encode(message)).encode() + b"\n")
    process.stdin.flush()


def _receive(process: Process) -> Any:
    assert process.stdout is not None
    return _decode(json.loads(process.stdout.readline()))


def _name(kind: Callable[..., Any]) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _encode(value: Any) -> Any:
    """Return what JSON holds of a value: what it has no form for, by the name of its class."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [[_encode(each) for each in value], isinstance(value, tuple)]
    made: Any
    if isinstance(value, dict):
        made = [[name, _encode(each)] for name, each in value.items()]
    elif isinstance(value, bytes):
        made = b64encode(value).decode()
    elif isinstance(value, Path | Exception):
        made = str(value)
    else:
        made = [_encode(getattr(value, field.name)) for field in fields(value)]
    return {"class": _name(Path if isinstance(value, Path) else type(value)), "made": made}


def _decode(form: Any) -> Any:
    if isinstance(form, list):
        items, is_tuple = form
        decoded = [_decode(each) for each in items]
        return tuple(decoded) if is_tuple else decoded
    if not isinstance(form, dict):
        return form
    module, _, name = form["class"].partition(":")
    kind: Any = getattr(sys.modules.get(module), name, None)
    # A process that a file has taken over must have nothing called but what makes a value.
    if not isinstance(kind, type) or not (is_dataclass(kind) or issubclass(kind, _KINDS)):
        raise ValueError(f"{form['class']!r} is no class of values")
    made = form["made"]
    if kind is dict:
        return {name: _decode(each) for name, each in made}
    if kind is bytes:
        return b64decode(made)
    make: Callable[..., Any] = kind
    return make(*map(_decode, made)) if isinstance(made, list) else make(made)


def _end_with(parent: int) -> None:
    """End this process when the one that started it has ended, killed or not."""
    while os.getppid() == parent:
        time.sleep(ORPHANED_SECONDS)
    os._exit(1)


def _bound(name: str, most: int) -> None:
    """Set one of this process's bounds, where the system has them."""
    try:
        import resource
    except ImportError:
        return
    limit = getattr(resource, name)
    _, highest = resource.getrlimit(limit)
    most = most if highest == resource.RLIM_INFINITY else min(most, highest)
    resource.setrlimit(limit, (most, highest))
