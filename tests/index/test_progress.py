from __future__ import annotations

from time import sleep

import pytest

from index.progress import progress_bar, silent


def test_a_bar_shows_stage_count_rate_and_remaining_time_on_stderr(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress_bar() as progress:
        progress("files", 0, 4)
        progress("passages", 0, 7)
        sleep(0.25)  # it draws five times a second
        progress("files", 3, 4)
        progress("passages", 7, 7)
        printed = capsys.readouterr()
    assert printed.out == ""
    assert "files:  75%" in printed.err
    assert "| 3/4 [00:00<00:00, " in printed.err
    assert "passages: 100%" in printed.err


def test_bars_are_wiped_out_when_the_work_fails(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        with progress_bar() as progress:
            progress("files", 2, 4)
            raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        work()
    *_, drawn, wiped, rest = capsys.readouterr().err.split("\r")
    assert "files" in drawn
    assert (wiped.strip(), rest) == ("", "")


def test_silence_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    silent("files", 1, 2)
    assert capsys.readouterr() == ("", "")
