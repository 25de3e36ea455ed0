from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.errors import NotFoundError, RefusedFileError
from index.loaders.isolation import IsolatedProcess, _decode

MEBIBYTE = 1_024**2
LIMITED = pytest.mark.skipif(os.name == "nt", reason="Windows bounds no memory or time")


@pytest.fixture(scope="module")
def process() -> IsolatedProcess:
    return IsolatedProcess(most_bytes=1_024 * MEBIBYTE, most_seconds=1)


def take(mebibytes: int) -> int:
    return len(bytearray(mebibytes * MEBIBYTE))


def spin(seconds: float) -> float:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return seconds


def fail(message: str) -> None:
    raise NotFoundError(message)


def test_calls_are_made_in_another_process(process: IsolatedProcess) -> None:
    other = process.call(os.getpid)

    assert other != os.getpid()
    assert process.call(os.getpid) == other


def test_what_a_call_raises_is_raised(process: IsolatedProcess) -> None:
    with pytest.raises(NotFoundError, match="there is none"):
        process.call(fail, "there is none")


@pytest.mark.parametrize("name", ["os:system", "builtins:eval", "subprocess:Popen", "none:None"])
def test_what_comes_back_calls_nothing(name: str) -> None:
    with pytest.raises(ValueError, match="is no class of values"):
        _decode({"class": name, "made": "exit"})


def test_a_crash_costs_its_call_alone(process: IsolatedProcess) -> None:
    with pytest.raises(RefusedFileError, match="failed altogether"):
        process.call(os.abort)

    assert process.call(Path.exists, Path(__file__))


def test_one_that_was_killed_between_calls_is_started_again(process: IsolatedProcess) -> None:
    before = process.call(os.getpid)
    os.kill(before, signal.SIGKILL)
    time.sleep(0.5)
    assert process.call(os.getpid) != before


@LIMITED
def test_memory_is_bounded(process: IsolatedProcess) -> None:
    with pytest.raises(RefusedFileError, match="too much memory"):
        process.call(take, 2_048)

    assert process.call(take, 1) == MEBIBYTE


@LIMITED
def test_time_is_bounded_call_by_call(process: IsolatedProcess) -> None:
    assert [process.call(spin, 0.6) for _ in range(3)] == [0.6] * 3

    with pytest.raises(RefusedFileError, match="time"):
        process.call(spin, 30.0)

    assert process.call(spin, 0.1) == 0.1


def test_threads_take_turns(process: IsolatedProcess) -> None:
    with ThreadPoolExecutor(8) as pool:
        lengths = list(pool.map(lambda _: process.call(take, 1), range(16)))

    assert lengths == [MEBIBYTE] * 16


@pytest.mark.skipif(os.name == "nt", reason="Windows tells a process of no other's end")
def test_it_ends_with_a_parent_that_is_killed() -> None:
    code = (
        "import os, signal; from index.loaders.isolation import IsolatedProcess\n"
        "print(IsolatedProcess().call(os.getpid), flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    # Until every process that has it open has ended.
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, timeout=20)
    assert done.returncode == -signal.SIGKILL
    assert int(done.stdout)
