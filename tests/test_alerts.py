"""Price alerts of a whole server: REST, commands over the socket, the channel and restarts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.kit.command_ways import ALERT_CASES, TwoWays, without_account
from tests.kit.server import WsClient
from tests.kit.stepped_market import ACCOUNT, START_MS, Bot, stepping

MINUTE_MS = 60_000
NEAR = 0.02
"""An alert this far from the price is crossed within minutes of the simulated market."""


async def create(bot: Bot, key: str | None = None, **fields: Any) -> dict[str, Any]:
    headers = {} if key is None else {"Idempotency-Key": key}
    body = {"symbol": "AAPL", "condition": "either"} | fields
    response = await bot.rest.post("/alerts", json=body, headers=headers)
    assert response.status_code == 200, response.text
    alert: dict[str, Any] = response.json()
    return alert


async def price(bot: Bot, symbol: str = "AAPL") -> float:
    last: float = (await bot.quote(symbol))["lp"]
    return last


async def notifications(rest: httpx.AsyncClient) -> list[dict[str, Any]]:
    events = (await rest.get("/broker/events")).json()
    return [each for each in events if each["type"] == "notificationRaised"]


async def advance_until_fired(bot: Bot, alert_id: str) -> dict[str, Any]:
    """Move the market until the alert has fired, and return the alert."""
    for _ in range(600):
        await bot.advance(by_ms=MINUTE_MS)
        alert: dict[str, Any] = (await bot.rest.get(f"/alerts/{alert_id}")).json()
        if alert["firings"]:
            return alert
    raise AssertionError("the market did not reach it")


async def test_an_alert_fires_within_the_step_that_crosses_it() -> None:
    async with stepping() as bot:
        await bot.socket.subscribe("alerts", **ACCOUNT)
        before = await price(bot)
        alert = await create(bot, price=round(before + NEAR, 4), message="Look")
        fired = await advance_until_fired(bot, alert["id"])
        assert fired["status"] == "fired"
        assert fired["lastFired"]["direction"] == "up"
        assert fired["lastFired"]["price"] >= alert["price"]
        updates = [each for each in await bot.published() if each["type"] == "alerts.update"]
        assert [each["payload"]["payload"]["status"] for each in updates] == [
            "active",
            "firing",
            "fired",
        ]
        assert updates[-1]["payload"]["payload"] == fired
        (notified,) = await notifications(bot.rest)
        assert notified["time"] >= fired["lastFired"]["time"]


async def test_two_runs_of_the_step_clock_fire_alike() -> None:
    runs = []
    for _ in range(2):
        async with stepping() as bot:
            for distance in (-3, -2, -1, 1, 2, 3):
                level = round(await price(bot) + distance * NEAR, 4)
                await create(bot, price=level, frequency="repeating")
            await bot.advance(by_ms=30 * MINUTE_MS)
            runs.append((await bot.rest.get("/alerts")).json())
    assert runs[0] == runs[1]
    assert sum(each["firings"] for each in runs[0]) > 6


async def command(socket: WsClient, type: str, **payload: Any) -> dict[str, Any]:
    return await socket.request(type, ACCOUNT | payload)


async def test_commands_over_the_socket_do_what_rest_does() -> None:
    async with stepping() as bot:
        await bot.socket.subscribe("alerts", **ACCOUNT)
        wanted = {"symbol": "AAPL", "condition": "up", "price": 9_000}
        created = await command(bot.socket, "alerts.create", id=1, key="k", alert=wanted)
        assert (created["status"], created["id"], created["message"]) == ("ok", 1, "Created")
        assert created["alert"]["id"] == "alert-1"
        again = await bot.rest.post("/alerts", json=wanted, headers={"Idempotency-Key": "k"})
        assert again.json() == created["alert"]
        listed = await command(bot.socket, "alerts.list", id="list")
        assert listed == {
            "status": "ok",
            "id": "list",
            "message": "Listed",
            "alerts": [created["alert"]],
        }
        changed = await command(
            bot.socket, "alerts.change", id=2, alertId="alert-1", alert=wanted | {"price": 8_000}
        )
        assert changed["alert"]["price"] == 8_000
        assert (await bot.rest.get("/alerts/alert-1")).json() == changed["alert"]
        deleted = await command(bot.socket, "alerts.delete", id=3, alertId="alert-1")
        assert deleted == {"status": "ok", "id": 3, "message": "Deleted"}
        updates = [each for each in await bot.published() if each["type"] == "alerts.update"]
        assert [each["payload"]["payload"]["status"] for each in updates] == [
            "active",
            "active",
            "deleted",
        ]


async def test_the_socket_and_rest_answer_alike() -> None:
    async with stepping() as bot:
        origin = httpx.AsyncClient(base_url=f"http://{bot.address}", timeout=60)
        async with origin as http:
            ways = TwoWays(http, bot.socket)
            for route, fields, code in ALERT_CASES:
                by_socket = await ways.by_socket(route, {"accountId": "SOCKET"} | fields)
                by_rest = await ways.by_rest(route, {"accountId": "REST"} | fields)
                assert without_account(by_socket) == without_account(by_rest)
                assert by_socket.get("code", "ok") == code, (route, fields)


async def test_a_body_that_is_not_finite_is_refused() -> None:
    async with stepping() as bot:
        for number in ("NaN", "Infinity", "-Infinity", "1e999"):
            body = f'{{"symbol":"AAPL","condition":"up","price":{number}}}'
            response = await bot.rest.post(
                "/alerts", content=body, headers={"Content-Type": "application/json"}
            )
            assert response.status_code == 422
            assert response.json()["code"] == "malformed_request"


async def test_alerts_survive_a_restart_next_to_their_ledger(tmp_path: Path) -> None:
    stored = {"database_url": f"sqlite:///{tmp_path}/trading.db"}
    async with stepping(**stored) as bot:
        assert sorted(each.name for each in tmp_path.glob("*alerts*")) == []
        level = await price(bot) + NEAR
        first = await create(bot, price=round(level, 4))
        await create(bot, price=9_000)
    assert (tmp_path / "trading-alerts.db").exists()
    async with stepping(**stored) as bot:
        listed = (await bot.rest.get("/alerts")).json()
        assert [each["id"] for each in listed] == ["alert-1", "alert-2"]
        fired = await advance_until_fired(bot, first["id"])
        assert len(await notifications(bot.rest)) == 1
    async with stepping(**stored) as bot:
        assert (await bot.rest.get("/alerts/alert-1")).json() == fired
        assert len(await notifications(bot.rest)) == 1


async def test_a_client_that_reconnects_receives_each_firing_once(tmp_path: Path) -> None:
    stored = {"database_url": f"sqlite:///{tmp_path}/trading.db"}
    async with stepping(**stored) as bot:
        topic = await bot.socket.subscribe("notifications", **ACCOUNT)
        level = await price(bot)
        alerts = [await create(bot, price=round(level + n * NEAR, 4)) for n in (-2, -1, 1, 2)]
        await bot.advance(by_ms=MINUTE_MS)
        received = [await bot.socket.update("notifications")]
    # The server stops, and the market is elsewhere when it comes back.
    later = {"datafeed_start": datetime.fromtimestamp(START_MS / 1_000 + 86_400, UTC)}
    async with stepping(**stored, **later) as bot:
        for alert in alerts:
            await advance_until_fired(bot, alert["id"])
        seq = received[0]["payload"]["seq"]
        reply = await bot.socket.request("notifications.resume", {"topic": topic, "seq": seq})
        assert reply["status"] == "ok"
        received += [await bot.socket.update("notifications") for _ in alerts[1:]]
        listed = (await bot.rest.get("/broker/notifications")).json()
    notified = [each["payload"]["payload"] for each in received]
    assert notified == listed
    assert {each["code"] for each in notified} == {"price_alert"}
    fired = [each["reference"]["alertId"] for each in notified]
    assert sorted(fired) == [each["id"] for each in alerts]


async def test_accounts_do_not_see_each_other() -> None:
    async with stepping() as bot:
        await create(bot, price=9_000)
        other = {"account_id": "OTHER"}
        assert (await bot.rest.get("/alerts", params=other)).json() == []
        for method in ("GET", "DELETE"):
            response = await bot.rest.request(method, "/alerts/alert-1", params=other)
            assert (response.status_code, response.json()["code"]) == (404, "alert_not_found")
