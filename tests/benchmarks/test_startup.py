from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from benchmarks import startup
from benchmarks.__main__ import main
from benchmarks.results import BenchmarkError
from benchmarks.startup import (
    Start,
    ask_over_http,
    describe,
    import_seconds,
    make_starts,
    measure,
    startup_table,
    wait_for_answer,
    wait_for_end,
)

SLEEP = "import time; time.sleep(60)"
REPORT = """import time: self [us] | cumulative | imported package
import time:       200 |        200 |     numpy.version
import time:       500 |        900 |   numpy
a line of the program
import time:     40000 |      40900 | faiss
"""


def run_python(code: str) -> Start:
    return Start("fake", 1.0, ("-c", code), wait_for_end)


def test_imports_are_added_up_by_package_most_first() -> None:
    taken = import_seconds(REPORT)
    assert list(taken) == ["faiss", "numpy"]
    assert taken == pytest.approx({"faiss": 0.04, "numpy": 0.0007})


def test_the_table_shows_medians_and_the_longest_imports() -> None:
    start = Start("search", 3.0, (), wait_for_end)
    row = describe(start, [2.0, 1.5, 9.0], {"faiss": 0.5, "numpy": 0.25})
    assert (row["median_s"], row["imports_s"]) == (2.0, 0.75)
    last = startup_table([row]).splitlines()[-1]
    assert last == "| search | 2.00 | 3 | 0.75 | faiss 0.50, numpy 0.25 |"


def test_search_and_server_work_on_the_same_folder() -> None:
    search, server = make_starts(Path("documents"), Path("data"), "Who?", port=4321)
    assert search.arguments == ("-m", "retrieval", "search", "Who?", "--data-dir", "data")
    assert server.arguments[-4:] == ("--data-dir", "data", "--port", "4321")


def test_a_process_is_timed_up_to_its_end(tmp_path: Path) -> None:
    measure(run_python("print(1)"), tmp_path / "log")
    assert (tmp_path / "log").read_bytes() == b""


def test_what_fails_is_told_with_its_last_line(tmp_path: Path) -> None:
    start = run_python("import sys; sys.exit('first\\nthe disk is full')")
    with pytest.raises(BenchmarkError, match=r"ended early \(the disk is full\)"):
        measure(start, tmp_path / "log")


def test_what_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "LONGEST_S", 0.01)
    with pytest.raises(BenchmarkError, match="no result after 0 s"):
        measure(run_python(SLEEP), tmp_path / "log")


def start_server(code: str, address: str = "http://127.0.0.1:1") -> Start:
    return Start(
        "fake", 1.0, ("-c", code), lambda process, log: wait_for_answer(address, "?", process, log)
    )


@pytest.mark.enable_socket
def test_a_server_that_ends_is_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"ended early \(no message\)"):
        measure(start_server("pass"), tmp_path / "log")


def test_a_server_that_never_answers_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup, "LONGEST_S", 0.0)
    with pytest.raises(BenchmarkError, match="no answer after 0 s"):
        measure(start_server(SLEEP), tmp_path / "log")


class Failing(BaseHTTPRequestHandler):
    """Takes a question, then says that it can't be answered."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._reply(b'{"event_id": "7"}')

    def do_GET(self) -> None:
        self._reply(b"event: error\ndata: null\n\n")

    def _reply(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has
        pass


@pytest.fixture
def failing_address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Failing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.enable_socket
@pytest.mark.server
def test_a_refusal_is_no_answer(failing_address: str) -> None:
    with pytest.raises(BenchmarkError, match="the server replied 'event: error"):
        ask_over_http(failing_address, "Who?")


@pytest.mark.enable_socket
@pytest.mark.server
@pytest.mark.model
def test_the_whole_benchmark_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "note.txt").write_text("The harbour closed 115 accounts.")
    command = ["startup", "--source", str(tmp_path / "documents"), "--runs", "1"]
    assert main([*command, "--output", str(tmp_path / "results")]) == 0
    assert capsys.readouterr().out.startswith("| from the command to | median, s |")
    result = json.loads((tmp_path / "results" / "startup.json").read_text("utf-8"))
    search, server = result["starts"]
    assert {"numpy", "openvino"} <= search["packages_s"].keys()
    assert "gradio" in server["packages_s"]
    assert "torch" not in server["packages_s"]
