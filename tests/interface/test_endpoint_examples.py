"""Every example of docs/endpoints.md, run against a server and compared with what it shows."""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.interface.serving import PROJECT, find_free_port, list_tools, serve_fakes

pytestmark = [pytest.mark.server, pytest.mark.model, pytest.mark.enable_socket]

PAGE = PROJECT / "docs" / "endpoints.md"
ADDRESS = "http://127.0.0.1:7860"
SIGN_IN = "Where people sign in"


@dataclass(frozen=True)
class Example:
    """A block of code below a heading, and the block that shows what it prints, or None."""

    heading: str
    language: str
    code: str
    printed: str | None

    def __str__(self) -> str:
        return f"{self.heading}: {self.code.strip().splitlines()[-1][:60]}"


def read_examples() -> Iterator[Example]:
    heading = ""
    blocks: list[tuple[str, str, str]] = []
    text = PAGE.read_text("utf-8")
    for found in re.finditer(
        r"^## ([^\n]+)$|^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
    ):
        heading = found[1] or heading
        if found[2]:
            blocks.append((heading, found[2], found[3]))
    for block, following in zip(blocks, [*blocks[1:], ("", "", "")], strict=True):
        if block[1] != "text":
            yield Example(*block, following[2] if following[1] == "text" else None)


EXAMPLES = list(read_examples())
FIRST = EXAMPLES[0]


def examples_in(language: str) -> list[Any]:
    chosen = [example for example in EXAMPLES if example.language == language]
    return [pytest.param(example, id=str(example)) for example in chosen]


def require_printed(example: Example, printed: str) -> None:
    if example.printed is not None:
        checker = doctest.OutputChecker()
        same = checker.check_output(example.printed, f"{printed.rstrip()}\n", doctest.ELLIPSIS)
        assert same, f"{example} printed\n{printed}\ninstead of\n{example.printed}"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the application as `make run` starts it."""
    port = str(find_free_port())
    folder = tmp_path_factory.mktemp("data")
    command = [sys.executable, "app.py", "--data-dir", str(folder), "--port", port]
    with subprocess.Popen(
        command, cwd=PROJECT, env=os.environ, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert "Footnote answers" in process.stdout.readline(), "the server did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that lets one person in."""
    folder = tmp_path_factory.mktemp("closed")
    (folder / "users").write_text("ada:correct horse\n")
    with serve_fakes(folder / "data", str(folder / "users")) as address:
        yield address.rstrip("/")


@pytest.fixture
def ready(
    seeds: str, closed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Example], str]:
    """Return the code of an example for the server that it is about; files go to a new folder."""
    monkeypatch.chdir(tmp_path)

    def prepare(example: Example) -> str:
        assert ADDRESS in FIRST.code
        return example.code.replace(ADDRESS, closed if example.heading == SIGN_IN else seeds)

    return prepare


def run(code: str, names: dict[str, Any]) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, str(PAGE), "exec"), names)
    return printed.getvalue()


@pytest.mark.parametrize("example", examples_in("python"))
def test_python(example: Example, ready: Callable[[Example], str]) -> None:
    names: dict[str, Any] = {}
    try:
        if example.heading == FIRST.heading and example != FIRST:
            run(ready(FIRST), names)
        require_printed(example, run(ready(example), names))
    finally:
        if "client" in names:
            names["client"].close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs the program curl")
@pytest.mark.parametrize("example", examples_in("bash"))
def test_curl(example: Example, ready: Callable[[Example], str]) -> None:
    command = ["bash", "-euo", "pipefail", "-c", ready(example)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    require_printed(example, done.stdout)


@pytest.mark.parametrize("example", examples_in("json"))
def test_mcp_settings(example: Example, ready: Callable[[Example], str]) -> None:
    server = json.loads(ready(example))["mcpServers"]["footnote"]
    names = [tool.name for tool in list_tools(server["url"], server.get("headers"))]
    assert {"ask", "search", "document"} <= set(names)


def test_every_endpoint_has_an_example() -> None:
    table = re.findall(r"^\| `(/\w+)` \|", (PROJECT / "README.md").read_text("utf-8"), re.MULTILINE)
    used = {f"/{name}" for example in EXAMPLES for name in re.findall(r'"/(\w+)"', example.code)}
    assert len(table) == 9
    assert used >= set(table)
