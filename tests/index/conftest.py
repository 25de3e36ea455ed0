"""A library in a folder of its own, and files to put into it."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

from index.library import Library
from index.settings import Settings
from tests.fakes import FakeEmbedder

hypothesis.settings.register_profile("footnote", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("footnote")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", chunk_tokens=64, lock_timeout_s=0.2)


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def library(settings: Settings, embedder: FakeEmbedder) -> Library:
    return Library(settings, embedder=embedder)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A folder to put files into."""
    folder = tmp_path / "docs"
    folder.mkdir()
    return folder
