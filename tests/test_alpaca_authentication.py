"""Every path of the Alpaca API authenticates its client first, and responds as Alpaca does."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass

import httpx
import pytest

from tests.kit.signed_tokens import bearer, secured, token
from trading_api.app_factory import create_app
from trading_api.auth.api_secrets import hash_secret, new_secret
from trading_api.auth.principal import Scope
from trading_api.errors import ConfigurationError
from trading_api.modules.alpaca.authentication import CACHED_MS
from trading_api.modules.alpaca.keys.api_key import ApiKey, new_key_id
from trading_api.modules.alpaca.services import AlpacaServices
from trading_api.settings import Settings

BASE = "http://127.0.0.1/api/v1/alpaca"
UNAUTHORIZED = {"code": 40110000, "message": "request is not authorized"}
NOT_FOUND = {"code": 40410000, "message": "endpoint not found."}
TRADING = frozenset({Scope.MARKET_READ, Scope.ACCOUNT_READ, Scope.ACCOUNT_TRADE})


@dataclass(frozen=True, slots=True)
class SecuredServer:
    """A server with authentication, in this process."""

    rest: httpx.AsyncClient
    services: AlpacaServices

    def key(self, *, scopes: frozenset[Scope] = TRADING, lives_ms: int = 60_000) -> dict[str, str]:
        """Store a new key of the account OWN and return the headers of its client."""
        now_ms = round(time.time() * 1_000)
        id, secret = new_key_id(), new_secret()
        key = ApiKey(id, hash_secret(secret), "OWN", scopes, now_ms, now_ms + lives_ms)
        self.services.keys.add(key)
        return headers(id, secret)


@pytest.fixture(scope="module")
def server() -> SecuredServer:
    app, _ = create_app(secured(database_url="memory:", enabled_modules="all,alpaca"))
    rest = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE)
    return SecuredServer(rest, app.state.services["alpaca"])


def headers(id: str, secret: str) -> dict[str, str]:
    return {"APCA-API-KEY-ID": id, "APCA-API-SECRET-KEY": secret}


def credentials(server: SecuredServer) -> dict[str, dict[str, str]]:
    """Return the headers of refused callers, by the reason of the refusal."""
    valid, other = server.key(), server.key()
    return {
        "no key": {},
        "a token of this server": bearer(token()),
        "an id alone": {"APCA-API-KEY-ID": valid["APCA-API-KEY-ID"]},
        "an unknown id": valid | {"APCA-API-KEY-ID": new_key_id()},
        "another secret": valid | {"APCA-API-SECRET-KEY": other["APCA-API-SECRET-KEY"]},
        "a long secret": valid | {"APCA-API-SECRET-KEY": "x" * 10_000},
        "an expired key": server.key(lives_ms=-1),
        "broken basic authentication": {"Authorization": "Basic !"},
    }


@pytest.mark.parametrize("path", ["", "/", "/v2/account", "/v2/orders/x", "/v2/stocks/bars", "/x"])
async def test_no_path_answers_a_caller_without_a_valid_key(
    server: SecuredServer, path: str
) -> None:
    for sent in credentials(server).values():
        answer = await server.rest.get(path, headers=sent)
        assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED), sent


async def test_a_body_is_not_read_before_the_key(server: SecuredServer) -> None:
    answer = await server.rest.post("/v2/orders", content=b"x" * 100_000)
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)


async def test_a_key_is_accepted_in_headers_and_as_basic_authentication(
    server: SecuredServer,
) -> None:
    valid = server.key()
    pair = base64.b64encode(":".join(valid.values()).encode()).decode()
    for sent in (valid, {"Authorization": f"Basic {pair}"}):
        answer = await server.rest.get("/v2/nothing", headers=sent)
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


async def test_a_revoked_key_is_refused_within_a_second(
    server: SecuredServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    valid = server.key()
    assert (await server.rest.get("/v2/nothing", headers=valid)).status_code == 404
    now_ms = round(time.time() * 1_000)
    assert server.services.keys.revoke(valid["APCA-API-KEY-ID"], now_ms)
    monkeypatch.setattr(server.services.authenticator, "_now_ms", lambda: now_ms + CACHED_MS)
    assert (await server.rest.get("/v2/nothing", headers=valid)).status_code == 401


async def test_without_authentication_any_key_or_none_is_the_default_account() -> None:
    settings = Settings.defaults().model_copy(
        update={"database_url": "memory:", "enabled_modules": "all,alpaca"}
    )
    app, _ = create_app(settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as rest:
        for sent in ({}, headers("any", "key")):
            answer = await rest.get("/v2/nothing", headers=sent)
            assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"database_url": "postgresql://nowhere/x"}, "needs a ledger in an SQLite file"),
        ({"enabled_modules": "datafeed,alpaca"}, "alpaca needs the module broker"),
    ],
)
def test_settings_that_it_cannot_serve_are_refused(changed: dict[str, str], sentence: str) -> None:
    update = {"database_url": "memory:", "enabled_modules": "all,alpaca"} | changed
    with pytest.raises(ConfigurationError, match=sentence):
        create_app(Settings.defaults().model_copy(update=update))
