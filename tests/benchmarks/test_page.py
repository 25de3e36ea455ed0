from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import page
from benchmarks.page import collect, describe, fill, open_browser, page_table, send, wait_for_page
from benchmarks.results import BenchmarkError
from tests.interface.serving import serve_fakes

LINES = """{"data": [{"title": "Bridges", "paragraphs": [
 {"context": "The bridge at Orlen was opened in 1931.", "qas": [
  {"id": "1", "question": "When was it opened?",
   "answers": [{"text": "1931", "answer_start": 34}]}]}
]}]}"""


def test_moments_are_collected_by_name() -> None:
    replies = [{"sent": 5.0, "step": 1.0, "word": 2.0, "answer": 3.0} for _ in range(2)]
    assert collect(replies) == {"step": [1.0, 1.0], "word": [2.0, 2.0], "answer": [3.0, 3.0]}


def test_the_table_shows_percentiles_and_targets() -> None:
    figures = {name: describe([100.0, 200.0, 300.0]) for name in page.MOMENTS}
    lines = page_table(figures).splitlines()
    assert lines[0] == "| from | p50, ms | p95, ms | p99, ms | target, ms |"
    assert lines[2].startswith("| a visit to the first meaningful paint | 200 | 290 |")
    assert lines[2].endswith("| 1,500 |")
    assert lines[3].endswith("| – |")


def test_a_server_that_ended_is_told_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as written:
        code = "import sys; sys.exit('no room')"
        process = subprocess.Popen([sys.executable, "-c", code], stderr=written)
    process.wait()
    with pytest.raises(BenchmarkError, match="no room"):
        wait_for_page("http://127.0.0.1:1", process, log)


def test_without_a_browser_it_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BenchmarkError, match="no 'chromium' on the path"), open_browser():
        pytest.fail("there was one")


@pytest.mark.model
def test_a_library_is_filled_up_to_the_chunks_asked_for(tmp_path: Path) -> None:
    squad = tmp_path / "squad.json"
    squad.write_text(LINES)
    assert fill(tmp_path / "data", [squad], 1) == 1
    assert fill(tmp_path / "data", [squad], 1) == 1


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with serve_fakes(tmp_path) as served:
        yield served


@pytest.mark.browser
@pytest.mark.server
@pytest.mark.enable_socket
def test_a_visit_and_a_question_are_timed_in_the_page(address: str) -> None:
    with open_browser() as browser:
        assert 0.0 < page.visit(browser, address) < 60_000.0
        opened = page.open_page(browser, address)
        moments = send(opened, "How many accounts were closed?")
        assert 0.0 < moments["step"] <= moments["word"] <= moments["answer"] < 60_000.0
