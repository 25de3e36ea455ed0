from __future__ import annotations

import os
from pathlib import Path

import pytest

from interface.environment import go_offline


def test_nothing_leaves_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "True")
    monkeypatch.setenv("NO_PROXY", "intranet,localhost")
    go_offline()
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert os.environ["GRADIO_TEMP_DIR"] == str(tmp_path)
    assert os.environ["NO_PROXY"] == "intranet,localhost,127.0.0.1,::1"


def test_uploads_get_a_folder_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", "to be deleted")
    monkeypatch.delenv("GRADIO_TEMP_DIR")
    go_offline()
    folder = Path(os.environ["GRADIO_TEMP_DIR"])
    assert folder.is_dir()
    assert folder.stat().st_mode & 0o077 == 0
