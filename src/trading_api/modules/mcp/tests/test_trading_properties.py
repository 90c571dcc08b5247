"""No sequence of calls places an order without a fresh preview of it, or above the maximum."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from decimal import Decimal
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.kit.paper_exchange import PaperExchange, running
from trading_api.auth.principal import Principal
from trading_api.errors import ApiError
from trading_api.limits.command_admission import CommandAdmission
from trading_api.modules.mcp.sessions import CONFIRMATION_S, McpSession
from trading_api.modules.mcp.tool import ToolCaller
from trading_api.modules.mcp.trading_tools import TradingTools
from trading_api.observability.readiness import Readiness

VALUE_MAX = Decimal(5_000)
ACCOUNTS = ["ACCOUNT-A", "ACCOUNT-B"]
ORDERS: list[dict[str, Any]] = [
    {"side": "buy", "type": "market", "quantity": "10"},
    {"side": "buy", "type": "limit", "quantity": "20", "limit_price": "90"},
    {"side": "sell", "type": "limit", "quantity": "15", "limit_price": "1"},
    {"side": "sell", "type": "stop", "quantity": "10", "stop_price": "20"},
    {"side": "buy", "type": "stop", "quantity": "10", "trailing_pips": "500"},
    {"side": "sell", "type": "limit", "quantity": "5", "limit_price": "150", "take_profit": "10"},
    {"side": "sell", "type": "market", "quantity": "5", "reduce_only": True},
]

numbers = st.integers(0, 3)
operations = st.lists(
    st.one_of(
        st.tuples(st.just("preview"), st.integers(0, len(ORDERS) - 1), numbers),
        # Most calls change nothing of the preview, so that most of them could succeed.
        st.tuples(
            st.just("place"), numbers, st.sampled_from(["", "", "", "order", "account", "session"])
        ),
        st.tuples(st.just("preview_change"), numbers, st.sampled_from(["1", "7", "30"])),
        st.tuples(st.just("modify"), numbers, st.sampled_from(["", "", "order", "session"])),
        st.tuples(st.just("cancel"), numbers),
        st.tuples(st.just("close"), numbers),
        st.tuples(st.just("pass_time"), st.sampled_from([1, 30, 59, 60])),
        st.tuples(st.just("move"), st.sampled_from(["20", "100", "130"])),
    ),
    min_size=8,
    max_size=24,
)


class Assistants:
    """Two sessions that call tools, and what the calls were allowed to do."""

    def __init__(self, exchange: PaperExchange) -> None:
        self.exchange = exchange
        self.now_s = 0.0
        broker, market = exchange.broker, exchange.market
        admission = CommandAdmission(None, Readiness())
        tools = TradingTools(broker, market, admission, lambda: self.now_s).tools()
        self.tools = {tool.name: tool for tool in tools}
        self.sessions = [McpSession("anyone", VALUE_MAX, 0.0) for _ in range(2)]
        self.previews: list[tuple[int, dict[str, Any], str, float]] = []
        self.used: set[str] = set()
        self.placed: list[tuple[str, str]] = []
        self.values: dict[int, Decimal] = defaultdict(Decimal)
        self.placed_by: dict[tuple[str, str], dict[str, Any]] = {}

    async def call(self, session: int, tool: str, arguments: dict[str, Any]) -> Any:
        """Return the tool's result, or None for an error."""
        caller = ToolCaller(Principal.anonymous(ACCOUNTS[0]), self.sessions[session])
        entry = self.tools[tool]
        try:
            return await entry.run(caller, entry.arguments.model_validate(arguments))
        except ApiError:
            return None

    async def preview(self, session: int, arguments: dict[str, Any]) -> None:
        if result := await self.call(session, "preview", arguments):
            self.previews.append((session, arguments, result.confirmation_id, self.now_s))

    async def submit(self, number: int, changed: str, *, modifies: bool) -> None:
        """Use one of the last previews, unchanged or not, and check that it was allowed if it
        succeeds."""
        known = [each for each in self.previews if ("order_id" in each[1]) == modifies]
        if not known:
            return
        session, arguments, id, previewed_s = known[-1 - number % len(known)]
        given = dict(arguments)
        if changed == "order":
            given["quantity"] = str(Decimal(given["quantity"]) + 1)
        elif changed == "account":
            given["account_id"] = ACCOUNTS[1 - ACCOUNTS.index(given["account_id"])]
        elif changed == "session":
            session = 1 - session
        quote = self.exchange.market.quote("AAPL")
        assert quote is not None
        tool = "modify" if modifies else "place"
        result = await self.call(session, tool, given | {"confirmation_id": id})
        is_fresh = id not in self.used and self.now_s - previewed_s < CONFIRMATION_S
        if changed != "session":
            self.used.add(id)
        if result is None:
            return
        assert is_fresh, "a confirmation that was used before or is too old"
        assert not changed, f"another {changed} than that of the preview"
        self.check(session, given, result, quote.bid, quote.ask)

    def check(
        self, session: int, given: dict[str, Any], result: Any, bid: Decimal, ask: Decimal
    ) -> None:
        """Count the value by the test's own rules, and compare it with the maximum."""
        key = (given["account_id"], result.order_id)
        value = _value(given, bid, ask)
        before = self.placed_by.get(key)
        self.placed_by[key] = given
        if before is None:
            self.placed.append(key)
        else:
            value = max(Decimal(0), value - _value(before, bid, ask))
        self.values[session] += value
        assert self.values[session] <= VALUE_MAX
        assert self.sessions[session].value_used >= self.values[session]

    def live_order(self, number: int) -> tuple[str, Any] | None:
        orders = [
            (account, order)
            for account in ACCOUNTS
            for order in self.exchange.broker.snapshot(account).live_orders()
            if (account, order.id) in self.placed_by
        ]
        return orders[number % len(orders)] if orders else None


