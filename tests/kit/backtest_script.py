"""Random command streams, run on a backtest and on a server whose market moves step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
from pydantic import BaseModel

from tests.kit.command_ways import rest_equivalents
from trading_api.backtest import BacktestSession
from trading_api.errors import ApiError
from trading_api.models.broker import Brackets, LeverageSetParams, PreOrder
from trading_api.web.paths import PREFIX

TICK_MOVES_MS = (0, 0, 250, 250, 500, 1_000, 3_000, 9_000)
BAR_MOVES_MS = (0, 0, 15_000, 15_000, 60_000, 300_000, 1_800_000, 7_200_000)
MARKET, LIMIT, STOP, STOP_LIMIT = 2, 1, 3, 4

Step = tuple[str, dict[str, Any]]
"""A move of the market, `advance`, or the route of a command with its payload."""


@dataclass
class Script:
    """The steps of a run, their answers, and what the account has at the end."""

    steps: list[Step] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)


class ScriptWriter:
    """Draws steps from a seed, at the prices of a session, and runs them on it."""

    def __init__(self, session: BacktestSession, symbols: list[str], seed: int) -> None:
        self._session = session
        self._symbols = symbols
        self._chance = Random(seed)
        self._keyed: list[Step] = []
        self.script = Script()

    def run(self, moves: int, moves_ms: Sequence[int]) -> Script:
        """Make so many moves of the market by these times, with up to three commands after each."""
        for _ in range(moves):
            to_ms = self._session.now_ms + self._chance.choice(moves_ms)
            self._step("advance", {"to_ms": min(to_ms, self._session.end_ms)})
            for _ in range(self._chance.randrange(4)):
                self.command()
        return self.script

    def command(self) -> None:
        """Run one command."""
        self._step(*self._command())

    def _step(self, route: str, payload: dict[str, Any]) -> None:
        self.script.steps.append((route, payload))
        self.script.answers.append(on_session(self._session, route, payload))

    def _command(self) -> Step:
        chance, kind = self._chance, self._chance.random()
        order_id = f"order-{chance.randrange(1, 1 + max(1, self._order_count()))}"
        symbol = chance.choice(self._symbols)
        step: Step
        if kind < 0.55:
            step = "orders.place", {"order": self._order(symbol)}
        elif kind < 0.63:
            step = "orders.modify", {"orderId": order_id, "order": self._order(symbol)}
        elif kind < 0.71:
            step = "orders.cancel", {"orderId": order_id}
        elif kind < 0.74:
            step = "orders.cancel-many", {"orderIds": [order_id, "order-2", "order-99"]}
        elif kind < 0.80:
            part = {"amount": float(chance.randrange(4))} if chance.random() < 0.5 else {}
            step = "positions.close", {"positionId": symbol} | part
        elif kind < 0.84:
            step = "positions.reverse", {"positionId": symbol}
        elif kind < 0.91:
            step = "positions.brackets", {"positionId": symbol, "brackets": self._brackets(symbol)}
        elif kind < 0.95 or not self._keyed:
            leverage = {"symbol": symbol, "orderType": MARKET, "side": 1}
            step = "leverage.set", leverage | {"leverage": chance.choice([1, 5, 30, 100_000])}
        else:
            return self._again()
        if chance.random() < 0.2:
            step[1]["key"] = f"key-{len(self._keyed)}"
            self._keyed.append(step)
        return step

    def _again(self) -> Step:
        """Repeat a command with a key, sometimes with another content."""
        route, payload = self._chance.choice(self._keyed)
        if "order" in payload and self._chance.random() < 0.3:
            payload = payload | {"order": payload["order"] | {"qty": 77}}
        return route, payload

    def _order(self, symbol: str) -> dict[str, Any]:
        chance, type = self._chance, self._chance.choice([MARKET, MARKET, LIMIT, STOP, STOP_LIMIT])
        instrument = self._session.instrument(symbol)
        value = chance.choice([50, 300, 300, 1_000, 5_000, 30_000, 0, 1e9])
        step = float(instrument.quantity_step)
        quantity = round(value / self._session.quote(symbol).last / step) * step
        if chance.random() < 0.03:
            quantity += step / 3
        order: dict[str, Any] = {
            "symbol": symbol,
            "type": type,
            "side": chance.choice([1, -1]),
            "qty": quantity,
        }
        if type in (LIMIT, STOP_LIMIT):
            order["limitPrice"] = self._near(symbol)
        if type in (STOP, STOP_LIMIT):
            order["stopPrice"] = self._near(symbol)
        if chance.random() < 0.4:
            order |= self._brackets(symbol)
        if chance.random() < 0.1:
            at = self._session.now_ms + chance.choice([-1, 1_000, 20_000, 200_000])
            order["duration"] = {"type": "GTD", "datetime": at}
        if chance.random() < 0.05:
            order["duration"] = {"type": chance.choice(["DAY", "IOC", "FOK"])}
        if chance.random() < 0.05:
            order["reduceOnly"] = True
        return order

    def _brackets(self, symbol: str) -> dict[str, Any]:
        chance = self._chance
        found: dict[str, Any] = {}
        if chance.random() < 0.7:
            found["takeProfit"] = self._near(symbol)
        if chance.random() < 0.5:
            found["stopLoss"] = self._near(symbol)
        elif chance.random() < 0.6:
            found |= {"trailingStopPips": float(chance.randrange(1, 9)), "stopType": 1}
        return found

    def _near(self, symbol: str) -> float:
        """Return a price of up to twelve ticks from the last one."""
        tick = self._session.instrument(symbol).tick_size
        quote = self._session.quote(symbol)
        away = self._chance.randrange(-12, 13)
        return round(quote.last + away * float(tick), 8)

    def _order_count(self) -> int:
        # `all_orders` makes an object of each, which is most of what a long run costs.
        return len(self._session.account._snapshot().state.orders)


def on_session(session: BacktestSession, route: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Run a step on a session, and return the answer as REST would."""
    try:
        return _as_json(_execute(session, route, payload))
    except ApiError as error:
        return {"detail": error.detail, "code": error.code}


