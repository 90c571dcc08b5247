"""The live account in the server: its ledger in the readiness probe, its commands in the log."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.kit.captured_log import captured_log
from tests.kit.ledger_file_faults import taken_away
from tests.kit.live_account import LIVE, LIVE_SETTINGS
from tests.kit.live_setup import ACCOUNT, LiveSetup, live_setup, order
from tests.kit.manual_market import ManualMarket, instrument
from trading_api.domain.broker_commands import ClosePositionCommand, IdempotencyKey, NotifyCommand
from trading_api.domain.notification import Notification, Severity
from trading_api.errors import ConfigurationError, NotFound, Unavailable
from trading_api.modules.broker.external.live_venue import create_live_venue
from trading_api.observability.logs import JsonFormatter
from trading_api.observability.metrics import Metrics
from trading_api.observability.readiness import Readiness
from trading_api.settings import Settings


async def test_the_server_is_not_ready_while_the_live_ledger_cannot_be_written(
    tmp_path: Path,
) -> None:
    path = tmp_path / "live.db"
    settings = Settings(**LIVE_SETTINGS | {"live_database_url": f"sqlite:///{path}"})
    market, readiness, metrics = ManualMarket(instrument("AAPL")), Readiness(), Metrics()
    broker = create_live_venue(settings, market, metrics, readiness)
    await broker.start()
    assert b"trading_live_ledger_events" in metrics.exposition()
    running = asyncio.create_task(broker.account.run())
    notify = NotifyCommand(Notification(Severity.INFO, "code", "Text."))
    assert not readiness.reasons()
    with taken_away(path), pytest.raises(Unavailable):
        await broker.submit(LIVE, notify)
    assert readiness.reasons()
    await broker.submit(LIVE, notify)
    assert not readiness.reasons()
    running.cancel()
    await asyncio.wait([running])


async def test_commands_of_a_live_account_are_logged_with_outcome_and_duration() -> None:
    async with live_setup() as live:
        with captured_log(JsonFormatter()) as stream:
            key = IdempotencyKey("place", "key", "one")
            for _ in range(2):
                await live.submit(order(), key)
            with pytest.raises(NotFound):
                await live.submit(ClosePositionCommand("MSFT"))
        lines = [json.loads(line) for line in stream.getvalue().splitlines()]
        commands = [each for each in lines if each["event"] == "command"]
        assert [(each["command"], each["outcome"]) for each in commands] == [
            ("PlaceOrder", "done"),
            ("PlaceOrder", "find_duplicate"),
            ("ClosePosition", "rejected"),
        ]
        assert {each["account"] for each in commands} == {ACCOUNT}
        assert commands[0]["orders"] == "order-1"
        assert commands[2]["code"] == "position_not_found"
        assert all(each["ms"] >= 0 for each in commands)


async def test_a_currency_that_fits_no_symbol_is_refused_at_the_start() -> None:
    settings = Settings(**LIVE_SETTINGS | {"account_currency": "USDT"})
    market = ManualMarket(instrument("AAPL"), instrument("BTCUSDC", "USDC"))
    broker = create_live_venue(settings, market, Metrics(), Readiness())
    with pytest.raises(ConfigurationError, match=r"ACCOUNT_CURRENCY=USDT .* USD, USDC"):
        await broker.start()


async def test_a_currency_that_the_venue_does_not_keep_is_notified_of() -> None:
    async with live_setup() as live:
        assert "currency_not_held" not in live.codes()
    live = LiveSetup()
    live.venue.cash_currency = "EUR"
    await live.start()
    assert live.codes().count("currency_not_held") == 1
    await live.kill()
