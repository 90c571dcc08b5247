"""A server with the module alpaca, whose market moves when the test moves it, and its clients."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.models import Order

from tests.kit.server import serving
from tests.kit.signed_tokens import bearer, secured, token
from tests.kit.stepped_market import START_MS
from trading_api.app_factory import create_app
from trading_api.auth.api_secrets import hash_secret, new_secret
from trading_api.auth.principal import Scope
from trading_api.modules.alpaca.keys.api_key import ApiKey, new_key_id
from trading_api.modules.alpaca.services import AlpacaServices

Result = TypeVar("Result")
TRADING = frozenset({Scope.MARKET_READ, Scope.ACCOUNT_READ, Scope.ACCOUNT_TRADE})


class AlpacaApi:
    """The server at `url`. Each account has a client of its own, with a key of its own."""

    def __init__(self, address: str, services: AlpacaServices, rest: httpx.AsyncClient) -> None:
        self.address = address
        self.url = f"http://{address}/api/v1/alpaca"
        self.services = services
        self.rest = rest

    def key(self, account_id: str, scopes: frozenset[Scope] = TRADING) -> tuple[str, str]:
        """Store a new key of an account, and return its id and its secret."""
        id, secret = new_key_id(), new_secret()
        now_ms = round(time.time() * 1_000)
        self.services.keys.add(ApiKey(id, hash_secret(secret), account_id, scopes, now_ms))
        return id, secret

    def client(self, account_id: str) -> AlpacaClient:
        return AlpacaClient(TradingClient(*self.key(account_id), url_override=self.url))

    async def advance(self, **request: int) -> None:
        """Move the market."""
        response = await self.rest.post("/datafeed/clock/advance", json=request)
        assert response.status_code == 200, response.text


class AlpacaClient:
    """The unmodified client of alpaca-py, in a thread."""

    def __init__(self, client: TradingClient) -> None:
        self.client = client

    async def ask(self, method: Callable[..., Result], *arguments: Any) -> Any:
        """Call a method of the client, and return its result."""
        return await asyncio.to_thread(method, *arguments)

    async def submit(self, request: Any) -> Order:
        order: Order = await self.ask(self.client.submit_order, request)
        return order

    async def get(self, path: str, **parameters: Any) -> Any:
        """Return the document at a path that the client has no method for."""
        return await self.ask(self.client.get, path, parameters)

    async def refused(self, method: Callable[..., Any], *arguments: Any) -> tuple[int, int, str]:
        """Return the HTTP status, Alpaca's code and the message of a request that is refused."""
        try:
            answer = await self.ask(method, *arguments)
        except APIError as error:
            return error.status_code, error.code, error.message
        raise AssertionError(f"it was accepted: {answer}")


@asynccontextmanager
async def alpaca_api(**settings: Any) -> AsyncIterator[AlpacaApi]:
    """Serve the module with authentication and a market that stands still."""
    stepped = {
        "database_url": "memory:",
        "enabled_modules": "all,alpaca",
        "datafeed_clock": "step",
        "datafeed_start": datetime.fromtimestamp(START_MS / 1_000, UTC),
    }
    app, _ = create_app(secured(**stepped | settings))
    async with (
        serving(app) as address,
        httpx.AsyncClient(
            base_url=f"http://{address}/api/v1", headers=bearer(token()), timeout=60
        ) as rest,
    ):
        yield AlpacaApi(address, app.state.services["alpaca"], rest)
