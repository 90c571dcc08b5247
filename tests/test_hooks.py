"""Hooks of a whole server: authorization, alerts as TradingView sends them, the command line."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kit.hooks import order, target
from tests.kit.server import serving, until
from tests.kit.signed_tokens import bearer, secured, token
from trading_api.app_factory import create_app
from trading_api.cli import main
from trading_api.errors import ConfigurationError
from trading_api.modules.hooks.alert_limits import AlertLimits
from trading_api.modules.hooks.service import HookService
from trading_api.settings import Settings
from trading_api.web.paths import PREFIX

HOOK = {"symbols": [{"symbol": "AAPL"}], "maxQuantity": 100, "ordersPerMinute": 300}
OWN = {"account_id": "OWN"}


@dataclass(frozen=True, slots=True)
class Server:
    rest: httpx.AsyncClient
    database: Path
    service: HookService

    async def create(self, **fields: Any) -> tuple[str, str]:
        """Create a hook of the account OWN, and return its path and its secret."""
        answer = await self.rest.post(
            "/hooks", json=HOOK | fields, params=OWN, headers=bearer(token())
        )
        assert answer.status_code == 200, answer.text
        created = answer.json()
        return created["hook"]["path"].removeprefix(PREFIX), created["secret"]

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.rest.get(path, params=OWN | query, headers=bearer(token()))
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    database = tmp_path_factory.mktemp("ledger") / "trading.db"
    settings = secured(enabled_modules="all,hooks", database_url=f"sqlite:///{database}")
    app, _ = create_app(settings)
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}{PREFIX}", timeout=10) as rest,
    ):
        await until(lambda: not app.state.readiness.reasons())
        yield Server(rest, database, app.state.services["hooks"])


@pytest.fixture(autouse=True)
def fresh_limits(server: Server) -> None:
    """Forget the wrong secrets of earlier tests, which all have one address."""
    server.service.receiver.limits = AlertLimits()


def now(alert: dict[str, Any], secret: str) -> dict[str, Any]:
    """Return the body of an alert of this moment."""
    return {"secret": secret, **alert, "timenow": int(time.time() * 1000)}


@pytest.mark.parametrize("content_type", ["application/json", "text/plain; charset=utf-8", ""])
async def test_an_alert_trades_whatever_its_content_type(server: Server, content_type: str) -> None:
    path, secret = await server.create()
    body = json.dumps(now(order("buy", "3"), secret))
    headers = {"Content-Type": content_type} if content_type else {}
    before = await server.get("/broker/orders")
    answer = await server.rest.post(path, content=body.encode(), headers=headers)
    assert (answer.status_code, answer.json()["result"]) == (200, "executed"), answer.text
    (order_id,) = answer.json()["orderIds"]
    assert order_id not in [each["id"] for each in before]
    repeated = await server.rest.post(path, content=body.encode(), headers=headers)
    assert repeated.json()["orderIds"] == [order_id]
    (delivery,) = await server.get(path.replace("tradingview/", "") + "/deliveries")
    assert (delivery["repeats"], delivery["alert"]["contracts"]) == (1, "3")
    assert len(await server.get("/broker/orders")) == len(before) + 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON",
        b"[]",
        b"{}",
        b"null",
        b'{"secret": null}',
        b'{"secret": 7}',
        b'{"secret": {"a": 1}}',
        b'{"secret": "wrong", "mode": "target"}',
        b'{"secret": "\xff"}',
        b'{"secret": "wrong", "n": NaN}',
        b"[" * 1000,
    ],
)
async def test_an_unknown_hook_and_a_wrong_secret_get_the_same_response(
    server: Server, body: bytes
) -> None:
    path, _ = await server.create()
    answers = [
        await server.rest.post(each, content=body, headers=headers)
        for each in (path, "/hooks/tradingview/hook-0000000000000000")
        for headers in ({}, bearer(token()))
    ]
    contents = {(each.status_code, each.content) for each in answers}
    assert len(contents) == 1
    assert (answers[0].status_code, answers[0].json()["code"]) == (401, "hook_unauthorized")
    assert answers[0].headers["WWW-Authenticate"]


async def test_only_addresses_of_alerts_are_open_without_a_token(server: Server) -> None:
    # `tradingview` may also be read as the id of a hook.
    answer = await server.rest.get("/hooks/tradingview/deliveries")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")


async def test_wrong_secrets_are_limited_and_the_right_one_is_not(server: Server) -> None:
    path, secret = await server.create()
    codes = []
    for _ in range(8):
        answer = await server.rest.post(path, json={"secret": "wrong"})
        codes.append(answer.json()["code"])
    assert codes[0] == "hook_unauthorized"
    assert (answer.status_code, codes[-1]) == (429, "too_many_secrets")
    assert answer.headers["Retry-After"]
    unknown = await server.rest.post("/hooks/tradingview/hook-0", json={"secret": "wrong"})
    assert unknown.json()["code"] == "too_many_secrets"
    assert (await server.rest.post(path, json=now(target(0), secret))).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/hooks", "account:trade"),
        ("GET", "/hooks", "account:read"),
        ("GET", "/hooks/hook-0", "account:read"),
        ("DELETE", "/hooks/hook-0", "account:trade"),
        ("GET", "/hooks/hook-0/deliveries", "account:read"),
    ],
)
async def test_hooks_are_managed_with_a_token_that_has_the_scope(
    server: Server, method: str, path: str, scope: str
) -> None:
    expired = token(scope, exp=int(time.time()) - 60)
    others = [each for each in ("market:read", "account:read", "account:trade") if each != scope]
    for headers, status in (
        ({}, 401),
        (bearer("wrong"), 401),
        (bearer(expired), 401),
        (bearer(token(*others)), 403),
        (bearer(token(scope, accounts=("OTHER",))), 404),
    ):
        answer = await server.rest.request(method, path, headers=headers, params=OWN, json=HOOK)
        assert answer.status_code == status, answer.text


async def test_a_hook_of_another_account_does_not_exist(server: Server) -> None:
    path, _ = await server.create()
    plain = path.replace("tradingview/", "")
    for method, each in (("GET", plain), ("DELETE", plain), ("GET", f"{plain}/deliveries")):
        answer = await server.rest.request(method, each, headers=bearer(token(accounts=("OTHER",))))
        assert (answer.status_code, answer.json()["code"]) == (404, "hook_not_found")
    assert (await server.get(plain))["path"] == f"{PREFIX}{path}"


async def test_a_deleted_hook_is_unknown(server: Server) -> None:
    path, secret = await server.create()
    plain = path.replace("tradingview/", "")
    deleted = await server.rest.delete(plain, params=OWN, headers=bearer(token()))
    assert deleted.status_code == 200
    answer = await server.rest.post(path, json=now(target(1), secret))
    assert (answer.status_code, answer.json()["code"]) == (401, "hook_unauthorized")
    answer = await server.rest.get(plain, params=OWN, headers=bearer(token()))
    assert answer.status_code == 404


async def test_a_refusal_is_answered_listed_in_pages_and_notified(server: Server) -> None:
    path, secret = await server.create()
    for number in range(3):
        stale = target(1, sequence=number, timenow=1_790_000_000_000)
        answer = await server.rest.post(path, json={"secret": secret, **stale})
        assert (answer.status_code, answer.json()["code"]) == (409, "alert_stale")
    deliveries = path.replace("tradingview/", "") + "/deliveries"
    newest = await server.get(deliveries, limit=2)
    oldest = await server.get(deliveries, limit=2, before=newest[-1]["number"])
    assert [each["alert"]["sequence"] for each in newest + oldest] == [2, 1, 0]
    await server.service.executor.flush()
    events = await server.get("/broker/notifications")
    assert "hook_alert_refused" in json.dumps(events)


async def test_the_secret_is_neither_stored_nor_logged_nor_sent_again(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        path, secret = await server.create()
        await server.rest.post(path, json=now(target(1), secret))
        for odd in ({"ticker": secret}, {secret: 1}, {"comment": f"x{secret}"}):
            answer = await server.rest.post(path, json=now({**target(1), **odd}, secret))
            assert answer.json()["code"] == "secret_in_message"
        await server.service.executor.flush()
    plain = path.replace("tradingview/", "")
    read = [await server.get(plain), await server.get(f"{plain}/deliveries")]
    read.append(await server.get("/broker/events"))
    assert secret not in json.dumps(read)
    assert secret not in "".join(f"{each.getMessage()} {vars(each)}" for each in caplog.records)
    files = list(server.database.parent.iterdir())
    assert f"{server.database.stem}-hooks.db" in [each.name for each in files]
    assert not [each for each in files if secret.encode() in each.read_bytes()]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"symbols": [{"symbol": "NONE"}]}, "unknown_symbol"),
        ({"symbols": []}, "invalid_request"),
        ({"symbols": [{"symbol": "AAPL"}, {"symbol": "NASDAQ:AAPL"}]}, "symbol_repeated"),
        (
            {
                "symbols": [
                    {"symbol": "AAPL", "aliases": ["X"]},
                    {"symbol": "MSFT", "aliases": ["X"]},
                ]
            },
            "alias_ambiguous",
        ),
        ({"maxQuantity": 0}, "invalid_quantity"),
        ({"expiresMs": 1}, "expiry_past"),
        ({"ordersPerMinute": 301}, "invalid_request"),
    ],
)
async def test_an_invalid_hook_is_refused(
    server: Server, changed: dict[str, Any], code: str
) -> None:
    answer = await server.rest.post(
        "/hooks", json=HOOK | changed, params=OWN, headers=bearer(token())
    )
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_running_server_uses_hooks_of_the_command_line(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{server.database}")
    create = ["hook", "create", "--account", "OWN", "--symbol", "AAPL=BATS:AAPL"]

    def run(*arguments: str) -> str:
        assert main(arguments) == 0
        return capsys.readouterr().out

    made = await asyncio.to_thread(run, *create, "--max-quantity", "10")
    hook_id = made.split()[1]
    message = json.loads(made[made.index("{") :])
    alert = now(target(4, ticker="BATS:AAPL"), message["secret"])
    path = f"/hooks/tradingview/{hook_id}"
    assert (await server.rest.post(path, json=alert)).json()["result"] == "executed"
    assert f"{hook_id}  AAPL  at most 10, 10 a minute" in await asyncio.to_thread(
        run, "hook", "list", "--account", "OWN"
    )
    assert "is deleted" in await asyncio.to_thread(run, "hook", "delete", hook_id)
    assert (await server.rest.post(path, json=alert)).status_code == 401
    assert await asyncio.to_thread(main, ["hook", "delete", hook_id]) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--account", "LIVE-MAIN"], "There is no account"),
        (["--days", "0"], "--days 0 is not from 1 to 3650"),
        (["--symbol", "MSFT=AAPL"], "means two symbols"),
        (["--symbol", "=AAPL"], "--symbol =AAPL"),
    ],
)
def test_the_command_line_refuses_invalid_arguments(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    create = ["hook", "create", "--symbol", "AAPL", "--max-quantity", "10"]
    assert main([*create, *arguments]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"database_url": "postgresql://localhost/trading"}, "hooks needs a ledger in an SQLite"),
        ({"enabled_modules": "datafeed,hooks"}, "hooks needs the module broker"),
    ],
)
def test_unsupported_settings_are_refused(changed: dict[str, str], sentence: str) -> None:
    settings = Settings.defaults().model_copy(update={"enabled_modules": "all,hooks"} | changed)
    with pytest.raises(ConfigurationError, match=sentence):
        create_app(settings)