async def on_server(
    rest: httpx.AsyncClient, account_id: str, route: str, payload: dict[str, Any]
) -> dict[str, Any]:
    """Run a step on a server, and return the answer."""
    if route == "advance":
        answer = await rest.post(f"{PREFIX}/datafeed/clock/advance", json=payload)
        return {"now_ms": answer.json()["now_ms"]}
    request = rest_equivalents(route).equivalent_request(route, payload)
    answer = await rest.request(
        request.method,
        PREFIX + request.path,
        params={**request.query, "account_id": account_id},
        json=request.body,
        headers={"Idempotency-Key": payload["key"]} if "key" in payload else {},
    )
    found: dict[str, Any] = answer.json()
    return found


async def server_records(rest: httpx.AsyncClient, account_id: str) -> dict[str, bytes]:
    """Return the bytes of everything that the account has."""
    found = {name: await _pages(rest, account_id, name) for name in ("events", "ledger")}
    for name in ("orders", "positions", "equity"):
        answer = await rest.get(f"{PREFIX}/broker/{name}", params={"account_id": account_id})
        assert answer.status_code == 200, answer.text
        found[name] = answer.content
    return found


async def _pages(rest: httpx.AsyncClient, account_id: str, name: str) -> bytes:
    """Return all pages of a list as one list."""
    parts: list[bytes] = []
    since = 0
    while True:
        query: dict[str, str | int] = {"account_id": account_id, "since": since, "limit": 1000}
        answer = await rest.get(f"{PREFIX}/broker/{name}", params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        if not page:
            return b"[" + b",".join(parts) + b"]"
        parts.append(answer.content[1:-1])
        since = page[-1]["seq"]


async def server_executions(rest: httpx.AsyncClient, account_id: str, symbol: str) -> bytes:
    query = {"account_id": account_id, "limit": "10000"}
    return (await rest.get(f"{PREFIX}/broker/executions/{symbol}", params=query)).content


def session_records(session: BacktestSession) -> dict[str, bytes]:
    """Return the same of a session."""
    account = session.account
    return {
        "events": _bytes(account.broker_events()),
        "ledger": _bytes(account.ledger()),
        "orders": _bytes(account.recent_orders()),
        "positions": _bytes(list(account.positions())),
        "equity": account.equity().model_dump_json(by_alias=True, exclude_none=True).encode(),
    }


def session_executions(session: BacktestSession, symbol: str) -> bytes:
    return _bytes([each for each in session.account.executions() if each.symbol == symbol])


def _execute(session: BacktestSession, route: str, payload: dict[str, Any]) -> Any:
    account, key = session.account, payload.get("key")
    match route:
        case "advance":
            session.advance_to(payload["to_ms"])
            return {"now_ms": session.now_ms}
        case "orders.place":
            return account.place_order(PreOrder.model_validate(payload["order"]), key)
        case "orders.modify":
            order = PreOrder.model_validate(payload["order"])
            return account.modify_order(payload["orderId"], order, key)
        case "orders.cancel":
            return account.cancel_order(payload["orderId"], key)
        case "orders.cancel-many":
            return account.cancel_orders(payload["orderIds"], key)
        case "positions.close":
            return account.close_position(payload["positionId"], payload.get("amount"), key)
        case "positions.reverse":
            return account.reverse_position(payload["positionId"], key)
        case "positions.brackets":
            brackets = Brackets.model_validate(payload["brackets"])
            return account.edit_brackets(payload["positionId"], brackets, key)
        case "leverage.set":
            return account.set_leverage(LeverageSetParams.model_validate(payload), key)
    raise AssertionError(route)


def _as_json(value: Any) -> dict[str, Any]:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    found: dict[str, Any] = value
    return found


def _bytes(models: list[Any]) -> bytes:
    parts = [each.model_dump_json(by_alias=True, exclude_none=True) for each in models]
    return ("[" + ",".join(parts) + "]").encode()
