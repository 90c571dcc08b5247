"""The simulator's server on 127.0.0.1, in the event loop of a test."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid5

from aiohttp import web

from tests.kit.alpaca.alpaca_account import AlpacaAccount
from tests.kit.alpaca.alpaca_faults import Faults
from tests.kit.alpaca.alpaca_order import NAMESPACE, rfc3339, text
from tests.kit.alpaca.alpaca_rules import AlpacaError
from tests.kit.alpaca.alpaca_stream import AlpacaStream

ACCOUNT_ID = str(uuid5(NAMESPACE, "account"))
PAGE_SIZE_MAX = 100
REQUESTS_PER_MINUTE = 200
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class AlpacaServer:
    """Alpaca's trading API over an AlpacaAccount. `requests` are the requests so far, as
    "METHOD /path", with those that a fault kept from being processed. Other `keys` are refused."""

    def __init__(self, api_key: str, api_secret: str) -> None:
        self.keys = (api_key, api_secret)
        self._last_ns = 0
        self._updates: asyncio.Queue[dict[str, Any]] = asyncio.Queue()  # a test's, without bound
        self.account = AlpacaAccount(self._now_ns, self._updates.put_nowait)
        self.stream = AlpacaStream(lambda key, secret: (key, secret) == self.keys)
        self.faults = Faults()
        self.requests: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.url = ""

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._process])
        orders = "/v2/orders"
        app.add_routes(
            [
                web.get("/stream", self.stream.serve),
                web.get("/v2/account", self._account),
                web.get("/v2/account/activities/FILL", self._activities),
                web.get("/v2/assets", self._assets),
                web.get("/v2/clock", self._clock),
                web.get("/v2/positions", self._positions),
                web.get("/v2/orders:by_client_order_id", self._order_by_client_id),
                web.post(orders, self._submit),
                web.get(orders, self._orders),
                web.delete(orders, self._cancel_all),
                web.get(orders + "/{id}", self._order),
                web.patch(orders + "/{id}", self._replace),
                web.delete(orders + "/{id}", self._cancel),
            ]
        )
        return app

    async def settle(self) -> None:
        """Wait until every update so far has been sent."""
        await self._updates.join()

    async def send_updates(self) -> None:
        """Send the account's updates in their order, until cancelled."""
        while True:
            update = await self._updates.get()
            await self.stream.send(update)
            self._updates.task_done()

    def _now_ns(self) -> int:
        """Return the time in nanoseconds; no two are equal."""
        self._last_ns = max(self._last_ns + 1, time.time_ns())
        return self._last_ns

    @web.middleware
    async def _process(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == "/stream":
            return await handler(request)
        self.requests.append(f"{request.method} {request.path}")
        if self.keys != (
            request.headers.get("APCA-API-KEY-ID"),
            request.headers.get("APCA-API-SECRET-KEY"),
        ):
            return web.json_response({"message": "forbidden."}, status=403)
        await request.read()  # also where the client goes before the request is processed
        fault = self.faults.take(request)
        if fault and not fault.is_after and (answer := await fault.apply(request)):
            return answer
        try:
            response = await handler(request)
        except AlpacaError as error:
            response = web.json_response(error.document, status=error.status)
        if fault and fault.is_after and (answer := await fault.apply(request)):
            return answer
        used = sum(1 for _ in self.requests)
        response.headers["X-RateLimit-Limit"] = str(REQUESTS_PER_MINUTE)
        response.headers["X-RateLimit-Remaining"] = str(max(0, REQUESTS_PER_MINUTE - used))
        response.headers["X-RateLimit-Reset"] = str(int(time.time()) + 60)
        return response

    async def _account(self, request: web.Request) -> web.Response:
        cash, power = text(self.account.cash), text(self.account.buying_power)
        document = {
            "id": ACCOUNT_ID,
            "account_number": "LIVE0001",
            "status": "ACTIVE",
            "currency": "USD",
            "cash": cash,
            "buying_power": power,
            "non_marginable_buying_power": power,
            "equity": cash,
            "multiplier": "1",
            "trading_blocked": False,
            "account_blocked": False,
            "trade_suspended_by_user": False,
            "shorting_enabled": True,
            "created_at": rfc3339(0),
        }
        return web.json_response(document)

    async def _activities(self, request: web.Request) -> web.Response:
        query = request.query
        size = min(int(query.get("page_size", PAGE_SIZE_MAX)), PAGE_SIZE_MAX)
        after_ns = _time_ns(query["after"]) if "after" in query else -1
        fills = self.account.activities(after_ns, query.get("page_token", ""), size)
        return web.json_response([fill.document() for fill in fills])

    async def _assets(self, request: web.Request) -> web.Response:
        return web.json_response(
            [
                {
                    "id": str(uuid5(NAMESPACE, asset.symbol)),
                    "class": asset.asset_class,
                    "exchange": "CRYPTO" if asset.asset_class == "crypto" else "NASDAQ",
                    "symbol": asset.symbol,
                    "name": asset.symbol,
                    "status": "active",
                    "tradable": True,
                    "marginable": asset.is_shortable,
                    "shortable": asset.is_shortable,
                    "easy_to_borrow": asset.is_shortable,
                    "fractionable": asset.is_fractionable,
                }
                for asset in self.account.assets.values()
            ]
        )

    async def _clock(self, request: web.Request) -> web.Response:
        now = datetime.fromtimestamp(self._now_ns() / 1e9, UTC)
        document = {
            "timestamp": now.isoformat(),
            "is_open": self.account.is_open,
            "next_open": (now + timedelta(hours=17)).isoformat(),
            "next_close": (now + timedelta(hours=6)).isoformat(),
        }
        return web.json_response(document)

    async def _positions(self, request: web.Request) -> web.Response:
        return web.json_response(
            [
                {
                    "asset_id": str(uuid5(NAMESPACE, symbol)),
                    "symbol": symbol.replace("/", ""),
                    "exchange": "NASDAQ",
                    "asset_class": self.account.assets[symbol].asset_class,
                    "avg_entry_price": text(held.average_price),
                    "qty": text(held.quantity),
                    "side": "long" if held.quantity > 0 else "short",
                    "cost_basis": text(held.quantity * held.average_price),
                }
                for symbol, held in self.account.holdings.items()
                if held.quantity
            ]
        )

    async def _order_by_client_id(self, request: web.Request) -> web.Response:
        order = self.account.by_client_id(request.query["client_order_id"])
        return web.json_response(order.document())

    async def _submit(self, request: web.Request) -> web.Response:
        fields = await request.json()
        self.bodies.append(fields)
        return web.json_response(self.account.submit(fields).document())

    async def _orders(self, request: web.Request) -> web.Response:
        query = request.query
        status, nested = query.get("status", "open"), query.get("nested", "").lower() == "true"
        after_ns = _time_ns(query["after"]) if "after" in query else -1
        orders = [
            order
            for order in self.account.orders.values()
            if order.submitted_ns > after_ns
            and (status == "all" or order.is_open == (status == "open"))
            and not (nested and order.parent)
        ]
        if query.get("direction", "desc") == "desc":
            orders.reverse()
        page = orders[: int(query.get("limit", 50))]
        return web.json_response([order.document(nested=nested) for order in page])

    async def _order(self, request: web.Request) -> web.Response:
        return web.json_response(self.account.order(request.match_info["id"]).document())

    async def _replace(self, request: web.Request) -> web.Response:
        fields = await request.json()
        self.bodies.append(fields)
        return web.json_response(self.account.replace(request.match_info["id"], fields).document())

    async def _cancel(self, request: web.Request) -> web.Response:
        self.account.cancel(request.match_info["id"])
        return web.Response(status=204)

    async def _cancel_all(self, request: web.Request) -> web.Response:
        open_orders = [order for order in self.account.orders.values() if order.is_open]
        for order in open_orders:
            if order.is_open:
                self.account.cancel(order.id)
        answers = [{"id": order.id, "status": 200} for order in open_orders]
        return web.json_response(answers, status=207)


class ListeningAlpaca(AlpacaServer):
    """The simulator on a port of 127.0.0.1, which it can leave and come back to."""

    def __init__(self, api_key: str, api_secret: str) -> None:
        super().__init__(api_key, api_secret)
        self._runner = web.AppRunner(self.application(), shutdown_timeout=0.1)
        self._site: web.TCPSite | None = None
        self._port = 0

    async def start_listening(self) -> None:
        if self._runner.server is None:
            await self._runner.setup()
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await self._site.start()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def stop_listening(self) -> None:
        """Refuse connections from now on, and drop those that are open."""
        assert self._site is not None
        assert self._runner.server is not None
        await self._site.stop()
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def close(self) -> None:
        self.stream.drop()
        await self._runner.cleanup()


@asynccontextmanager
async def running_alpaca(
    api_key: str = "test-key", api_secret: str = "test-secret"
) -> AsyncIterator[ListeningAlpaca]:
    """Serve the simulator on a free port."""
    server = ListeningAlpaca(api_key, api_secret)
    await server.start_listening()
    sending = asyncio.create_task(server.send_updates())
    try:
        yield server
    finally:
        sending.cancel()
        await server.close()


def _time_ns(value: str) -> int:
    moment = datetime.fromisoformat(value)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return (moment - epoch) // timedelta(microseconds=1) * 1000
