"""The web application as its user starts it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import app
from tests.interface.serving import PROJECT, connect, find_free_port

FACT = "The harbour office closed 115 accounts in March 2025."


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "notice.txt").write_text(f"Notice\n\n{FACT}\n")
    (folder / "empty.txt").touch()
    return folder


def test_the_flags_are_those_of_the_design() -> None:
    flags = vars(
        app.make_parser().parse_args(
            "--source a --source b --data-dir d --host h --port 1 --auth-file f".split()
        )
    )
    assert flags == {
        "source": [Path("a"), Path("b")],
        "data_dir": Path("d"),
        "host": "h",
        "port": 1,
        "auth_file": Path("f"),
        "config": None,
    }


def test_wrong_usage_exits_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--port", "many"], ["--unknown"]):
        with pytest.raises(SystemExit) as info:
            app.main(arguments)
        assert info.value.code == 2
    assert "usage: app.py" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--port", "0"], "setting 'port' can't be 0"),
        (["--config", "missing.toml"], "the settings file 'missing.toml' can't be read"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told_in_a_line(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.main(arguments) == 1
    told = capsys.readouterr().err
    assert told.startswith(complaint)
    assert told.count("\n") == 1


def test_ctrl_c_while_indexing_stops_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_settings: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "serve", interrupt)
    assert app.main([]) == 130
    assert capsys.readouterr().err == "stopped\n"


def test_a_source_that_is_missing_is_told_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing"
    assert app.main(["--source", str(missing), "--data-dir", str(tmp_path / "data")]) == 1
    told = capsys.readouterr().err
    assert told == f"the source {str(missing)!r} does not exist; correct --source\n"
    assert not (tmp_path / "data").exists()


@pytest.mark.enable_socket
def test_a_port_in_use_is_told_before_anything_is_indexed(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data_dir = tmp_path / "data"
    flags = ["--source", str(source), "--data-dir", str(data_dir)]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert app.main([*flags, "--port", port]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"port {port} of '127.0.0.1' is in use")
    assert told.count("\n") == 1
    assert not data_dir.exists()


def test_malformed_users_are_told_in_a_line(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    users = tmp_path / "users"
    users.write_text("ada\n")
    assert app.main(["--source", str(source), "--auth-file", str(users)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("line 1 of ")
    assert told.count("\n") == 1


def test_what_is_refused_is_refused_before_anything_slow_is_loaded(tmp_path: Path) -> None:
    probe = (
        "import sys, app; code = app.main(sys.argv[1:]); "
        "sys.exit(code if {'gradio', 'torch'}.isdisjoint(sys.modules) else 99)"
    )
    command = [sys.executable, "-c", probe, "--source", str(tmp_path / "missing")]
    done = subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.server
@pytest.mark.model
@pytest.mark.enable_socket
def test_the_application_indexes_serves_answers_and_stops(source: Path, tmp_path: Path) -> None:
    port = str(find_free_port())
    data_dir = tmp_path / "data"
    command = [sys.executable, "app.py", "--source", str(source), "--data-dir", str(data_dir)]
    with subprocess.Popen(
        [*command, "--port", port],
        cwd=PROJECT,
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            said = process.stdout.readline()
            address = f"http://127.0.0.1:{port}/"
            assert said == f"Footnote answers from 1 document at {address}\n"
            client = connect(address)
            answer = client.predict("How many accounts were closed?", api_name="/ask")
            assert answer["hits"][0]["source"] == "notice.txt"
            assert FACT in client.predict("accounts", api_name="/search")[0]["text"]
            status = client.predict(api_name="/status")
            assert (status["documents"], status["healthy"]) == (1, True)
            with urllib.request.urlopen(f"{address}config", timeout=20) as reply:
                assert json.load(reply)["title"] == "Footnote"
            client.close()
        finally:
            process.send_signal(signal.SIGINT)
            told = process.stderr.read()
            process.wait(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in told
    assert "refused empty.txt" in told
