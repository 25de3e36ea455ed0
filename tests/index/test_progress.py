from __future__ import annotations

import pytest

from index.progress import progress_bar, silent


def test_a_bar_shows_stage_count_and_rate_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar() as progress:
        progress("files", 1, 4)
        progress("passages", 7, 7)
        progress("files", 4, 4)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "files: 100%" in printed.err
    assert "4/4" in printed.err
    assert "passages: 100%" in printed.err
    assert "/s]" in printed.err


def test_bars_are_closed_when_the_work_fails(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        with progress_bar() as progress:
            progress("files", 2, 4)
            raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        work()
    assert capsys.readouterr().err.endswith("\n")


def test_silence_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    silent("files", 1, 2)
    assert capsys.readouterr() == ("", "")
