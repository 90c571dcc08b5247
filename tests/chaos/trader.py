"""A trader that sends commands with idempotency keys over REST, and repeats those without an
answer."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from itertools import count
from typing import Any

import httpx

from tests.chaos.recording import Attempt, Command, Kind, Recording

SYMBOLS = ("AAPL", "MSFT", "BTCUSD")
LIMIT, MARKET, BUY, SELL = 1, 2, 1, -1
FIRST_ACTIONS = ("limit", "limit", "limit", "modify", "market", "close", "cancel", "deposit")
ACTIONS = ("limit", "modify", "market", "close", "cancel", "deposit")
WEIGHTS = (30, 8, 25, 15, 20, 2)
"""How often a trader chooses each of ACTIONS, after FIRST_ACTIONS."""
RESTING_MAX = 12
PAUSE_S = (0.15, 0.45)
ATTEMPT_TIMEOUT_S = 8.0
RETRY_PAUSE_S = (0.05, 0.3)
RETURN_S = 5.0
"""When a trader returns to its first gateway after a failure."""
GIVE_UP_S = 90.0
"""When a command without an answer is given up; the judge reports it."""


class Trader:
    """Trades one account until it is asked to stop. All choices follow from the seed."""

    def __init__(
        self,
        account_id: str,
        base_urls: Sequence[str],
        first_url: int,
        recording: Recording,
        seed: int,
    ) -> None:
        self._account_id = account_id
        self._base_urls = base_urls
        self._home_url = self._url_index = first_url % len(base_urls)
        self._failed_s = 0.0
        self._recording = recording
        self._choice = random.Random(seed)
        self._numbers = count(1)
        self._first = iter(FIRST_ACTIONS)
        self._resting: dict[str, str] = {}
        self._is_stopping = False

    def stop(self) -> None:
        """Send no further command; the present one is brought to its end."""
        self._is_stopping = True

    async def run(self) -> None:
        """Send one command after the other."""
        async with httpx.AsyncClient(timeout=ATTEMPT_TIMEOUT_S) as client:
            while not self._is_stopping:
                await self._send_any(client)
                await asyncio.sleep(self._choice.uniform(*PAUSE_S))

    async def _send_any(self, client: httpx.AsyncClient) -> None:
        action = next(self._first, "") or self._choice.choices(ACTIONS, WEIGHTS)[0]
        symbol = self._choice.choice(SYMBOLS)
        if len(self._resting) > RESTING_MAX:
            action = "cancel"
        match action:
            case "market":
                await self._place(client, self._market_order(symbol))
            case "close":
                path = f"/broker/positions/{symbol}"
                await self._send(client, "close", "DELETE", path)
            case "cancel" if self._resting:
                order_id = self._choice.choice(sorted(self._resting))
                del self._resting[order_id]
                path = f"/broker/orders/{order_id}"
                await self._send(client, "cancel", "DELETE", path, order_id=order_id)
            case "modify" if self._resting:
                order_id = self._choice.choice(sorted(self._resting))
                body = self._limit_order(self._resting[order_id])
                path = f"/broker/orders/{order_id}"
                await self._send(client, "modify", "PUT", path, body, order_id)
            case "deposit":
                path = f"/broker/accounts/{self._account_id}/deposit"
                await self._send(client, "deposit", "POST", path, {"amount": 10})
            case _:
                await self._place(client, self._limit_order(symbol))

    def _market_order(self, symbol: str) -> dict[str, Any]:
        """Return a small order; its brackets are so far away that they are never reached."""
        side = self._choice.choice((BUY, SELL))
        order = {"symbol": symbol, "type": MARKET, "side": side, "qty": self._quantity(symbol)}
        if side == BUY and self._choice.random() < 0.5:
            order |= {"takeProfit": 1_000_000, "stopLoss": 1}
        return order

    def _limit_order(self, symbol: str) -> dict[str, Any]:
        """Return an order that rests far below the market."""
        price = self._choice.randrange(5, 50)
        order = {"symbol": symbol, "type": LIMIT, "side": BUY, "limitPrice": price}
        order["qty"] = self._quantity(symbol)
        if self._choice.random() < 0.5:
            order |= {"takeProfit": 1_000_000, "stopLoss": 1}
        return order

    def _quantity(self, symbol: str) -> float:
        number = self._choice.randrange(1, 6)
        return number / 1_000 if symbol == "BTCUSD" else number

    async def _place(self, client: httpx.AsyncClient, order: dict[str, Any]) -> None:
        answer = await self._send(client, "place", "POST", "/broker/orders", order)
        if answer is not None and order["type"] == LIMIT:
            self._resting[answer["orderId"]] = order["symbol"]

    async def _send(
        self,
        client: httpx.AsyncClient,
        kind: Kind,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        order_id: str = "",
    ) -> dict[str, Any] | None:
        """Send a command until it has an answer, and return the body of an acknowledgement."""
        key = f"{self._account_id}.{next(self._numbers)}.{self._choice.randrange(10**6)}"
        command = Command(self._account_id, key, kind, time.monotonic(), order_id)
        self._recording.commands[key] = command
        if time.monotonic() > self._failed_s + RETURN_S:
            self._url_index = self._home_url
        while time.monotonic() < command.started_s + GIVE_UP_S:
            response = await self._attempt(client, command, method, path, body)
            if response is not None and response.status_code < 500 and response.status_code != 429:
                command.answered_s = time.monotonic()
                if response.status_code >= 400:
                    command.outcome = "refused"
                    return None
                command.outcome = "acknowledged"
                answer: dict[str, Any] = response.json()
                command.order_id = answer.get("orderId", order_id)
                return answer
            await asyncio.sleep(self._choice.uniform(*RETRY_PAUSE_S))
        return None

    async def _attempt(
        self,
        client: httpx.AsyncClient,
        command: Command,
        method: str,
        path: str,
        body: dict[str, Any] | None,
    ) -> httpx.Response | None:
        """Send one request. Without an answer, or with 5xx, the next one goes to the next
        gateway."""
        base_url = self._base_urls[self._url_index]
        attempt = Attempt(time.monotonic(), base_url)
        command.attempts.append(attempt)
        headers = {"Idempotency-Key": command.key, "X-Request-ID": command.key}
        parameters = {} if command.kind == "deposit" else {"account_id": self._account_id}
        response: httpx.Response | None = None
        try:
            response = await client.request(
                method, f"{base_url}/api/v1{path}", params=parameters, json=body, headers=headers
            )
            attempt.status = response.status_code
            if response.status_code >= 400:
                attempt.code = _code(response)
        except httpx.TransportError as error:
            attempt.code = type(error).__name__
        if attempt.status == 0 or attempt.status >= 500:
            self._failed_s = time.monotonic()
            self._url_index = (self._url_index + 1) % len(self._base_urls)
        return response


def _code(response: httpx.Response) -> str:
    try:
        return str(response.json()["code"])
    except (ValueError, KeyError, TypeError):
        return response.text[:100]
