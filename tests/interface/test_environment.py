from __future__ import annotations

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from interface.environment import (
    NICENESS,
    UPLOADS,
    UPLOADS_KEPT_SECONDS,
    give_way,
    go_offline,
    sweep_uploads,
)


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


@pytest.mark.skipif(sys.platform != "linux", reason="only there have threads a niceness each")
def test_the_threads_that_read_let_the_page_go_first() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    with ThreadPoolExecutor(initializer=give_way) as beside:
        assert beside.submit(niceness).result() == min(niceness() + NICENESS, 19)


@pytest.mark.parametrize(("name", "left"), [(f"{UPLOADS}x", ["new", "whole"]), ("theirs", None)])
def test_what_broken_uploads_left_is_swept_up(
    name: str, left: list[str] | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / name
    (folder / "whole").mkdir(parents=True)
    for file in ("new", "old"):
        (folder / file).touch()
    long_ago = time.time() - UPLOADS_KEPT_SECONDS - 1
    os.utime(folder / "old", (long_ago, long_ago))
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    sweep_uploads()
    assert sorted(path.name for path in folder.iterdir()) == (left or ["new", "old", "whole"])


def test_nothing_is_swept_where_the_folder_is_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / f"{UPLOADS}gone"))
    sweep_uploads()
