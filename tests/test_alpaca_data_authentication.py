"""The data API and its streams require a valid key with the scope `market:read`."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgpack
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.kit.server import serving
from tests.kit.signed_tokens import secured
from tests.test_alpaca_authentication import BASE, UNAUTHORIZED, SecuredServer, headers
from trading_api.app_factory import create_app
from trading_api.auth.principal import Scope
from trading_api.modules.alpaca import stream_session
from trading_api.modules.alpaca.authentication import CACHED_MS
from trading_api.modules.alpaca.data import crypto_routes, stock_routes

SETTINGS = secured(database_url="memory:", enabled_modules="all,alpaca")
PATHS = [
    route.path.format(symbol="AAPL", loc="us")  # type: ignore[attr-defined]
    for router in (stock_routes.router, crypto_routes.router)
    for route in router.routes
]
STREAMS = ["", "/v2/iex", "/v2/sip", "/v2/delayed_sip", "/v1beta3/crypto/us", "/v1beta2/crypto"]
PARAMETERS = {"symbols": "AAPL", "timeframe": "1Day"}


async def test_every_path_needs_a_key_with_the_scope_market_read() -> None:
    app, _ = create_app(SETTINGS)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as rest:
        server = SecuredServer(rest, app.state.services["alpaca"])
        weak = server.key(scopes=frozenset({Scope.ACCOUNT_READ, Scope.ACCOUNT_TRADE}))
        expired, valid = server.key(lives_ms=-1), server.key()
        for path in PATHS:
            for refused in ({}, headers("any", "key"), expired):
                answer = await rest.get(path, params=PARAMETERS, headers=refused)
                assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED), path
            answer = await rest.get(path, params=PARAMETERS, headers=weak)
            assert answer.status_code == 403, path
            assert "market:read" in answer.json()["message"]
            assert (await rest.get(path, params=PARAMETERS, headers=valid)).status_code == 200, path


async def test_every_stream_needs_a_key_with_the_scope_market_read() -> None:
    async with secured_streams() as (server, url):
        weak = server.key(scopes=frozenset({Scope.ACCOUNT_READ}))
        for path in STREAMS:
            for key in ({}, headers("any", "key"), server.key(lives_ms=-1)):
                assert await authentication(url + path, key) == [402, "closed 1008"]
            assert await authentication(url + path, weak) == [409, "closed 1008"]
            assert await authentication(url + path, server.key()) == ["authenticated"]


async def test_a_stream_ends_soon_after_its_key_was_revoked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream_session, "KEY_CHECK_S", 0.01)
    async with secured_streams() as (server, url):
        key = server.key()
        async with connect(f"{url}/v2/iex", additional_headers=key) as connection:
            answers = [read(await connection.recv())[0].get("msg") for _ in range(2)]
            assert answers == ["connected", "authenticated"]
            now_ms = round(time.time() * 1_000)
            server.services.keys.revoke(key["APCA-API-KEY-ID"], now_ms)
            later_ms = now_ms + CACHED_MS
            monkeypatch.setattr(server.services.authenticator, "_now_ms", lambda: later_ms)
            assert read(await connection.recv())[0]["code"] == 402
            assert await closing(connection) == "closed 1008"


@asynccontextmanager
async def secured_streams() -> AsyncIterator[tuple[SecuredServer, str]]:
    app, _ = create_app(SETTINGS)
    async with serving(app, SETTINGS) as address, httpx.AsyncClient() as rest:
        server = SecuredServer(rest, app.state.services["alpaca"])
        yield server, f"ws://{address}/api/v1/alpaca"


async def authentication(url: str, key: dict[str, str]) -> list[Any]:
    """Return the response to a key, and the close code if the connection ends."""
    kind = {"Content-Type": "application/msgpack"} if url.endswith("/alpaca") else {}
    id, secret = key.get("APCA-API-KEY-ID"), key.get("APCA-API-SECRET-KEY")
    async with connect(url, additional_headers=kind) as connection:
        await connection.recv()
        await connection.send(json.dumps({"action": "auth", "key": id, "secret": secret}))
        (answer,) = read(await connection.recv())
        if "code" not in answer:
            return [answer["msg"]]
        return [answer["code"], await closing(connection)]


async def closing(connection: ClientConnection) -> str:
    with pytest.raises(ConnectionClosed):
        await connection.recv()
    return f"closed {connection.close_code}"


def read(frame: str | bytes) -> Any:
    return json.loads(frame) if isinstance(frame, str) else msgpack.unpackb(frame)
