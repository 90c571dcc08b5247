"""The module mcp of a whole server, used by the MCP SDK's own client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.kit.assistant import Assistant, ToolError, assistant, new_caller
from tests.kit.server import serving
from tests.kit.signed_tokens import bearer, secured, token
from trading_api.app_factory import create_app
from trading_api.auth.principal import Scope
from trading_api.auth.tokens import LEEWAY_S

VALUE_MAX = Decimal(50_000)
LIMIT = {"symbol": "AAPL", "side": "buy", "type": "limit", "quantity": "10", "limit_price": "1.5"}
MARKET = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "10"}
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
LIST = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}
ACCEPT = {"Accept": "application/json, text/event-stream"}
TOOLS = {
    "search": Scope.MARKET_READ,
    "quote": Scope.MARKET_READ,
    "bars": Scope.MARKET_READ,
    "account": Scope.ACCOUNT_READ,
    "positions": Scope.ACCOUNT_READ,
    "orders": Scope.ACCOUNT_READ,
    "executions": Scope.ACCOUNT_READ,
    "preview": Scope.ACCOUNT_READ,
    "place": Scope.ACCOUNT_TRADE,
    "modify": Scope.ACCOUNT_TRADE,
    "cancel": Scope.ACCOUNT_TRADE,
    "close": Scope.ACCOUNT_TRADE,
}


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    app, _ = create_app(
        secured(enabled_modules="all,mcp", database_url="memory:", mcp_session_value_max=VALUE_MAX)
    )
    async with serving(app) as address:
        yield address


@pytest.fixture
async def trader(address: str) -> AsyncIterator[Assistant]:
    """An assistant with an account of its own."""
    async with assistant(address, new_caller()) as trader:
        yield trader


@pytest.fixture(params=["auto", "legacy"])
async def any_trader(address: str, request: pytest.FixtureRequest) -> AsyncIterator[Assistant]:
    """An assistant of a version of the protocol without sessions, or with them."""
    async with assistant(address, new_caller(), request.param) as trader:
        yield trader


async def test_each_tool_is_described(address: str) -> None:
    async with assistant(address, new_caller()) as trader:
        tools = {tool.name: tool for tool in (await trader.client.list_tools()).tools}
    assert list(tools) == list(TOOLS)
    for name, tool in tools.items():
        assert tool.description
        assert tool.annotations is not None
        trades = TOOLS[name] is Scope.ACCOUNT_TRADE
        assert tool.annotations.read_only_hint is not trades
        assert tool.annotations.destructive_hint is trades
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema is not None


async def test_an_assistant_reads_the_market(trader: Assistant) -> None:
    [found] = (await trader.call("search", text="apple"))["instruments"]
    assert (found["symbol"], found["tick_size"]) == ("AAPL", "0.01")
    assert len((await trader.call("search", limit=2))["instruments"]) == 2
    [quote] = (await trader.call("quote", symbols=["NASDAQ:AAPL"]))["quotes"]
    assert Decimal(quote["bid"]) < Decimal(quote["ask"])
    assert quote["market"] == "open"
    bars = (await trader.call("bars", symbol="AAPL", resolution="D", limit=3))["bars"]
    assert len(bars) == 3
    days = [datetime.fromisoformat(bar["time"]) for bar in bars]
    assert days == sorted(days)
    first, second, _ = (bar["time"] for bar in bars)
    read = await trader.call("bars", symbol="AAPL", resolution="1D", end=second)
    assert (len(read["bars"]), read["bars"][-1]) == (100, bars[0])
    read = await trader.call("bars", symbol="AAPL", resolution="1D", start=first, end=second)
    assert read["bars"] == [bars[0]]


ERRORS: list[tuple[str, dict[str, Any], str]] = [
    ("quote", {"symbols": ["NONE"]}, "unknown_symbol"),
    ("bars", {"symbol": "AAPL", "resolution": "7"}, "unsupported_resolution"),
    ("bars", {"symbol": "AAPL", "resolution": "1D", "limit": 501}, "invalid_arguments"),
    ("orders", {"before": "order-9", "status": "ended"}, "order_not_found"),
    ("preview", LIMIT | {"symbol": "NONE"}, "unknown_symbol"),
    ("preview", LIMIT | {"quantity": 10}, "invalid_arguments"),
    ("preview", LIMIT | {"limit_price": "1.555"}, "price_off_tick"),
    ("preview", LIMIT | {"order_id": "order-9"}, "order_not_found"),
    ("preview", MARKET | {"quantity": "100000"}, "insufficient_margin"),
    ("cancel", {"order_id": "order-9"}, "order_not_found"),
    ("close", {"symbol": "AAPL"}, "position_not_found"),
    ("place", LIMIT | {"confirmation_id": "invented"}, "confirmation_unknown"),
    ("account", {"account_id": "OTHER"}, "unknown_account"),
]


async def test_an_error_has_the_code_of_rest(address: str) -> None:
    async with assistant(address, new_caller()) as trader:
        codes = [await trader.error_code(tool, **arguments) for tool, arguments, _ in ERRORS]
    assert codes == [code for _, _, code in ERRORS]


async def test_an_order_is_placed_modified_and_canceled(any_trader: Assistant) -> None:
    preview = await any_trader.call("preview", **LIMIT)
    assert (preview["value"], preview["fills_now"], preview["is_allowed"]) == ("15", "0", True)
    placed = await any_trader.call("place", **LIMIT, confirmation_id=preview["confirmation_id"])
    assert placed["order"]["status"] == "working"
    assert placed["session"]["value_used"] == "15"
    changed = LIMIT | {"order_id": placed["order_id"], "quantity": "20", "take_profit": "9"}
    preview = await any_trader.call("preview", **changed)
    assert preview["value"] == "15"
    modified = await any_trader.call(
        "modify", **changed, confirmation_id=preview["confirmation_id"]
    )
    assert (modified["order"]["quantity"], modified["order"]["take_profit"]) == ("20", "9")
    assert modified["session"]["value_used"] == "30"
    [live, bracket] = (await any_trader.call("orders"))["orders"]
    assert (live, bracket["protects"]) == (modified["order"], placed["order_id"])
    canceled = await any_trader.call("cancel", order_id=placed["order_id"])
    assert canceled["order"]["status"] == "canceled"
    assert (await any_trader.call("orders"))["orders"] == []
    ended = (await any_trader.call("orders", status="ended"))["orders"]
    assert [each["order_id"] for each in ended] == [placed["order_id"], bracket["order_id"]]


async def test_a_position_is_opened_and_closed(trader: Assistant) -> None:
    placed = await trader.place(**MARKET, stop_loss="1")
    assert (placed["order"]["status"], placed["order"]["filled_quantity"]) == ("filled", "10")
    [position] = (await trader.call("positions"))["positions"]
    assert (position["side"], position["quantity"], position["stop_loss"]) == ("buy", "10", "1")
    summary = await trader.call("account")
    assert summary["open_positions"] == summary["live_orders"] == 1
    assert Decimal(summary["used_margin"]) > 0
    part = await trader.call("close", symbol="AAPL", quantity="4")
    assert (part["order"]["side"], part["order"]["reduce_only"]) == ("sell", True)
    assert await trader.error_code("close", symbol="AAPL", quantity="7") != ""
    await trader.call("close", symbol="AAPL")
    assert (await trader.call("positions"))["positions"] == []
    fills = (await trader.call("executions", symbol="NASDAQ:AAPL"))["executions"]
    assert [fill["quantity"] for fill in fills] == ["10", "4", "6"]
    assert (await trader.call("executions", symbol="MSFT"))["executions"] == []


async def test_a_confirmation_is_valid_for_one_order_once(trader: Assistant) -> None:
    id = (await trader.call("preview", **LIMIT))["confirmation_id"]
    other = LIMIT | {"quantity": "11", "confirmation_id": id}
    assert await trader.error_code("place", **other) == "confirmation_mismatch"
    assert await trader.error_code("place", **LIMIT, confirmation_id=id) == "confirmation_unknown"
    placed = await trader.place(**LIMIT)
    id = (await trader.call("preview", **LIMIT))["confirmation_id"]
    change = LIMIT | {"order_id": placed["order_id"], "confirmation_id": id}
    assert await trader.error_code("modify", **change) == "confirmation_mismatch"
    assert len((await trader.call("orders"))["orders"]) == 1


async def test_a_rejected_order_counts_nothing(address: str) -> None:
    caller = new_caller()
    kill_switch = f"http://{address}/api/v1/broker/kill-switch"
    async with (
        assistant(address, caller) as trader,
        httpx.AsyncClient(headers=caller) as rest,
    ):
        preview = await trader.call("preview", **LIMIT)
        assert (await rest.put(kill_switch, json={"on": True})).status_code == 200
        order = LIMIT | {"confirmation_id": preview["confirmation_id"]}
        assert await trader.error_code("place", **order) == "trading_halted"
        summary = await trader.call("account")
        assert (summary["trading_halted"], summary["session"]["value_used"]) == (True, "0")
        assert await trader.error_code("place", **order) == "confirmation_unknown"


async def test_the_value_of_a_session_is_bounded(any_trader: Assistant) -> None:
    order = LIMIT | {"limit_price": "100", "quantity": "300"}
    await any_trader.place(**order)
    preview = await any_trader.call("preview", **order)
    assert (preview["value"], preview["is_allowed"]) == ("30000", False)
    with pytest.raises(ToolError, match="another 20000 of 50000") as refused:
        await any_trader.call("place", **order, confirmation_id=preview["confirmation_id"])
    assert refused.value.code == "session_value_exceeded"
    await any_trader.place(**order | {"quantity": "200"})
    assert (await any_trader.call("account"))["session"]["value_remaining"] == "0"
    assert len((await any_trader.call("orders"))["orders"]) == 2


async def test_a_confirmation_belongs_to_its_session(address: str) -> None:
    caller = new_caller()
    async with (
        assistant(address, caller, "legacy") as first,
        assistant(address, caller, "legacy") as second,
        assistant(address, caller) as third,
    ):
        for one, other in ((first, second), (second, third), (third, first)):
            id = (await one.call("preview", **LIMIT))["confirmation_id"]
            code = await other.error_code("place", **LIMIT, confirmation_id=id)
            assert code == "confirmation_unknown"


@pytest.mark.parametrize("scope", [Scope.MARKET_READ, Scope.ACCOUNT_READ, Scope.ACCOUNT_TRADE])
async def test_a_token_has_the_tools_of_its_scopes(address: str, scope: Scope) -> None:
    arguments: dict[str, dict[str, Any]] = {"close": {"symbol": "AAPL"}, "bars": {}}
    async with assistant(address, new_caller(scope)) as trader:
        listed = {tool.name for tool in (await trader.client.list_tools()).tools}
        assert listed == {name for name, needed in TOOLS.items() if needed is scope}
        for name in TOOLS.keys() - listed:
            code = await trader.error_code(name, **arguments.get(name, {}))
            assert code == "insufficient_scope"


async def test_live_accounts_are_excluded_whatever_the_scopes_are(address: str) -> None:
    order = LIMIT | {"confirmation_id": "x"}
    arguments: dict[str, dict[str, Any]] = {
        "account": {},
        "positions": {},
        "orders": {},
        "executions": {},
        "preview": LIMIT,
        "place": order,
        "modify": order | {"order_id": "order-1"},
        "cancel": {"order_id": "order-1"},
        "close": {"symbol": "AAPL"},
    }
    caller = bearer(token(sub="live", accounts=("LIVE-MAIN",)))
    async with assistant(address, caller) as trader:
        for tool, given in arguments.items():
            for id in ("LIVE-MAIN", "live-other"):
                code = await trader.error_code(tool, **given, account_id=id)
                assert code == "live_account_excluded"
            assert await trader.error_code(tool, **given) == "unknown_account"


@pytest.mark.parametrize(
    "headers",
    [{}, bearer("nonsense"), bearer(token(exp=int(time.time()) - LEEWAY_S - 1))],
    ids=["without", "wrong", "expired"],
)
async def test_every_request_needs_a_valid_token(address: str, headers: dict[str, str]) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=headers) as http:
        for method in ("POST", "GET", "DELETE", "PUT"):
            for path in ("/mcp", "/mcp/", "/mcp/other"):
                assert (await http.request(method, path, json=INITIALIZE)).status_code == 401


async def begin_session(http: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, str]:
    """Return the header of a new session."""
    answer = await http.post("/mcp", json=INITIALIZE, headers=headers)
    assert answer.status_code == 200, answer.text
    return {"Mcp-Session-Id": answer.headers["mcp-session-id"]}


async def test_a_session_belongs_to_the_subject_that_began_it(address: str) -> None:
    owner, other = bearer(token(sub="owner")), bearer(token(sub="other"))
    renewed = bearer(token(sub="owner", exp=int(time.time()) + 90))
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=ACCEPT) as http:
        session = await begin_session(http, owner)
        for caller, status in ((owner, 200), (other, 404), (renewed, 200)):
            answer = await http.post("/mcp", json=LIST, headers=caller | session)
            assert answer.status_code == status, answer.text
        assert (await http.delete("/mcp", headers=other | session)).status_code == 404
        assert (await http.delete("/mcp", headers=owner | session)).status_code == 200
        assert (await http.post("/mcp", json=LIST, headers=owner | session)).status_code == 404


async def test_a_subject_has_a_bounded_number_of_sessions(address: str) -> None:
    caller, other = new_caller(), new_caller()
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=ACCEPT) as http:
        sessions = [await begin_session(http, caller) for _ in range(20)]
        answer = await http.post("/mcp", json=INITIALIZE, headers=caller)
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_sessions")
        await begin_session(http, other)
        assert (await http.delete("/mcp", headers=caller | sessions[0])).status_code == 200
        await begin_session(http, caller)


async def test_no_request_stays_open(address: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=ACCEPT) as http:
        caller = new_caller()
        session = await begin_session(http, caller)
        answer = await http.get("/mcp", headers=caller | session)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST, DELETE")
        assert (await http.post("/mcp/other", json=LIST, headers=caller)).status_code == 404


async def test_two_requests_of_one_id_do_not_wait_for_each_other(address: str) -> None:
    caller = new_caller()
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=ACCEPT) as http:
        headers = caller | await begin_session(http, caller)
        call = {"name": "quote", "arguments": {"symbols": ["AAPL"]}}
        message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": call}
        sent = [http.post("/mcp", json=message, headers=headers) for _ in range(4)]
        statuses = [answer.status_code for answer in await asyncio.gather(*sent)]
        assert sorted({*statuses, 409}) == [200, 409]
        again = await http.post("/mcp", json=message, headers=headers)
        assert again.status_code == 200


async def test_a_page_of_a_foreign_origin_is_refused(address: str) -> None:
    headers = ACCEPT | {"Origin": "http://foreign.example"}
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=headers) as http:
        answer = await http.post("/mcp", json=INITIALIZE, headers=new_caller())
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")


@pytest.mark.parametrize(
    ("content", "status"), [(b"x" * 70_000, 413), (b"[" * 200 + b"]" * 200, 422), (b"{", 400)]
)
async def test_a_body_is_limited_as_everywhere(address: str, content: bytes, status: int) -> None:
    headers = new_caller() | ACCEPT | {"Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=headers) as http:
        for version in ({}, {"Mcp-Protocol-Version": "2026-07-28"}):
            answer = await http.post("/mcp", content=content, headers=version)
            assert answer.status_code == status


async def test_concurrent_orders_do_not_exceed_the_value(trader: Assistant) -> None:
    order = LIMIT | {"limit_price": "100", "quantity": "200"}
    ids = [(await trader.call("preview", **order))["confirmation_id"] for _ in range(5)]
    codes = await asyncio.gather(
        *(trader.error_code("place", **order, confirmation_id=id) for id in ids)
    )
    assert sorted(codes) == [""] * 2 + ["session_value_exceeded"] * 3
    assert len((await trader.call("orders"))["orders"]) == 2


async def test_times_are_written_in_utc(trader: Assistant) -> None:
    expires = datetime.now(UTC).replace(year=datetime.now(UTC).year + 1, microsecond=0)
    order = LIMIT | {"duration": "gtd", "expires": expires.isoformat()}
    preview = await trader.call("preview", **order)
    assert preview["order"]["expires"] == expires.strftime("%Y-%m-%dT%H:%M:%S.000Z")
