from __future__ import annotations

import socket
from pathlib import Path

import pytest

from index.errors import SettingsError
from interface.preflight import read_users, require_free_port
from tests.interface.serving import find_free_port


def test_users_are_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "users"
    file.write_text("ada:pass:word\n\n  élise : o lala \n", encoding="utf-8")
    assert read_users(file) == [("ada", "pass:word"), ("élise", "o lala")]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    path = tmp_path / "users"
    path.write_bytes(b"\xef\xbb\xbfalice:secret\r\n")
    assert read_users(path) == [("alice", "secret")]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"ada:x\nnobody\n", "line 2 of .* must be name:password"),
        (b"ada:\n", "line 1 of .* must be name:password"),
        (b":secret\n", "line 1 of .* must be name:password"),
        (b"ada:x\nada:y\n", "line 2 of .* names 'ada' a second time"),
        (b"\n", "names no user"),
        (b"\xff\xfe", "can't be read: it is not UTF-8"),
    ],
)
def test_malformed_users_are_refused_without_showing_passwords(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    file = tmp_path / "users"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=complaint) as info:
        read_users(file)
    assert "secret" not in str(info.value)


def test_missing_users_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be read: No such file"):
        read_users(tmp_path / "users")


@pytest.mark.enable_socket
def test_a_free_port_is_free() -> None:
    require_free_port("127.0.0.1", find_free_port())


@pytest.mark.enable_socket
def test_a_port_in_use_is_said_to_be_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"port {port} of '127\.0\.0\.1' is in use"):
            require_free_port("127.0.0.1", port)


@pytest.mark.enable_socket
def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"can't listen on '192\.0\.2\.1', port 7860"):
        require_free_port("192.0.2.1", 7860)
