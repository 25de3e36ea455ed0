from __future__ import annotations

import sys
import venv
from pathlib import Path

import pytest

from benchmarks import peers_environment
from benchmarks.peers_environment import offline, pip_install, prepare_environment
from benchmarks.results import BenchmarkError


def test_the_environment_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []
    installed: list[tuple[str, ...]] = []

    def create(folder: Path, **_: bool) -> None:
        made.append(folder)
        folder.mkdir()

    monkeypatch.setattr(venv, "create", create)
    monkeypatch.setattr(peers_environment, "pip_install", lambda _, *what: installed.append(what))
    folder = tmp_path / "environment"
    assert prepare_environment(folder) == prepare_environment(folder) == folder / "bin" / "python"
    assert made == [folder]
    torch, peers = installed
    assert torch[0] == "--requirement"
    assert torch[1].endswith("torch.pin")
    assert peers[:2] == ("--constraint", torch[1])
    assert peers[3].endswith("peers.txt")


def test_the_environment_is_made_anew_when_others_are_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    monkeypatch.setattr(venv, "create", lambda folder, **_: made.append(folder))
    monkeypatch.setattr(peers_environment, "pip_install", lambda *_: None)
    (tmp_path / "installed").write_text("something else")
    prepare_environment(tmp_path)
    assert made == [tmp_path]


def test_a_pip_that_fails_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="pip couldn't install 'nowhere/at-all'"):
        pip_install(Path(sys.executable), "--no-index", "nowhere/at-all")


def test_measurements_are_offline_and_report_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    variables = offline(tmp_path)
    assert variables["HF_HUB_OFFLINE"] == "1"
    assert variables["ANONYMIZED_TELEMETRY"] == "False"
    assert "PATH" in variables
