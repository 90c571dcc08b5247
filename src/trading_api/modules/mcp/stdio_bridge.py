"""Forwards the protocol from standard input and output to /mcp of a running server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
)

from trading_api.errors import ConfigurationError
from trading_api.version import VERSION

TIMEOUT_S = 60.0


async def bridge(url: str, headers: Mapping[str, str]) -> None:
    """Forward the messages of standard input to `url`, and the replies to standard output, until
    the input ends.

    It uses the latest version of the protocol, which needs no session, so that the server may
    restart meanwhile. Raises ConfigurationError if the server cannot be reached at the start."""
    async with httpx2.AsyncClient(headers=headers, timeout=TIMEOUT_S) as http:
        await _check(http, url)
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport, cache=None) as client, stdio_server() as (read, write):
            server = create_bridge_server(client)
            await server.run(read, write, server.create_initialization_options())


async def _check(http: httpx2.AsyncClient, url: str) -> None:
    """Raises ConfigurationError if no server with the module mcp is at the address, or if it does
    not accept the token."""
    try:
        # The endpoint responds with 405 to an authenticated GET: it sends no messages on its own.
        answer = await http.get(url)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ConfigurationError(
            f"{url} does not answer ({error}); start the server, or set --url."
        ) from error
    if answer.status_code == 401:
        problem = "does not accept the" if "Authorization" in http.headers else "needs a"
        raise ConfigurationError(
            f"{url} {problem} token in TRADING_API_TOKEN; `trading-api token` makes one."
        )
    if answer.status_code != 405:
        raise ConfigurationError(
            f"{url} answers {answer.status_code}: the server needs ENABLED_MODULES=all,mcp."
        )


def create_bridge_server(client: Client) -> Server[Any]:
    """Return a server whose tools are those of the server that the client is connected to."""

    async def list_tools(
        _: ServerRequestContext[Any, Any], params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return await client.list_tools(cursor=params.cursor if params else None)

    async def call_tool(
        _: ServerRequestContext[Any, Any], params: CallToolRequestParams
    ) -> CallToolResult:
        return await client.call_tool(params.name, params.arguments)

    server = Server(
        client.server_info.name if client.server_info else "trading_api",
        version=VERSION,
        title="Trading backend",
        instructions=client.instructions,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    server.middleware.clear()
    return server
