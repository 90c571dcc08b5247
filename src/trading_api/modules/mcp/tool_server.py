"""The SDK's server over the tools: lists them, checks scopes and arguments, and reports errors."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from mcp.server import Server, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import ValidationError
from pydantic.json_schema import GenerateJsonSchema
from starlette.requests import Request

from trading_api.errors import ApiError, Invalid, truncate
from trading_api.models.mcp.values import ToolArguments, ToolResult
from trading_api.modules.mcp.tool import AssistantTool, Effect, ToolCaller
from trading_api.version import VERSION

log = logging.getLogger(__name__)

CALLER = "mcp_caller"
"""The key of the ToolCaller in the state of an HTTP request."""
_ERRORS_SHOWN_MAX = 3

INSTRUCTIONS = """\
Market data and paper trading accounts. Quantities, prices and money are exact decimal numbers as \
text, and times are in UTC. To trade: call preview, show its result to the person, then call place \
with the same arguments and its confirmation_id within a minute. Each session has a maximum value \
of orders, which the tool account reports. Live accounts cannot be used."""


def create_tool_server(tools: Sequence[AssistantTool]) -> Server[Any]:
    """Return a server whose requests carry their ToolCaller in the state of the HTTP request."""
    by_name = {tool.name: tool for tool in tools}
    described = {tool.name: _describe(tool) for tool in tools}

    async def list_tools(
        context: ServerRequestContext[Any, Any], _: PaginatedRequestParams | None
    ) -> ListToolsResult:
        scopes = _caller(context).principal.scopes
        return ListToolsResult(
            tools=[described[name] for name, tool in by_name.items() if tool.scope in scopes]
        )

    async def call_tool(
        context: ServerRequestContext[Any, Any], params: CallToolRequestParams
    ) -> CallToolResult:
        tool = by_name.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"Unknown tool: {_printable(truncate(params.name))}")
        return await _call(tool, _caller(context), params.arguments or {})

    server = Server(
        "trading_api",
        version=VERSION,
        title="Trading backend",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    # Without the SDK's telemetry: the server has its own access log and metrics.
    server.middleware.clear()
    return server


async def _call(
    tool: AssistantTool, caller: ToolCaller, arguments: dict[str, Any]
) -> CallToolResult:
    """Return the tool's result, or its error, which an assistant can read and correct."""
    try:
        caller.principal.require(tool.scope)
        result = await tool.run(caller, _validated(tool.arguments, arguments))
    except ApiError as error:
        return _failed(error.code, error.detail)
    except Exception:
        # The SDK would send the exception's text to the client.
        log.exception("mcp_tool_failed", extra={"tool": tool.name})
        return _failed("internal_error", "The server failed; whether it did anything is unknown.")
    return _succeeded(result)


def _validated(model: type[ToolArguments], arguments: dict[str, Any]) -> ToolArguments:
    """Return the valid arguments. Raises Invalid, which describes the first errors."""
    try:
        return model.model_validate(arguments)
    except ValidationError as error:
        errors = [
            f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
            for each in error.errors(include_url=False, include_input=False)[:_ERRORS_SHOWN_MAX]
        ]
        sentence = "; ".join(truncate(_printable(each), 200) for each in errors)
        raise Invalid(f"The arguments are not valid: {sentence}.", "invalid_arguments") from None


def _succeeded(result: ToolResult) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(text=result.model_dump_json(exclude_none=True))],
        structured_content=result.model_dump(mode="json", exclude_none=True),
    )


def _failed(code: str, detail: str) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(text=f"{_printable(detail)} ({code})")],
        structured_content={"code": code, "detail": _printable(detail)},
        is_error=True,
    )


def _describe(tool: AssistantTool) -> Tool:
    reads = tool.effect is Effect.READS
    return Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=_schema(tool.arguments),
        output_schema=_schema(tool.result),
        annotations=ToolAnnotations(
            title=tool.title,
            read_only_hint=reads,
            destructive_hint=not reads,
            idempotent_hint=reads,
            open_world_hint=False,
        ),
    )


class _ShortSchema(GenerateJsonSchema):
    """Leaves out the titles, which repeat the names: a model reads all schemas in each
    conversation."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _schema(model: type[ToolArguments | ToolResult]) -> dict[str, Any]:
    schema: dict[str, Any] = model.model_json_schema(schema_generator=_ShortSchema)
    for each in (schema, *schema.get("$defs", {}).values()):
        each.pop("title", None)
        for name, field in each["properties"].items():
            each["properties"][name] = _without_null(field)
    return schema


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an optional field without `null`: it is left out if it has no value.
    Not every host of an assistant supports `anyOf`."""
    types = [each for each in field.get("anyOf", []) if each != {"type": "null"}]
    if len(types) != 1:
        return field
    own = {name: value for name, value in field.items() if name not in ("anyOf", "default")}
    return {**types[0], **own}


def _caller(context: ServerRequestContext[Any, Any]) -> ToolCaller:
    request = context.request
    assert isinstance(request, Request), "the HTTP transport gives each message its request"
    caller: ToolCaller = request.scope["state"][CALLER]
    return caller


def _printable(text: str) -> str:
    """Return the text without lone surrogates, which no response can contain."""
    return text.encode(errors="replace").decode()
