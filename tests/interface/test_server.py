from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from index.errors import SettingsError
from index.settings import Settings
from interface.server import launch


class FakePage:
    """Takes what the server does to a page."""

    fns: dict[int, object] = {}  # noqa: RUF012

    def __init__(self, *, port_taken: bool = False) -> None:
        self.options: dict[str, Any] = {}
        self.fns: dict[int, object] = {}
        self.closed = False
        self.port_taken = port_taken

    def launch(self, **options: Any) -> tuple[object, str, None]:
        if self.port_taken:
            raise OSError("Cannot find empty port")
        self.options = options
        return None, "http://127.0.0.1:7860/", None

    def get_api_info(self) -> dict[str, Any]:
        return {"named_endpoints": {}}

    def close(self, *, verbose: bool) -> None:
        self.closed = not verbose


def test_the_page_is_launched_with_everything_closed(tmp_path: Path) -> None:
    page = FakePage()
    settings = Settings(data_dir=tmp_path, max_file_bytes=5)
    assert launch(cast("Any", page), settings, [("ada", "x")]) == "http://127.0.0.1:7860/"
    assert page.options["blocked_paths"] == [str(tmp_path)]
    assert page.options["allowed_paths"] == []
    assert page.options["max_file_size"] == 5
    assert page.options["auth"] == [("ada", "x")]
    assert page.options["share"] is False
    assert page.options["show_error"] is False
    assert page.options["mcp_server"] is False


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_an_ipv6_address_may_come_with_or_without_brackets(host: str) -> None:
    page = FakePage()
    launch(cast("Any", page), Settings(host=host))
    assert page.options["server_name"] == "[::1]"


def test_a_port_taken_meanwhile_is_told_in_a_line() -> None:
    with pytest.raises(SettingsError, match=r"port 7860 of '127\.0\.0\.1' is in use"):
        launch(cast("Any", FakePage(port_taken=True)), Settings())


# In a process of its own: a signal for one that has loaded every native library, as the tests' has,
# may reach a thread of theirs.
WAITING = """
import signal, threading, time
from interface.server import wait_for_stop

class Page:
    def close(self, *, verbose):
        print("closed", verbose, flush=True)

def tell():
    while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        time.sleep(0.01)
    print("waiting", flush=True)

threading.Thread(target=tell).start()
wait_for_stop(Page())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_page(number: signal.Signals) -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", WAITING], cwd=root, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(number)
        assert process.stdout.read() == "closed False\n"
    assert process.returncode == 0
