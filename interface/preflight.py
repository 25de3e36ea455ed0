"""What is checked before anything slow is loaded or indexed."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from index.errors import SettingsError


def read_users(path: Path) -> list[tuple[str, str]]:
    """Return the names and passwords of a file with a line `name:password` for each user.

    Empty lines are skipped. A password may hold colons, and spaces inside it.

    Raises:
        SettingsError: The file can't be read or a line isn't like that; no password is shown.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(
            f"the users in {str(path)!r} can't be read: {reason}; give --auth-file another file"
        ) from error
    users: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        name, colon, password = (part.strip() for part in line.partition(":"))
        if not (name or colon):
            continue
        if not (name and password):
            raise SettingsError(
                f"line {number} of {str(path)!r} must be name:password, neither of them empty"
            )
        if name in users:
            raise SettingsError(f"line {number} of {str(path)!r} names {name!r} a second time")
        users[name] = password
    if not users:
        raise SettingsError(f"{str(path)!r} names no user; write a line name:password for each")
    return list(users.items())


def require_free_port(host: str, port: int) -> None:
    """Check that the server will be able to listen, before any time is spent on indexing.

    Raises:
        SettingsError: It won't, because the port is in use or the address is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise port_in_use(host, port) from error
        raise SettingsError(
            f"can't listen on {host!r}, port {port}: {error.strerror}; correct --host or --port"
        ) from error


def port_in_use(host: str, port: int) -> SettingsError:
    """Return the error that says so."""
    return SettingsError(
        f"port {port} of {host!r} is in use; stop what listens there or choose another with --port"
    )
