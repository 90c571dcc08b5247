"""What clients do with alerts: rejections, keys, changes, and what the topic publishes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.kit.alerts import RunningAlerts, request, running_alerts
from tests.kit.paper_exchange import A, B, rejection_of
from trading_api.errors import Unavailable
from trading_api.models.alerts import Alert

ONCE, REPEATING = {"frequency": "once"}, {"frequency": "repeating"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def dumped(alert: Alert) -> dict[str, Any]:
    return alert.model_dump(mode="json", by_alias=True, exclude_none=True)


async def test_an_alert_is_created_listed_changed_and_deleted() -> None:
    async with running_alerts() as alerts:
        created = await alerts.service.create(A, request(190.5, message="Sell half"), None)
        assert dumped(created) == {
            "id": "alert-1",
            "accountId": A,
            "symbol": "AAPL",
            "condition": "up",
            "price": 190.5,
            "frequency": "once",
            "message": "Sell half",
            "status": "active",
            "createdMs": 1_000,
            "firings": 0,
        }
        assert await alerts.service.alerts(A) == [created]
        assert await alerts.service.alert(A, "alert-1") == created
        changed = await alerts.service.change(
            A, "alert-1", request(180, symbol="TEST:MSFT", condition="down", **REPEATING), None
        )
        assert (changed.symbol, changed.condition.value, changed.price) == ("MSFT", "down", 180)
        assert changed.message is None
        assert await alerts.service.alerts(A) == [changed]
        await alerts.service.delete(A, "alert-1")
        assert await alerts.service.alerts(A) == []
        assert alerts.engine.count() == 0


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"symbol": "NONE"}, 422, "unknown_symbol"),
        ({"price": 0}, 422, "price_not_positive"),
        ({"price": -1.5}, 422, "price_not_positive"),
        ({"price": 1.1e12}, 422, "price_too_large"),
        ({"expiresMs": 1_000}, 422, "expiry_past"),
    ],
)
async def test_a_request_that_cannot_be_done_leaves_nothing(
    fields: dict[str, Any], status: int, code: str
) -> None:
    async with running_alerts() as alerts:
        refused = request().model_validate(
            {"symbol": "AAPL", "condition": "up", "price": 1} | fields
        )
        assert (await rejection_of(alerts.service.create(A, refused, None)))[:2] == (status, code)
        assert await alerts.service.alerts(A) == []
        await alerts.create(190)
        changing = alerts.service.change(A, "alert-1", refused, None)
        assert (await rejection_of(changing))[:2] == (status, code)
        assert await alerts.statuses() == ["active"]


async def test_an_account_has_a_limit_of_alerts_and_deleting_makes_room() -> None:
    async with running_alerts(alerts_max=2) as alerts:
        await alerts.create(190)
        await alerts.create(191)
        assert await rejection_of(alerts.create(192)) == (
            409,
            "too_many_alerts",
            "An account has at most 2 alerts; delete some first.",
        )
        await alerts.create(190, B)
        await alerts.service.delete(A, "alert-1")
        assert await alerts.create(192) == "alert-3"


@pytest.mark.parametrize("unknown", ["alert-2", "alert-0", "alert-01", "1", "", "alert-1 "])
async def test_an_unknown_alert_is_not_found(unknown: str) -> None:
    async with running_alerts() as alerts:
        await alerts.create(190)
        for asked in (
            alerts.service.alert(A, unknown),
            alerts.service.change(A, unknown, request(), None),
            alerts.service.delete(A, unknown),
            alerts.service.alert(B, "alert-1"),
            alerts.service.delete(B, "alert-1"),
        ):
            assert (await rejection_of(asked))[:2] == (404, "alert_not_found")
        assert await alerts.statuses() == ["active"]


async def test_a_deleted_alert_is_gone_and_stays_deleted_when_it_is_deleted_again() -> None:
    async with running_alerts() as alerts:
        alert_id = await alerts.create(190)
        await alerts.service.delete(A, alert_id)
        await alerts.service.delete(A, alert_id)
        gone = await rejection_of(alerts.service.alert(A, alert_id))
        assert gone[:2] == (404, "alert_not_found")
        assert await alerts.create(190) == "alert-2"


async def test_a_repeated_key_creates_one_alert_also_after_its_deletion_and_a_restart() -> None:
    async with running_alerts() as alerts:
        assert await alerts.create(190, key="k") == "alert-1"
        assert await alerts.create(190, key="k") == "alert-1"
        assert await alerts.create(190, symbol="TEST:AAPL", key="k") == "alert-1"
        assert await alerts.create(190, B, key="k") == "alert-1"
        assert (await rejection_of(alerts.create(191, key="k")))[:2] == (
            409,
            "idempotency_key_reused",
        )
        await alerts.service.delete(A, "alert-1")
        repeated = await alerts.service.create(A, request(190), "k")
        assert (repeated.id, repeated.status.value) == ("alert-1", "deleted")
    async with running_alerts(alerts.store) as restarted:
        assert await restarted.create(190, key="k") == "alert-1"
        assert await restarted.service.alerts(A) == []
        assert await restarted.create(190, key="other") == "alert-2"


async def test_requests_with_one_key_at_the_same_time_create_one_alert() -> None:
    async with running_alerts() as alerts:
        created = await asyncio.gather(*(alerts.create(190, key="k") for _ in range(5)))
        assert created == ["alert-1"] * 5
        assert len(await alerts.service.alerts(A)) == 1


async def test_a_caller_that_leaves_early_leaves_one_alert() -> None:
    async with running_alerts() as alerts:
        task = asyncio.create_task(alerts.create(190, key="k"))
        while not alerts.engine._pending:  # noqa: ASYNC110, the engine has no event for it
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert await alerts.create(190, key="k") == "alert-1"
        assert len(await alerts.service.alerts(A)) == 1


async def test_a_repeated_change_with_its_key_does_not_activate_the_alert_again() -> None:
    async with running_alerts() as alerts:
        await alerts.quote("100")
        alert_id = await alerts.create(150)
        await alerts.service.change(A, alert_id, request(120), "k")
        await alerts.quote("130")
        assert await alerts.statuses() == ["fired"]
        await alerts.service.change(A, alert_id, request(120), "k")
        assert await alerts.statuses() == ["fired"]
        reused = alerts.service.change(A, alert_id, request(125), "k")
        assert (await rejection_of(reused))[:2] == (409, "idempotency_key_reused")
        await alerts.service.change(A, alert_id, request(120), "another")
        assert await alerts.statuses() == ["active"]


async def test_the_topic_shows_all_alerts_and_then_each_change_of_the_account() -> None:
    async with running_alerts() as alerts:
        await alerts.quote("100")
        await alerts.create(150)
        assert [each.id for each in await alerts.subscribe(A)] == ["alert-1"]
        await alerts.create(120)
        await alerts.create(120, B)
        await alerts.quote("130")
        await alerts.service.delete(A, "alert-1")
        assert [(each.id, each.status.value) for each in alerts.updates] == [
            ("alert-2", "active"),
            ("alert-2", "firing"),
            ("alert-2", "fired"),
            ("alert-1", "deleted"),
        ]
        fired = alerts.updates[2].last_fired
        assert fired is not None
        assert (fired.price, fired.direction.value) == (130.0, "up")


async def test_a_topic_of_an_account_elsewhere_is_unavailable() -> None:
    async with running_alerts() as alerts:
        alerts.engine._loaded.clear()
        with pytest.raises(Unavailable) as refused:
            await alerts.subscribe(A)
        assert refused.value.code == "shard_moving"
        assert (await rejection_of(alerts.create()))[1] == "shard_moving"


async def requests_in_order(alerts: RunningAlerts) -> list[str]:
    asked = (alerts.create(price, key=f"{price}") for price in (193, 192, 191))
    return await asyncio.gather(*asked)


async def test_requests_of_one_account_are_done_in_order() -> None:
    async with running_alerts() as alerts:
        assert await requests_in_order(alerts) == ["alert-1", "alert-2", "alert-3"]
        prices = [each.price for each in await alerts.service.alerts(A)]
        assert prices == [193, 192, 191]
