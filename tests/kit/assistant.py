"""An assistant: the MCP SDK's own client."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.kit.signed_tokens import bearer, token
from trading_api.errors import ApiError

if TYPE_CHECKING:  # the SDK takes a second to import, which only tests that use it should
    from mcp import Client
    from mcp_types import CallToolResult


_numbers = count()


class ToolError(ApiError):
    """A tool's error, as its client received it."""


class Assistant:
    """Calls tools. Every result is checked against the tool's schema by the SDK's client."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def call(self, tool: str, **arguments: Any) -> Any:
        """Return the tool's result. Raises ToolError."""
        return tool_result(await self.client.call_tool(tool, arguments))

    async def error_code(self, tool: str, **arguments: Any) -> str:
        """Return the code of the tool's error, or an empty string for a result."""
        try:
            await self.call(tool, **arguments)
        except ToolError as error:
            return error.code
        return ""

    async def place(self, **order: Any) -> Any:
        """Preview an order and place it."""
        preview = await self.call("preview", **order)
        return await self.call("place", **order, confirmation_id=preview["confirmation_id"])


@asynccontextmanager
async def assistant(
    address: str, headers: dict[str, str] | None = None, mode: str = "auto"
) -> AsyncIterator[Assistant]:
    """Connect to the server at `127.0.0.1:port`. `legacy` is a version with a handshake, `auto` a
    later one without."""
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    async with httpx2.AsyncClient(headers=headers, timeout=10, verify=False) as http:
        transport = streamable_http_client(f"http://{address}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            await client.list_tools()
            yield Assistant(client)


@asynccontextmanager
async def assistant_of_process(
    command: str, *arguments: str, mode: str = "auto", **environment: str
) -> AsyncIterator[Assistant]:
    """Start a process and connect to its standard input and output."""
    from mcp import Client, StdioServerParameters

    parameters = StdioServerParameters(command=command, args=list(arguments), env=environment)
    async with Client(parameters, mode=mode) as client:
        await client.list_tools()
        yield Assistant(client)


def tool_result(result: CallToolResult) -> Any:
    """Return the structured content, which the text repeats. Raises ToolError."""
    [content] = result.content
    assert content.type == "text"
    if result.is_error:
        code, detail = result.structured_content["code"], result.structured_content["detail"]
        assert content.text == f"{detail} ({code})"
        raise ToolError(detail, code)
    assert json.loads(content.text) == result.structured_content
    return result.structured_content


def new_caller(*scopes: str) -> dict[str, str]:
    """Return the headers of a subject that has a fresh account."""
    name = f"caller-{next(_numbers)}"
    return bearer(token(*scopes, sub=name, accounts=(name,)))
