from __future__ import annotations

import socket
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest

from index import diagnosis, tokens
from index.diagnosis import Finding, examine
from index.errors import ModelError
from index.settings import Settings
from tests.fakes import FakeEmbedder

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def port() -> Iterator[socket.socket]:
    """A port that is in use."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes seconds: the model itself."""
    monkeypatch.setattr(diagnosis, "choose_embedder", FakeEmbedder)


def by_name(settings: Settings) -> dict[str, Finding]:
    return {finding.what: finding for finding in examine(settings)}


@pytest.mark.model
def test_this_machine_can_run_everything(tmp_path: Path, free_port: int) -> None:
    findings = by_name(Settings(data_dir=tmp_path / "data", port=free_port))
    assert [finding for finding in findings.values() if not finding.good] == []
    assert findings["embedder"].detail.startswith("all-MiniLM-L6-v2@53aa51172d14, 384 dimensions")
    assert findings["port"].detail == f"127.0.0.1:{free_port} is free"
    assert findings["torch"].detail.startswith("2.13.0")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.model
def test_an_embedder_that_isnt_there_is_told(tmp_path: Path, free_port: int) -> None:
    missing = str(tmp_path / "no-such-model")
    finding = by_name(Settings(embedder=missing, port=free_port))["embedder"]
    assert not finding.good
    assert "no-such-model" in finding.detail


@pytest.mark.usefixtures("quick")
def test_everything_is_tried_even_when_something_fails(tmp_path: Path, port: socket.socket) -> None:
    number = port.getsockname()[1]
    findings = by_name(Settings(data_dir=tmp_path, port=number))
    assert list(findings) == [
        "embedder",
        "token table",
        "dense search",
        "lexical search",
        "catalogue",
        "data folder",
        "port",
        "torch",
        "gradio",
    ]
    assert [finding.what for finding in findings.values() if not finding.good] == ["port"]
    assert findings["port"].detail == (
        f"can't listen on 127.0.0.1:{number} (Address already in use); "
        "name another port with --port"
    )


@pytest.mark.usefixtures("quick")
def test_a_data_folder_that_cant_be_written_to_is_told(tmp_path: Path, free_port: int) -> None:
    (tmp_path / "file").touch()
    settings = Settings(data_dir=tmp_path / "file" / "data", port=free_port)
    finding = by_name(settings)["data folder"]
    assert not finding.good
    assert finding.detail.startswith(f"can't write to '{tmp_path}/file' (Not a directory); check")


@pytest.mark.usefixtures("quick")
def test_a_missing_table_package_and_damaged_model_are_told(
    free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(model: str) -> None:
        raise ModelError("model.safetensors isn't the one expected; run 'make setup' again")

    def miss(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(diagnosis, "choose_embedder", refuse)
    monkeypatch.setattr(diagnosis, "version", miss)
    monkeypatch.setattr(tokens, "ENCODING", "no_such_table")
    tokens._encoding.cache_clear()
    findings = by_name(Settings(port=free_port))
    assert findings["embedder"].detail.startswith("model.safetensors isn't the one expected")
    assert findings["token table"].detail.startswith("the token table 'no_such_table' is not")
    assert findings["torch"].detail == "torch is not installed; run 'make setup' again"
    assert not any(findings[name].good for name in ("embedder", "token table", "torch", "gradio"))


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("search", "what"),
    [("search_segments", "dense search"), ("LexicalIndex", "lexical search")],
)
def test_an_engine_that_finds_nothing_is_told(
    search: str, what: str, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Blind:
        def __init__(self, *folders: object) -> None: ...

        def search(self, text: str, k: int) -> object:
            return np.zeros(0), np.zeros(0)

    def find_nothing(*_: object, **__: object) -> object:
        return np.zeros(0), np.zeros(0)

    monkeypatch.setattr(diagnosis, search, Blind if search == "LexicalIndex" else find_nothing)
    finding = by_name(Settings(port=free_port))[what]
    assert not finding.good
    assert finding.detail.endswith("doesn't find what it was given; run 'make setup' again")
