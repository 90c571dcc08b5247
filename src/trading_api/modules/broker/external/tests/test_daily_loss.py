"""The loss of a day halts a live account, once a day."""

from __future__ import annotations

import logging
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.kit.live_setup import ACCOUNT, LIMITS, LiveSetup, limit_order, live_setup, order
from tests.kit.manual_clock import settle
from trading_api.domain.broker_commands import ClosePositionCommand, SetKillSwitchCommand
from trading_api.domain.orders import Side
from trading_api.domain.resolution import DAY_MS
from trading_api.errors import Conflict
from trading_api.modules.broker.external.daily_loss_watch import DailyLossWatch
from trading_api.modules.broker.external.tests.gated_account import LIMITS as GATE_LIMITS
from trading_api.modules.broker.external.tests.gated_account import GatedAccount

LOSS_MAX = Decimal(100)


async def lossy(live: LiveSetup) -> None:
    """Start again with a limit of 100 a day, and buy 10 at 100."""
    live.limits = replace(LIMITS, daily_loss_max=LOSS_MAX)
    await live.kill()
    await live.start()
    await live.submit(order())
    await live.submit(limit_order(80))


def is_halted(live: LiveSetup) -> bool:
    return live.broker.snapshot(ACCOUNT).kill_switch.is_on


async def test_the_log_shows_the_events_of_a_live_account_and_warns_of_a_halt(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    async with live_setup() as live:
        await lossy(live)
        live.market.move("AAPL", "89.99", "90.01")
        await settle()
        with pytest.raises(Conflict):
            await live.submit(order(Side.SELL))
    events = [vars(each) for each in caplog.records if each.message == "event"]
    kinds = [each["kind"] for each in events if each["account"] == ACCOUNT]
    assert {"OrderPlaced", "OrderFilled", "OrderCanceled", "RiskRejected"} <= set(kinds)
    (halt,) = [each for each in events if each["kind"] == "KillSwitchSet"]
    assert halt["levelname"] == "WARNING"
    assert halt["is_on"] is True
    assert "RISK_DAILY_LOSS_MAX" in halt["reason"]
    (refusal,) = [each for each in events if each["kind"] == "RiskRejected"]
    assert (refusal["code"], refusal["symbol"]) == ("trading_halted", "AAPL")


async def test_a_price_that_costs_the_limit_halts_the_account_and_cancels_its_orders() -> None:
    async with live_setup() as live:
        await lossy(live)
        live.market.move("AAPL", "90.02", "90.04")
        await settle()
        assert not is_halted(live)
        live.market.move("AAPL", "89.99", "90.01")
        await settle()
        switch = live.broker.snapshot(ACCOUNT).kill_switch
        assert switch.is_on
        assert "RISK_DAILY_LOSS_MAX" in switch.reason
        assert live.live() == []
        assert live.position() == 10, "positions stay open"
        with pytest.raises(Conflict) as refused:
            await live.submit(order(Side.SELL))
        assert refused.value.code == "trading_halted"
        await live.submit(ClosePositionCommand("AAPL"))
        assert live.position() == 0


async def test_after_a_resume_the_account_only_reduces_until_the_next_day() -> None:
    async with live_setup() as live:
        await lossy(live)
        live.market.move("AAPL", "80.00", "80.02")
        await settle()
        await live.submit(SetKillSwitchCommand(is_on=False))
        live.market.move("AAPL", "79.00", "79.02")
        await settle()
        assert not is_halted(live), "it halts once a day"
        with pytest.raises(Conflict) as refused:
            await live.submit(order())
        assert refused.value.code == "risk_daily_loss"
        await live.submit(order(Side.SELL, 4))
        live.market.now_ms += DAY_MS
        live.market.move("AAPL", "79.00", "79.02")
        await settle()
        await live.submit(order(quantity=1))


async def test_a_new_day_begins_also_without_a_position() -> None:
    async with live_setup() as live:
        await lossy(live)
        live.market.move("AAPL", "80.00", "80.02")
        live.venue.prices["AAPL"] = Decimal(80)
        await settle()
        await live.submit(ClosePositionCommand("AAPL"))
        assert live.position() == 0
        await live.submit(SetKillSwitchCommand(is_on=False))
        with pytest.raises(Conflict) as refused:
            await live.submit(order(quantity=1))
        assert refused.value.code == "risk_daily_loss"
        live.market.now_ms += DAY_MS
        await live.submit(order(quantity=1))
        assert not is_halted(live)
        assert live.position() == 1


async def test_a_realized_loss_counts_also_after_a_restart() -> None:
    async with live_setup() as live:
        await lossy(live)
        live.market.move("AAPL", "92.00", "92.02")
        live.venue.prices["AAPL"] = Decimal(88)
        await live.submit(ClosePositionCommand("AAPL"))
        await settle()
        assert is_halted(live)
        await live.submit(SetKillSwitchCommand(is_on=False))
        await live.kill()
        await live.start()
        with pytest.raises(Conflict) as refused:
            await live.submit(order())
        assert refused.value.code in ("risk_daily_loss", "trading_halted")


def test_a_halt_that_could_not_be_made_is_made_with_the_next_value() -> None:
    view = GatedAccount().view(day_start_equity=Decimal(100_100))
    answers, reasons = [False, True], list[str]()

    def halt(reason: str) -> bool:
        reasons.append(reason)
        return answers[len(reasons) - 1]

    watch = DailyLossWatch(GATE_LIMITS, halt)
    for _ in range(3):
        watch.on_value(view)
    assert len(reasons) == 2, "once a day"
