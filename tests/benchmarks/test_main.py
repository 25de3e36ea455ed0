from __future__ import annotations

import argparse
import sys
from types import SimpleNamespace

import pytest

from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.results import BenchmarkError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--words", default="nothing")


def say(arguments: argparse.Namespace) -> None:
    print("said", arguments.words)


def fail(arguments: argparse.Namespace) -> None:
    raise BenchmarkError("the tape is torn; glue it")


def interrupt(arguments: argparse.Namespace) -> None:
    raise KeyboardInterrupt


@pytest.fixture(params=[say])
def stand_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(__doc__="Says.", add_arguments=add_arguments, run=request.param)
    monkeypatch.setitem(sys.modules, "benchmarks.scale", module)  # as if it were imported


@pytest.mark.usefixtures("stand_in")
def test_a_benchmark_gets_its_own_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scale", "--words", "hello"]) == 0
    assert capsys.readouterr().out == "said hello\n"


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize("stand_in", [fail], indirect=True)
def test_a_known_error_takes_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scale"]) == 1
    assert capsys.readouterr().err == "error: the tape is torn; glue it\n"


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize("stand_in", [interrupt], indirect=True)
def test_an_interruption_takes_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scale"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_an_unknown_name_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["tempo"])
    assert "'tempo'" in capsys.readouterr().err


def test_help_says_what_each_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(about in shown for about in BENCHMARKS.values())
