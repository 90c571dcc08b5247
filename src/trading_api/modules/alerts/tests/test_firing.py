"""When alerts fire: crossings, gaps, repetitions, expiry, and what a quote costs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.kit.alerts import alert, request, running_alerts
from tests.kit.paper_exchange import A, B
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.models.alerts import AlertRequest
from trading_api.modules.alerts.alert import REPEAT_INTERVAL_MS
from trading_api.modules.alerts.store.memory import MemoryAlertStore
from trading_api.modules.alerts.store.store import AlertBatch

MANY = 20_000


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_crossing_fires_once_and_notifies_the_account() -> None:
    async with running_alerts() as alerts:
        await alerts.quote("100")
        await alerts.create(150, message="Sell half")
        await alerts.quote("149.99")
        assert await alerts.notifications() == []
        await alerts.quote("150.01")
        await alerts.quote("100")
        await alerts.quote("160")
        assert await alerts.notifications() == ["AAPL rose to 150.01 and crossed 150. Sell half"]
        (fired,) = await alerts.service.alerts(A)
        assert (fired.status.value, fired.firings) == ("fired", 1)
        assert fired.last_fired is not None
        assert (fired.last_fired.price, fired.last_fired.time) == (150.01, 1_750)


async def test_the_notification_has_a_code_and_a_reference_for_programs() -> None:
    async with running_alerts() as alerts:
        await alerts.quote("100")
        await alerts.create(90.5, condition="down")
        await alerts.quote("90.5")
        events = await alerts.exchange.broker.events(A, 0, 10)
        (notification,) = [each.notification for each in events if each.notification]
        assert notification.code == "price_alert"
        assert notification.severity.value == "info"
        assert notification.text == "AAPL fell to 90.5 and crossed 90.5."
        reference = {name: str(value) for name, value in notification.reference.items()}
        assert reference == {
            "alertId": "alert-1",
            "symbol": "AAPL",
            "price": "90.5",
            "threshold": "90.5",
            "direction": "down",
        }


async def test_a_gap_fires_every_threshold_in_the_order_of_the_prices() -> None:
    async with running_alerts() as alerts:
        await alerts.quote("100")
        for price in (130, 110, 120, 110):
            await alerts.create(price, condition="either", frequency="repeating")
        await alerts.create(105, B)
        await alerts.quote("200")
        assert crossed(await alerts.notifications()) == ["110", "110", "120", "130"]
        assert len(await alerts.notifications(B)) == 1
        alerts.market.now_ms += REPEAT_INTERVAL_MS
        await alerts.quote("100")
        fallen = (await alerts.notifications())[4:]
        assert crossed(fallen) == ["130", "120", "110", "110"]


async def test_the_price_of_a_quote_without_a_trade_is_the_mid() -> None:
    async with running_alerts() as alerts:
        alerts.market.move("AAPL", "100", "100")
        await alerts.create(150)
        alerts.market.move("AAPL", "140", "162", last="0")
        await alerts.engine.flush()
        assert await alerts.notifications() == ["AAPL rose to 151 and crossed 150."]


async def test_a_repeating_alert_fires_once_a_minute_of_the_market() -> None:
    async with running_alerts() as alerts:
        await alerts.quote("100")
        await alerts.create(150, frequency="repeating", condition="either")
        for price in ("160", "140", "160", "140"):
            await alerts.quote(price)
        assert len(await alerts.notifications()) == 1
        assert await alerts.statuses() == ["active"]
        alerts.market.now_ms += REPEAT_INTERVAL_MS - 1_250
        await alerts.quote("160")
        assert len(await alerts.notifications()) == 1
        await alerts.quote("140")
        assert len(await alerts.notifications()) == 2
        (listed,) = await alerts.service.alerts(A)
        assert listed.firings == 2


async def test_an_expired_alert_does_not_fire() -> None:
    async with running_alerts() as alerts:
        await alerts.quote("100")
        await alerts.subscribe(A)
        end_ms = alerts.market.now_ms + 500
        await alerts.create(150, expiresMs=end_ms)
        await alerts.create(150, expiresMs=end_ms + 1, frequency="repeating")
        await alerts.quote("120")
        await alerts.quote("160")
        assert await alerts.statuses() == ["expired", "active"]
        await alerts.quote("160")
        assert await alerts.statuses() == ["expired", "expired"]
        assert len(await alerts.notifications()) == 1
        assert [each.status.value for each in alerts.updates].count("expired") == 2
        assert not alerts.market.has_interest("AAPL")


@pytest.mark.parametrize("state", [MarketState.STALE, MarketState.CLOSED])
async def test_a_market_that_is_not_open_fires_nothing_until_it_opens(state: MarketState) -> None:
    async with running_alerts() as alerts:
        await alerts.quote("100")
        await alerts.create(150)
        alerts.market.closed["AAPL"] = MarketStatus(state, "for a test")
        await alerts.quote("160")
        await alerts.quote("100")
        await alerts.quote("170")
        assert await alerts.notifications() == []
        del alerts.market.closed["AAPL"]
        await alerts.quote("171")
        assert await alerts.notifications() == ["AAPL rose to 171 and crossed 150."]


async def test_only_symbols_with_active_alerts_are_of_interest() -> None:
    async with running_alerts() as alerts:
        assert not alerts.market.has_interest("AAPL")
        await alerts.quote("100")
        await alerts.create(150)
        await alerts.create(160)
        await alerts.create(160, symbol="MSFT")
        assert alerts.market.has_interest("AAPL")
        assert alerts.market.has_interest("MSFT")
        await alerts.quote("155")
        await alerts.service.delete(A, "alert-3")
        assert alerts.market.has_interest("AAPL")
        assert not alerts.market.has_interest("MSFT")
        await alerts.quote("165")
        assert not alerts.market.has_interest("AAPL")
        await alerts.service.change(A, "alert-1", request_down(), None)
        assert alerts.market.has_interest("AAPL")


async def test_a_changed_alert_fires_at_its_new_price_alone() -> None:
    async with running_alerts() as alerts:
        await alerts.quote("100")
        await alerts.create(150)
        await alerts.service.change(A, "alert-1", request_down(), None)
        await alerts.quote("160")
        assert await alerts.notifications() == []
        await alerts.quote("79")
        assert await alerts.notifications() == ["AAPL fell to 79 and crossed 80."]


async def test_a_quote_between_the_thresholds_of_20_000_alerts_visits_none() -> None:
    store = MemoryAlertStore()
    made = [
        alert(f"ACCOUNT-{number % 1_000}", number, price=price(number))
        for number in range(1, MANY + 1)
    ]
    await store.write(AlertBatch(made, {(0, "AAPL"): price(0)}))
    async with running_alerts(store) as alerts:
        assert alerts.engine.count() == MANY
        await alerts.quote("100.5")
        assert alerts.engine.watcher.crossed_total == 0
        for between in ("100.1", "100.9", "100.5", "100.2"):
            await alerts.quote(between)
        assert alerts.engine.watcher.crossed_total == 0
        await alerts.quote("103.5")
        assert alerts.engine.watcher.crossed_total == 3
        assert alerts.engine.fired_total == 3


def price(number: int) -> Decimal:
    return Decimal(100 + number)


def request_down() -> AlertRequest:
    return request(80, condition="down")


def crossed(notifications: list[str]) -> list[str]:
    """Return the thresholds that the texts name."""
    return [text.rpartition(" ")[2].removesuffix(".") for text in notifications]
