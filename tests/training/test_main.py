from __future__ import annotations

from pathlib import Path

import pytest

import retrieval
from training import similarity
from training.__main__ import main


def test_missing_data_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "similarity.json"
    arguments = ["similarity", "--data", str(tmp_path), "--output", str(output)]
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: '")
    assert captured.err.endswith("give another one with --data\n")
    assert captured.err.count("\n") == 1
    assert not output.exists()


def test_the_figures_are_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[object] = []

    def train(data: Path, work_dir: Path, output: Path, *, limit: int, seed: int) -> object:
        asked.extend([data, work_dir, output, limit, seed])
        return {"held_out": {"questions": 5}}

    monkeypatch.setattr(similarity, "train", train)
    assert main(["similarity", "--data", str(tmp_path), "--limit", "7", "--seed", "2"]) == 0
    assert capsys.readouterr().out == '{\n "questions": 5\n}\n'
    output = Path(retrieval.__file__).parent / "similarity.json"
    assert asked == [tmp_path, Path(".footnote/training"), output, 7, 2]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["similarity"],
        ["reader", "--data", "x", "--rate", "slow"],
        ["similarity", "--limit", "many"],
    ],
)
def test_wrong_usage_exits_with_two(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: python -m training" in capsys.readouterr().err
