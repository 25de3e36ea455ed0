from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.figures import write_figures
from evaluation.options import Options
from evaluation.run import run
from index.errors import DatasetError
from tests.evaluation.fakes import fake_opener, hit_object, write_beir, write_squad

PAGE = "# Title\n\n<!-- figures:start -->\nold\n<!-- figures:end -->\n\nAfter.\n"


@pytest.fixture
def outputs(tmp_path: Path) -> list[Path]:
    found = [hit_object(name, 0, 5) for name in ("b", "c")]
    (tmp_path / "engine").mkdir()
    sets = {
        "one": (write_squad(tmp_path / "engine"), ()),
        "two": (write_beir(tmp_path / "fruit"), found),
    }
    for name, (dataset, hits) in sets.items():
        opener, _ = fake_opener(found=hits)
        run(Options(dataset, tmp_path / name), tell=lambda _: None, opener=opener)
    return [tmp_path / name for name in sets]


def test_the_table_stands_between_the_markers(tmp_path: Path, outputs: list[Path]) -> None:
    page = tmp_path / "README.md"
    page.write_text(PAGE, "utf-8")
    write_figures(page, outputs)
    text = page.read_text("utf-8")
    assert text.startswith(
        "# Title\n\n<!-- figures:start -->\n|  | engine/set | fruit |\n| --- | ---: | ---: |\n"
    )
    assert text.endswith("\n<!-- figures:end -->\n\nAfter.\n")
    assert "\nold\n" not in text
    lines = text.splitlines()
    assert "| questions | 3 | 1 |" in lines
    assert "| recall@100 | – | 1.000 |" in lines
    assert "| verbatim quotes | 1.000 | – |" in lines
    assert any(line.startswith("| exact match | 0.333 (0.000–") for line in lines)


def test_writing_twice_changes_nothing(tmp_path: Path, outputs: list[Path]) -> None:
    page = tmp_path / "README.md"
    page.write_text(PAGE, "utf-8")
    write_figures(page, outputs)
    once = page.read_text("utf-8")
    write_figures(page, outputs)
    assert page.read_text("utf-8") == once


def test_runs_of_other_code_are_no_one_table(tmp_path: Path, outputs: list[Path]) -> None:
    page = tmp_path / "README.md"
    page.write_text(PAGE, "utf-8")
    path = outputs[1] / "metrics.json"
    metrics = json.loads(path.read_text("utf-8"))
    metrics["provenance"]["code"] = "older"
    path.write_text(json.dumps(metrics), "utf-8")
    with pytest.raises(DatasetError, match=r"two is a run of another code than .*one; run it"):
        write_figures(page, outputs)
    assert page.read_text("utf-8") == PAGE


@pytest.mark.parametrize(
    ("content", "message"), [("{", "isn't what a run writes"), ("{}", "lacks")]
)
def test_a_damaged_run_is_told(
    tmp_path: Path, outputs: list[Path], content: str, message: str
) -> None:
    page = tmp_path / "README.md"
    page.write_text(PAGE, "utf-8")
    (outputs[0] / "metrics.json").write_text(content, "utf-8")
    with pytest.raises(DatasetError, match=message):
        write_figures(page, outputs)


@pytest.mark.parametrize("text", ["none", "<!-- figures:start -->", "<!-- figures:end -->"])
def test_a_page_without_markers_is_refused(tmp_path: Path, outputs: list[Path], text: str) -> None:
    page = tmp_path / "README.md"
    page.write_text(text, "utf-8")
    with pytest.raises(DatasetError, match="lacks <!-- figures:start --> or"):
        write_figures(page, outputs)
    assert page.read_text("utf-8") == text
