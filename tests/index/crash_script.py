"""Indexes a folder in small steps, so that a test can kill it on the way.

Prints 0 when all is loaded and the work begins, then how many files are said to be committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import faiss  # noqa: F401 - loaded before the work begins, so that it isn't all that is killed
import tantivy  # noqa: F401

from index.language import detect_language
from index.library import Library
from index.settings import Settings
from index.tokens import count_tokens
from tests.fakes import FakeEmbedder

COMMIT_CHUNKS = 6


def tell(stage: str, done: int, total: int) -> None:
    if stage == "files":
        print(done, flush=True)


def open_library(data_dir: Path) -> Library:
    settings = Settings(data_dir=data_dir, chunk_tokens=64, commit_chunks=COMMIT_CHUNKS)
    return Library(settings, embedder=FakeEmbedder())


if __name__ == "__main__":
    detect_language("Loads the model for languages.")
    count_tokens(["Loads the table of tokens."])
    library = open_library(Path(sys.argv[1]))
    tell("files", 0, 0)
    library.add([Path(sys.argv[2])], progress=tell)
