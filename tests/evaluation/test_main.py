from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.__main__ import FELL, main
from evaluation.options import Options
from evaluation.run import run
from index.command import KNOWN_ERROR
from tests.evaluation.fakes import answer_object, fake_opener, write_squad


@pytest.fixture
def outputs(tmp_path: Path) -> tuple[Path, Path]:
    declined = answer_object("", abstained=True, short_answer="", citations=[])
    for name, script in (("good", {}), ("bad", {"when": lambda: declined})):
        opener, _ = fake_opener(script=script)
        run(Options(write_squad(tmp_path), tmp_path / name), tell=lambda _: None, opener=opener)
    return tmp_path / "good", tmp_path / "bad"


def test_a_known_error_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "nowhere", "--output", "out"]) == KNOWN_ERROR
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "error: there is no question set at nowhere; check the path\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["run", "x"],
        ["run", "x", "--output", "y", "--limit", "0"],
        ["run", "x", "--output", "y", "--limit", "many"],
        ["run", "x", "--output", "y", "--format", "csv"],
        ["run", "x", "--output", "y", "--given-passage", "--server", "http://localhost"],
        ["compare", "x"],
        ["compare", "x", "y", "--tolerance", "-1"],
    ],
)
def test_wrong_usage_exits_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage:" in capsys.readouterr().err


def test_compare_exits_3_on_a_fall(
    outputs: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = map(str, outputs)
    assert main(["compare", good, bad]) == FELL
    assert "right to wrong: 1" in capsys.readouterr().out
    assert main(["compare", good, good]) == 0
    assert main(["compare", good, bad, "--tolerance", "1"]) == 0


def test_compare_prints_one_json_object(
    outputs: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = map(str, outputs)
    assert main(["compare", good, bad, "--json"]) == FELL
    assert json.loads(capsys.readouterr().out)["right_to_wrong"][0]["id"] == "when"


def test_check_exits_3_below_a_threshold(
    outputs: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    thresholds = tmp_path / "thresholds.toml"
    thresholds.write_text("[at_least.answers]\nexact_match = 0.3\n", "utf-8")
    good, bad = map(str, outputs)
    assert main(["check", good, str(thresholds)]) == 0
    assert main(["check", bad, str(thresholds)]) == FELL
    assert "missed" in capsys.readouterr().out


def test_figures_are_written_to_a_page(outputs: tuple[Path, Path], tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("<!-- figures:start --><!-- figures:end -->", "utf-8")
    assert main(["figures", str(page), *map(str, outputs)]) == 0
    assert page.read_text("utf-8").count("/set |") == 2


@pytest.mark.model
def test_a_run_prints_its_figures_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["run", str(write_squad(tmp_path)), "--output", str(tmp_path / "out"), "--json"]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["questions"] == 3