def _value(order: dict[str, Any], bid: Decimal, ask: Decimal) -> Decimal:
    """Return the least value that an order of ORDERS may be counted with."""
    if order.get("reduce_only"):
        return Decimal(0)
    touch = ask if order["side"] == "buy" else bid
    price = max(touch, Decimal(order.get("limit_price", 0)))
    if order["side"] == "buy" and "limit_price" in order:
        price = Decimal(order["limit_price"])
    return Decimal(order["quantity"]) * price


async def act(assistants: Assistants, operation: tuple[Any, ...]) -> None:
    name, *parameters = operation
    match name:
        case "preview":
            order, number = parameters
            account = ACCOUNTS[number // 2]
            arguments = ORDERS[order] | {"symbol": "AAPL", "account_id": account}
            await assistants.preview(number % 2, arguments)
        case "preview_change":
            number, quantity = parameters
            if found := assistants.live_order(number):
                account, order = found
                given = assistants.placed_by[account, order.id]
                changed = given | {"quantity": quantity, "order_id": order.id}
                await assistants.preview(number % 2, changed)
        case "place" | "modify":
            number, changed = parameters
            await assistants.submit(number, changed, modifies=name == "modify")
        case "cancel":
            if found := assistants.live_order(parameters[0]):
                account, order = found
                await assistants.call(0, "cancel", {"order_id": order.id, "account_id": account})
        case "close":
            account = ACCOUNTS[parameters[0] % 2]
            if result := await assistants.call(
                1, "close", {"symbol": "AAPL", "account_id": account}
            ):
                assistants.placed.append((account, result.order_id))
        case "pass_time":
            assistants.now_s += parameters[0]
        case "move":
            price = Decimal(parameters[0])
            assistants.exchange.market.move("AAPL", str(price), str(price + 1))
            await assistants.exchange.client.flush()


async def run(steps: list[tuple[Any, ...]]) -> int:
    async with running() as exchange:
        exchange.market.move("AAPL", "100", "101")
        assistants = Assistants(exchange)
        for account in ACCOUNTS:
            await exchange.broker.load(account)
        for step in steps:
            await act(assistants, step)
        placed = 0
        for account in ACCOUNTS:
            orders = await exchange.broker.history(account).recent_orders(0, 1000)
            own = {order.id for order in orders if not order.is_bracket}
            assert own == {id for owner, id in assistants.placed if owner == account}
            placed += len(own)
        return placed


@settings(max_examples=30)
@given(operations)
@example([("preview", 0, 0), ("pass_time", 60), ("place", 0, "")])
@example([("preview", 0, 0), ("place", 0, ""), ("place", 0, "")])
@example([("preview", 2, 0), ("place", 0, "")] * 5)
def test_every_order_had_a_fresh_preview_and_fits_the_value(steps: list[tuple[Any, ...]]) -> None:
    asyncio.run(run(steps))


def test_the_property_is_not_vacuous() -> None:
    steps: list[tuple[Any, ...]] = []
    for order in range(len(ORDERS)):
        steps += [("preview", order, order % 4), ("place", 0, "")]
    steps += [("preview_change", 1, "30"), ("modify", 0, ""), ("close", 0)]
    assert asyncio.run(run(steps)) >= 6
