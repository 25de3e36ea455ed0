from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from benchmarks.results import (
    cell,
    commit,
    markdown_table,
    median_of,
    provenance,
    save_plot,
    write_result,
)
from index.errors import DatasetError


def draw(figure: Figure) -> None:
    figure.subplots().plot((0, 1), (0, 1), label="a line")


def test_a_result_says_what_its_figures_depend_on(tmp_path: Path) -> None:
    path = write_result(tmp_path / "new", "speed", {"per_s": 12.5})
    result = json.loads(path.read_text("utf-8"))
    assert path == tmp_path / "new" / "speed.json"
    assert (result["benchmark"], result["per_s"]) == ("speed", 12.5)
    assert result["provenance"].keys() == {"machine", "date", "versions", "commit"}


def test_a_result_needs_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="can't make the folder"):
        write_result(tmp_path / "file", "speed", {})


def test_the_machine_is_described_with_its_memory() -> None:
    described = provenance()["machine"]
    assert {"system", "processor", "cores", "memory_bytes"} <= described.keys()
    assert described["memory_bytes"] > 2**20


@pytest.mark.skipif(shutil.which("git") is None, reason="git is missing")
def test_outside_a_repository_there_is_no_commit(tmp_path: Path) -> None:
    assert commit(tmp_path) is None


def test_without_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit(tmp_path) is None


def test_the_median_leaves_out_runs_that_failed() -> None:
    assert median_of([3.0, None, 1.0, 2.0]) == 2.0
    assert median_of([None]) is None


def test_cells_have_digits_and_a_dash_for_nothing() -> None:
    assert cell(1234.56) == "1,234.6"
    assert cell(0.5, 3, suffix=" ms") == "0.500 ms"
    assert cell(None, suffix=" ms") == "–"


def test_a_table_has_its_first_column_to_the_left() -> None:
    assert markdown_table(["system", "per s"], [["a", "1"], ["b", "2"]]) == (
        "| system | per s |\n| --- | ---: |\n| a | 1 |\n| b | 2 |"
    )


def test_a_plot_is_saved_as_its_name_says(tmp_path: Path) -> None:
    save_plot(tmp_path / "plots" / "one.svg", draw)
    save_plot(tmp_path / "one.png", draw)
    assert "<svg" in (tmp_path / "plots" / "one.svg").read_text("utf-8")
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")
