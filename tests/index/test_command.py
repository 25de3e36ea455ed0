from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index.command import CUT_OFF, common_flags, run_command, say
from index.errors import NotFoundError
from index.settings import Settings

Run = Callable[[argparse.Namespace, Settings], int]


def run(command: Run, *arguments: str) -> int:
    parser = argparse.ArgumentParser("try", parents=[common_flags()])
    parser.set_defaults(run=command)
    return run_command(parser, arguments, interrupted="stopped")


def test_a_command_gets_its_options_and_settings_and_gives_the_exit_code() -> None:
    def command(options: argparse.Namespace, settings: Settings) -> int:
        assert options.json
        assert settings.data_dir == Path("here")
        return 7

    assert run(command, "--data-dir", "here", "--json") == 7


def test_a_known_error_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def command(options: argparse.Namespace, settings: Settings) -> int:
        raise NotFoundError("no such thing")

    assert run(command) == 1
    assert capsys.readouterr().err == "error: no such thing\n"


def test_settings_that_make_no_sense_are_a_known_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lambda options, settings: 0, "--config", "missing.toml") == 1
    assert "error: the settings file 'missing.toml' can't be read" in capsys.readouterr().err


def test_an_interruption_says_what_the_command_has_to_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def command(options: argparse.Namespace, settings: Settings) -> int:
        raise KeyboardInterrupt

    assert run(command) == 130
    assert capsys.readouterr().err == "stopped\n"


def test_an_error_of_the_program_is_not_hidden() -> None:
    def command(options: argparse.Namespace, settings: Settings) -> int:
        raise ZeroDivisionError("a mistake")

    with pytest.raises(ZeroDivisionError, match="a mistake"):
        run(command)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("\x1b]0;owned\x07Fee: \x1b[8m40\x9b0m", "\ufffd]0;owned\ufffdFee: \ufffd[8m40\ufffd0m"),
        ("12\u202e1\u202c", "12\ufffd1\ufffd"),
        ("bad\udce4.txt\r", "bad\ufffd.txt\ufffd"),
        ("Zürich\tשלום\n👩\u200d🔬", "Zürich\tשלום\n👩\u200d🔬"),
    ],
)
def test_what_is_said_does_nothing_to_a_terminal(
    text: str, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say(text)
    assert capsys.readouterr().out == f"{printed}\n"


def test_a_reader_that_has_enough_ends_a_command_quietly() -> None:
    code = "from index.command import exit_code; exit(exit_code(lambda: print('x' * 100_000) or 0))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", CUT_OFF)
