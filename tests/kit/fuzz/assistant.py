"""Fuzz the tools of an assistant by their schemas, and the endpoint by malformed messages."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import httpx
from jsonschema import Draft202012Validator

MODERN = "2026-07-28"
HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
STATUSES = {200, 202, 400, 404, 406, 413, 422}
JUNK: list[Any] = [
    *(None, True, False, 0, 1, -1, 10**30, 1.5, 1e308, "", " ", "AAPL", "NASDAQ:AAPL", "order-1"),
    *("0", "-1", "1e5", "NaN", "Infinity", "9" * 15, "0." + "0" * 9 + "1", "1\n", "\ud800", "\x00"),
    *("x" * 70, "../..", "'; --", "buy", "limit", "LIVE-MAIN", "DEMO-ACCOUNT", "1D", "gtd"),
    *("2026-11-30T14:30:00Z", "2026-11-30", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00Z"),
    *([], {}, [[]], {"a": 1}, ["AAPL"] * 30, ["AAPL", 1], {"__class__": "x"}),
]
MESSAGES: list[Any] = [
    *([], {}, 1, "x", None, [1], {"jsonrpc": "1.0"}, {"jsonrpc": "2.0", "id": 1}),
    {"jsonrpc": "2.0", "id": 1, "result": {}},
    {"jsonrpc": "2.0", "id": 1, "method": "nothing"},
    {"jsonrpc": "2.0", "id": {}, "method": "ping"},
    {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "x"}},
    {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": []},
    {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": 1}},
    {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "\ud800"}},
    {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "x", "arguments": 1}},
    {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"cursor": "x"}},
    {"jsonrpc": "2.0", "id": 1, "method": "resources/list"},
    {"jsonrpc": "2.0", "id": 1, "method": "logging/setLevel", "params": {"level": "debug"}},
    {"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": {}},
    {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "x"}},
]


class AssistantFuzzer:
    """Sends random calls and messages of a seed. Raises AssertionError for a wrong answer."""

    def __init__(self, http: httpx.AsyncClient, seed: int) -> None:
        self._http = http
        self._random = random.Random(seed)
        self._session: dict[str, str] = {}
        self._schemas: dict[str, dict[str, Any]] = {}

    async def begin(self) -> None:
        """Begin a session, and read the schemas of the tools."""
        information = {"name": "fuzz", "version": "1"}
        parameters = {"protocolVersion": "2025-11-25", "capabilities": {}}
        answer = await self._request("initialize", parameters | {"clientInfo": information})
        self._session = {"Mcp-Session-Id": answer.headers["mcp-session-id"]}
        listed = (await self._request("tools/list", {})).json()["result"]["tools"]
        self._schemas = {tool["name"]: tool["inputSchema"] for tool in listed}

    async def run(self, *, count: int = 0, seconds: float = 0.0) -> int:
        """Send `count` requests, or send for `seconds`. Return how many were sent."""
        end_s, sent = time.monotonic() + seconds, 0
        while sent < count or time.monotonic() < end_s:
            if self._random.random() < 0.7:
                await self._call_tool()
            else:
                await self._send_message()
            sent += 1
        return sent

    async def _call_tool(self) -> None:
        name = self._random.choice(list(self._schemas))
        schema = self._schemas[name]
        arguments = self._arguments(schema)
        given = {"name": name, "arguments": arguments}
        result = (await self._request("tools/call", given)).json()
        if "error" in result:  # text that is no Unicode is no JSON
            assert "\\ud800" in json.dumps(arguments), (name, arguments, result)
            return
        content = result["result"].get("structuredContent", {})
        assert content.get("code") != "internal_error", (name, arguments)
        if not Draft202012Validator(schema).is_valid(_without_nulls(arguments, schema)):
            assert content.get("code") == "invalid_arguments", (name, arguments, content)
        if name in ("place", "modify"):
            assert result["result"]["isError"], "nothing was previewed"

    async def _send_message(self) -> None:
        message = self._random.choice(MESSAGES)
        headers = self._random.choice(
            [
                self._session,
                {},
                {"Mcp-Session-Id": "x" * 40},
                {"Mcp-Protocol-Version": MODERN},
                {"Mcp-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": "search"},
                {"Mcp-Protocol-Version": "1999-01-01"},
            ]
        )
        content = json.dumps(message).encode()
        if self._random.random() < 0.2:
            content = content[: self._random.randrange(len(content))] + b"\xff"
        answer = await self._http.post("/mcp", content=content, headers=HEADERS | headers)
        assert answer.status_code in STATUSES, (message, headers, answer.status_code)
        if answer.content:
            answer.json()

    def _arguments(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return arguments of which most are valid examples."""
        arguments: dict[str, Any] = {}
        for name, field in schema["properties"].items():
            if name in schema.get("required", ()) or self._random.random() < 0.3:
                valid = field.get("enum") or field.get("examples") or [field.get("default", "x")]
                is_valid = self._random.random() < 0.8
                arguments[name] = self._random.choice(valid if is_valid else JUNK)
        if self._random.random() < 0.1:
            arguments[self._random.choice(["unknown", "", "\ud800", "__class__"])] = 1
        return arguments

    async def _request(self, method: str, parameters: dict[str, Any]) -> httpx.Response:
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        answer = await self._http.post(
            "/mcp", content=json.dumps(message), headers=HEADERS | self._session
        )
        assert answer.status_code in STATUSES, (parameters, answer.status_code)
        return answer


def _without_nulls(arguments: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments without optional ones that are null, which the tool treats alike."""
    optional = schema["properties"].keys() - set(schema.get("required", ()))
    is_left_out = [name for name, value in arguments.items() if value is None and name in optional]
    return {name: value for name, value in arguments.items() if name not in is_left_out}


async def fuzz_assistant(
    address: str, headers: dict[str, str], seed: int, *, count: int = 0, seconds: float = 0.0
) -> int:
    """Fuzz the server at `127.0.0.1:port`. Return how many requests were sent."""
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=headers, timeout=10) as http:
        fuzzer = AssistantFuzzer(http, seed)
        await fuzzer.begin()
        return await fuzzer.run(count=count, seconds=seconds)
