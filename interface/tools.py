"""The public endpoints as MCP tools: the same names, arguments, JSON and errors."""

from __future__ import annotations

import asyncio
import hmac
import inspect
import json
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import gradio as gr
from mcp import types
from mcp.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from index.errors import InvalidInputError, NotFoundError
from index.library import VERSION
from interface.guards import most_body_bytes

PATH = "/gradio_api/mcp"  # where Gradio's own server for MCP would be
INSTRUCTIONS = (
    "Answers questions from a folder of documents, each sentence with its exact place. Start with "
    "ask; where its answer says abstained, the documents don't answer the question."
)
# Gradio describes uploads, which no tool call can make.
FILES = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "base64": {"type": "string"}},
        "required": ["name", "base64"],
    },
}


@dataclass(frozen=True, slots=True)
class Tool:
    """An endpoint as a tool.

    Attributes:
        listed: What clients are told of it.
        function: The endpoint; it raises `gradio.Error` alone.
        defaults: The names of its arguments in order, each with what it is when left out.
        turns: Held while it runs; endpoints of a group share it.
    """

    listed: types.Tool
    function: Callable[..., Any]
    defaults: Mapping[str, Any]
    turns: asyncio.Semaphore

    def arrange(self, given: Mapping[str, Any]) -> list[Any]:
        """Return named arguments in the endpoint's order.

        Raises:
            InvalidInputError: The endpoint has no argument of such a name.
        """
        for name in given:
            if name not in self.defaults:
                names = ", ".join(self.defaults) or "nothing"
                raise InvalidInputError(f"{self.listed.name} takes {names}, not {name!r:.60}")
        return [given.get(name, default) for name, default in self.defaults.items()]


class ToolServer:
    """Serves a page's endpoints to MCP clients (an ASGI application).

    Gradio's own server isn't used: it answers with Python's notation instead of JSON, lets
    everybody in where there is a sign-in, and offers to download files.
    """

    def __init__(
        self,
        page: gr.Blocks,
        users: Sequence[tuple[str, str]] | None = None,
        *,
        max_file_bytes: int,
    ) -> None:
        """Serve the endpoints of `page`.

        Args:
            page: What `build_page` made.
            users: Names and passwords of those who may come in; None lets everybody in.
            max_file_bytes: A request may hold a file of this size.
        """
        self._tools = read_tools(page)
        self._known = None if users is None else [":".join(user).encode() for user in users]
        server = Server[object, object]("Footnote", version=VERSION, instructions=INSTRUCTIONS)
        server.request_handlers[types.ListToolsRequest] = self._list
        server.request_handlers[types.CallToolRequest] = self._call
        self._sessions = StreamableHTTPSessionManager(
            server,
            json_response=True,
            stateless=True,
            max_request_body_size=most_body_bytes(max_file_bytes),
        )

    def routes(self) -> list[Route]:
        """Return where it is served; there are no sessions, so nothing but POST is of use."""
        return [Route(path, self, methods=["POST"]) for path in (PATH, f"{PATH}/")]

    def lifespan(self, _app: object) -> AbstractAsyncContextManager[None]:
        """Return what must be open while the server runs; it can be opened once."""
        return self._sessions.run()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say why it may not be answered."""
        refusal = self._refuse(Headers(scope=scope))
        await (refusal or self._sessions.handle_request)(scope, receive, send)

    def _refuse(self, headers: Headers) -> Response | None:
        if self._known is None or _is_known(headers.get("authorization", ""), self._known):
            return None
        return PlainTextResponse(
            "sign in with the header 'Authorization: Basic' and name:password in base64",
            401,
            {"www-authenticate": 'Basic realm="Footnote"'},
        )

    async def _list(self, _request: types.ListToolsRequest) -> types.ServerResult:
        listed = [tool.listed for tool in self._tools.values()]
        return types.ServerResult(types.ListToolsResult(tools=listed))

    async def _call(self, request: types.CallToolRequest) -> types.ServerResult:
        try:
            text, failed = await self._run(request.params), False
        except gr.Error as error:
            text, failed = error.message, True
        except (InvalidInputError, NotFoundError) as error:
            text, failed = str(error), True
        content = types.TextContent(type="text", text=text)
        return types.ServerResult(types.CallToolResult(content=[content], isError=failed))

    async def _run(self, call: types.CallToolRequestParams) -> str:
        tool = self._tools.get(call.name)
        if tool is None:
            names = ", ".join(self._tools)
            raise NotFoundError(f"there is no tool {call.name!r:.60}; there are: {names}")
        arguments = tool.arrange({} if call.arguments is None else call.arguments)
        async with tool.turns:
            return await asyncio.to_thread(_run_to_its_end, tool.function, arguments)


def read_tools(page: gr.Blocks) -> dict[str, Tool]:
    """Return the public endpoints of a page as tools, by their names."""
    functions = {function.api_name: function for function in page.fns.values()}
    turns: dict[str, asyncio.Semaphore] = {}
    tools: dict[str, Tool] = {}
    for path, described in page.get_api_info()["named_endpoints"].items():
        endpoint = functions[path.removeprefix("/")]
        group, limit = endpoint.concurrency_id, endpoint.concurrency_limit
        if endpoint.fn is None or not isinstance(limit, int):
            raise TypeError(f"{path} is no endpoint; register it as the others are")
        parameters = described["parameters"]
        tools[path.removeprefix("/")] = Tool(
            listed=types.Tool(
                name=path.removeprefix("/"),
                description=inspect.getdoc(endpoint.fn),
                inputSchema=_schema(parameters),
                annotations=types.ToolAnnotations(readOnlyHint=group == "read"),
            ),
            function=endpoint.fn,
            defaults={each["parameter_name"]: each["parameter_default"] for each in parameters},
            turns=turns.setdefault(group, asyncio.Semaphore(limit)),
        )
    return tools


def _schema(parameters: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    named = {each["parameter_name"]: each for each in parameters}
    return {
        "type": "object",
        "properties": {
            name: FILES if name == "files" else each["type"] for name, each in named.items()
        },
        "required": [name for name, each in named.items() if not each["parameter_has_default"]],
        "additionalProperties": False,
    }


def _run_to_its_end(function: Callable[..., Any], arguments: Sequence[Any]) -> str:
    """Return an endpoint's JSON, or the text that a stream ends with."""
    result = function(*arguments)
    if inspect.isgenerator(result):
        *_, result = result
    return result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)


def _is_known(authorization: str, known: Sequence[bytes]) -> bool:
    scheme, _, encoded = authorization.partition(" ")
    try:
        given = b64decode(encoded, validate=True)
    except ValueError:
        return False
    # All are compared, so that the time it takes tells nothing.
    same = [hmac.compare_digest(given, each) for each in known]
    return scheme.lower() == "basic" and any(same)
