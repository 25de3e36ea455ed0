"""Servers in processes of their own, and clients for them."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from gradio_client import Client  # type: ignore[import-untyped]
    from mcp import ClientSession
    from mcp.types import CallToolResult, Tool

T = TypeVar("T")
PROJECT = Path(__file__).resolve().parents[2]


def build_in_event_loop(build: Callable[[], T]) -> T:
    """Build with Gradio inside a running event loop, or it makes loops that nobody closes."""

    async def run() -> T:
        return build()

    return asyncio.run(run())


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve_fakes(
    folder: Path,
    *arguments: str,
    port: int | None = None,
    module: str = "tests.interface.serve",
) -> Iterator[str]:
    """Run the page over the fakes in a process of its own, and give its address."""
    command = [sys.executable, "-m", module, str(folder), str(port or find_free_port())]
    with subprocess.Popen(
        [*command, *arguments], cwd=PROJECT, stdout=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        try:
            assert address.startswith("http://"), "the server did not start"
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def connect(address: str, auth: tuple[str, str] | None = None) -> Client:
    from gradio_client import Client

    return Client(address, verbose=False, analytics_enabled=False, auth=auth)


def handle_file(path: Path) -> dict[str, Any]:
    from gradio_client import handle_file

    handled: dict[str, Any] = handle_file(path)
    return handled


def refusal(call: Callable[[], object]) -> str:
    """Return what the server refused a call with."""
    from gradio_client.exceptions import AppError  # type: ignore[import-untyped]

    with pytest.raises(AppError) as info:
        call()
    return str(info.value)


def use_tools(
    address: str, use: Callable[[ClientSession], Awaitable[T]], headers: dict[str, str] | None
) -> T:
    """Do something with a session of MCP's own client."""
    import httpx
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def run() -> T:
        async with (
            httpx.AsyncClient(headers=headers, timeout=60) as http,
            streamable_http_client(address, http_client=http) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await use(session)

    return asyncio.run(run())


def list_tools(address: str, headers: dict[str, str] | None = None) -> list[Tool]:
    async def use(session: ClientSession) -> list[Tool]:
        return (await session.list_tools()).tools

    return use_tools(address, use, headers)


def call_tool(address: str, name: str, **arguments: object) -> CallToolResult:
    async def use(session: ClientSession) -> CallToolResult:
        return await session.call_tool(name, arguments)

    return use_tools(address, use, None)
