"""How long it takes from a command to the first result, and what the time goes into.

Each run is a fresh process on a folder that is indexed already, by default with the seeds: a
search on the command line, up to its printed hits, and the server, up to its first answer over
HTTP. One more run of each, under `python -X importtime`, says which packages take how long to
import; that run is slower itself.
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.results import BenchmarkError, cell, markdown_table, tell, write_result
from evaluation.output import make_folder
from index.library import Library
from index.settings import Settings

QUESTION = "Who lives next door to the North Korean embassy?"
LONGEST_S = 120.0  # until there must be an answer
SHOWN = 6  # packages
_PAUSE_S = 0.02  # between two attempts to reach the server
_ROOT = Path(__file__).parents[1]
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")


@dataclass(frozen=True, slots=True)
class Start:
    """Something that is started.

    Attributes:
        name: For the table.
        target_s: Seconds that it may take.
        arguments: Of the interpreter.
        follow: Given the process and the file with what it says, waits for the result.
    """

    name: str
    target_s: float
    arguments: tuple[str, ...]
    follow: Callable[[subprocess.Popen[bytes], Path], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--source", type=Path, default=_ROOT / "seeds" / "documents")
    parser.add_argument("--data-dir", type=Path, help="of the source (default: a new one)")
    parser.add_argument("--question", default=QUESTION)
    parser.add_argument("--runs", type=int, default=3, help="of each, medians are shown")
    parser.add_argument("--output", type=Path, default=Path("runs/benchmarks"), help="of results")


def run(arguments: argparse.Namespace) -> None:
    """Measure both; print the table, write startup.json.

    Raises:
        FootnoteError: The source can't be indexed, or a process failed.
    """
    make_folder(arguments.output)
    with TemporaryDirectory() as scratch:
        data_dir = (arguments.data_dir or Path(scratch) / "data").absolute()
        source = arguments.source.absolute()
        Library(Settings(data_dir=data_dir)).add([source])
        starts = make_starts(source, data_dir, arguments.question, port=find_free_port())
        log = Path(scratch) / "log"
        taken: dict[str, list[float]] = {start.name: [] for start in starts}
        for number in range(arguments.runs):
            for start in starts:
                tell(f"run {number + 1} of {arguments.runs}: {start.name}")
                taken[start.name].append(measure(start, log))
        rows = [describe(start, taken[start.name], measure_imports(start, log)) for start in starts]
    print(startup_table(rows))
    result = {"question": arguments.question, "runs": arguments.runs, "starts": rows}
    tell(f"results: {write_result(arguments.output, 'startup', result)}")


def make_starts(source: Path, data_dir: Path, question: str, *, port: int) -> tuple[Start, Start]:
    """Return what is measured: the search and the server."""
    folder = ("--data-dir", str(data_dir))
    serve = ("app.py", "--source", str(source), *folder, "--port", str(port))

    def ask(process: subprocess.Popen[bytes], log: Path) -> None:
        wait_for_answer(f"http://127.0.0.1:{port}", question, process, log)

    return (
        Start("search", 3.0, ("-m", "retrieval", "search", question, *folder), wait_for_end),
        Start("first answer of the server", 8.0, serve, ask),
    )


def find_free_port() -> int:
    """Return a port of this machine that nothing listens on, lest another server answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(start: Start, log: Path, *options: str) -> float:
    """Return the seconds from the command to its result.

    Args:
        start: What to start.
        log: Takes what it says on standard error.
        options: More arguments of the interpreter.

    Raises:
        BenchmarkError: It failed.
    """
    command = [sys.executable, *options, *start.arguments]
    with log.open("wb") as written:
        begun = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own program
            command, cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=written
        )
        try:
            start.follow(process, log)
            return time.perf_counter() - begun
        finally:
            process.terminate()
            process.wait()


def wait_for_end(process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a process has ended well.

    Raises:
        BenchmarkError: It hasn't, or not in time.
    """
    try:
        code = process.wait(LONGEST_S)
    except subprocess.TimeoutExpired as error:
        raise BenchmarkError(f"no result after {LONGEST_S:.0f} s; run it alone") from error
    if code:
        raise failure(log)


def wait_for_answer(
    address: str, question: str, process: subprocess.Popen[bytes], log: Path
) -> None:
    """Ask until the server is there and has answered.

    Raises:
        BenchmarkError: It ended, or gave no answer in time.
    """
    last = time.monotonic() + LONGEST_S
    while time.monotonic() < last:
        if process.poll() is not None:
            raise failure(log)
        with suppress(urllib.error.URLError, HTTPException, ConnectionError):
            return ask_over_http(address, question)
        time.sleep(_PAUSE_S)
    raise BenchmarkError(f"no answer after {LONGEST_S:.0f} s; start the server alone and ask it")


def ask_over_http(address: str, question: str) -> None:
    """Ask as curl would: post the question, then read the event with the answer.

    Raises:
        BenchmarkError: The server replied with something else.
    """
    url = f"{address}/gradio_api/call/ask"
    body = json.dumps({"data": [question]}).encode()
    request = urllib.request.Request(url, body, {"content-type": "application/json"})  # noqa: S310 - of this machine
    with urllib.request.urlopen(request, timeout=LONGEST_S) as reply:  # noqa: S310
        event = json.load(reply)["event_id"]
    with urllib.request.urlopen(f"{url}/{event}", timeout=LONGEST_S) as reply:  # noqa: S310
        told = reply.read().decode()
    if "event: complete" not in told:
        raise BenchmarkError(f"the server replied {told.strip()[:100]!r}; start it alone and ask")


def failure(log: Path) -> BenchmarkError:
    """Return the error that quotes the last line of what a process said."""
    lines = log.read_text("utf-8", "replace").strip().splitlines() or ["no message"]
    return BenchmarkError(f"the process ended early ({lines[-1]}); run it alone to see why")


def measure_imports(start: Start, log: Path) -> dict[str, float]:
    """Return the seconds that each package took to import, without what it imports of others."""
    measure(start, log, "-X", "importtime")
    return import_seconds(log.read_text("utf-8", "replace"))


def import_seconds(report: str) -> dict[str, float]:
    """Return the seconds of each top-level package in a report of `-X importtime`, most first."""
    microseconds: Counter[str] = Counter()
    for own, module in _IMPORT.findall(report):
        microseconds[module.partition(".")[0]] += int(own)
    return {name: total / 1e6 for name, total in microseconds.most_common()}


def describe(start: Start, taken: Sequence[float], imports: dict[str, float]) -> dict[str, Any]:
    """Return the figures of one start, in seconds."""
    return {
        "name": start.name,
        "target_s": start.target_s,
        "median_s": median(taken),
        "runs_s": list(taken),
        "imports_s": sum(imports.values()),
        "packages_s": dict(list(imports.items())[: 5 * SHOWN]),
    }


def startup_table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the table: times, targets, and the packages that take the longest to import."""
    header = ("from the command to", "median, s", "target, s", "imports, s", "most of them, s")
    return markdown_table(header, ([*_figures(row), _packages(row)] for row in rows))


def _figures(row: dict[str, Any]) -> list[str]:
    figures = [cell(row["median_s"], 2), cell(row["target_s"], 0), cell(row["imports_s"], 2)]
    return [row["name"], *figures]


def _packages(row: dict[str, Any]) -> str:
    longest = list(row["packages_s"].items())[:SHOWN]
    return ", ".join(f"{name} {cell(taken, 2)}" for name, taken in longest)
