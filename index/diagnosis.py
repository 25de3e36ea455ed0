"""Whether this machine can run everything: models, tables, engines, write access, ports."""

from __future__ import annotations

import socket
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from index import lexical
from index.embedders import choose_embedder
from index.errors import CatalogueError, FootnoteError, SettingsError
from index.lexical import Entry, LexicalIndex
from index.settings import Settings
from index.tokens import ENCODING, count_tokens
from index.vectors import open_segment, search_segments, write_flat


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined: what, whether it is good, and a detail or remedy."""

    what: str
    good: bool
    detail: str


def examine(settings: Settings) -> tuple[Finding, ...]:
    """Try everything that the program needs, and say of each whether it works."""
    checks: dict[str, Callable[[], str]] = {
        "embedder": partial(_try_embedder, settings),
        "token table": _try_tokens,
        "dense search": _try_vectors,
        "lexical search": _try_words,
        "catalogue": _find_sqlite,
        "data folder": partial(_try_folder, settings.data_dir),
        "port": partial(_try_port, settings.host, settings.port),
        "torch": partial(_find_package, "torch"),
        "gradio": partial(_find_package, "gradio"),
    }
    return tuple(_run(checks))


def _run(checks: dict[str, Callable[[], str]]) -> Iterator[Finding]:
    for what, check in checks.items():
        try:
            yield Finding(what, True, check())
        except (FootnoteError, OSError, ImportError) as error:
            yield Finding(what, False, str(error))


def _try_embedder(settings: Settings) -> str:
    embedder = choose_embedder(settings.embedder)
    vector = embedder.embed(["a test"])[0]
    return f"{embedder.name}, {len(vector)} dimensions, on {embedder.runtime}"


def _try_tokens() -> str:
    return f"{ENCODING} counts {count_tokens(['a test'])[0]} tokens in 'a test'"


def _try_vectors() -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "try.faiss"
        write_flat(path, np.array([7]), np.eye(1, 4, dtype=np.float32))
        found, _ = search_segments(
            [open_segment(path)], np.eye(1, 4, dtype=np.float32)[0], 1, only=None
        )
    if found.tolist() != [7]:
        raise CatalogueError("FAISS doesn't find what it was given; run 'make setup' again")
    return f"FAISS {version('faiss-cpu')}"


def _try_words() -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        lexical.create(path)
        lexical.update(path, removed=[], added=[Entry(7, "d", "c", "one word", "", "")])
        found, _ = LexicalIndex(path).search("words", 1)
    if found.tolist() != [7]:
        raise CatalogueError("tantivy doesn't find what it was given; run 'make setup' again")
    return f"tantivy {version('tantivy')}"


def _try_folder(data_dir: Path) -> str:
    existing = next(
        path for path in (data_dir.absolute(), *data_dir.absolute().parents) if path.exists()
    )
    try:
        with tempfile.TemporaryFile(dir=existing):
            return f"{data_dir} can be written to"
    except OSError as error:
        raise CatalogueError(
            f"can't write to {str(existing)!r} ({error.strerror}); check its permissions, or name "
            "another data folder with --data-dir"
        ) from error


def _try_port(host: str, port: int) -> str:
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise SettingsError(
            f"can't listen on {host}:{port} ({error.strerror}); name another port with --port"
        ) from error
    return f"{host}:{port} is free"


def _find_sqlite() -> str:
    return f"SQLite {sqlite3.sqlite_version}"


def _find_package(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError as error:
        raise ImportError(f"{name} is not installed; run 'make setup' again") from error
