from __future__ import annotations

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


@pytest.mark.parametrize("text", ["none", "<!-- figures:start -->", "<!-- figures:end -->"])
def test_a_page_without_markers_is_refused(tmp_path: Path, outputs: list[Path], text: str) -> None:
    page = tmp_path / "README.md"
    page.write_text(text, "utf-8")
    with pytest.raises(DatasetError, match="lacks <!-- figures:start --> or"):
        write_figures(page, outputs)
    assert page.read_text("utf-8") == text
