"""The venue's answers compared with the ledger, on the venue in memory."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from tests.kit.live_setup import ACCOUNT, LiveSetup, limit_order, live_setup, order
from tests.kit.manual_clock import settle
from trading_api.domain.broker_connection import ConnectionState
from trading_api.domain.orders import Side
from trading_api.modules.broker.external.check.check_report import (
    CheckReport,
    Disagreement,
    report_answers,
)
from trading_api.modules.broker.external.check.check_text import check_text
from trading_api.modules.broker.external.check.live_ledger import LiveLedger, read_live_ledger
from trading_api.modules.broker.external.check.venue_answers import VenueAnswers
from trading_api.modules.broker.external.venue_client import VenueBalance
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.settings import Settings


async def answers(live: LiveSetup) -> VenueAnswers:
    client = live.client
    return VenueAnswers(
        await client.account(),
        await client.open_orders(),
        await client.fills_since(["AAPL", "MSFT"], 0),
        client.features,
        client.rate_limits(),
        clock_offset_ms=-12,
    )


def report(live: LiveSetup, answered: VenueAnswers, venue: str = "fake") -> CheckReport:
    ledger = LiveLedger("live.db", live.broker.account.state)
    return report_answers(ACCOUNT, venue, answered, ledger)


async def test_a_ledger_that_follows_its_venue_agrees() -> None:
    async with live_setup() as live:
        await live.submit(order())
        await live.submit(limit_order())
        found = report(live, await answers(live))
        assert (found.disagreements, found.exit_status) == ([], 0)
        assert [(each.type, each.side) for each in found.open_orders] == [("limit", "buy")]
        assert [str(each.quantity) for each in found.fills] == ["10"]
        text = check_text(found)
        assert text.startswith("LIVE-TEST at fake: connected. Nothing was placed.")
        assert "  buy 10 AAPL, limit 90, filled 0, id t" in text
        assert "Clock: the venue's is 12 ms behind ours." in text
        assert text.endswith("Ledger: live.db agrees.")


async def test_every_difference_is_named() -> None:
    async with live_setup() as live:
        await live.submit(order())
        await live.submit(limit_order())
        answered = await answers(live)
        foreign = replace(
            answered.open_orders[0], client_order_id="web", venue_order_id="77", side=Side.SELL
        )
        account = replace(
            answered.account,
            balances=[VenueBalance("USD", Decimal(5), Decimal(5))],
            positions=[replace(answered.account.positions[0], quantity=Decimal(7))],
        )
        unseen = replace(answered.fills[0], execution_id="other")
        changed = answered._replace(account=account, open_orders=[foreign], fills=[unseen])
        found = report(live, changed, venue="ccxt:binance")
        assert found.exit_status == 1
        kinds = [each.kind for each in found.disagreements]
        assert kinds == ["venue", "order", "order", "fill", "position", "cash"]
        by_kind = {each.kind: each for each in found.disagreements}
        assert by_kind["position"] == Disagreement("position", "AAPL", "7", "10")
        assert by_kind["cash"].venue == "5"
        assert by_kind["fill"] == Disagreement("fill", "AAPL other", "buy 10 at 100", "missing")
        assert "differs in 6 places" in check_text(found)


async def test_a_fill_that_the_order_lacks_is_a_difference() -> None:
    async with live_setup() as live:
        await live.submit(limit_order())
        answered = await answers(live)
        filled = replace(answered.open_orders[0], cumulative_quantity=Decimal(3))
        found = report(live, answered._replace(open_orders=[filled]))
        assert [(each.venue, each.ledger) for each in found.disagreements] == [
            ("filled 3", "filled 0")
        ]


async def test_the_ledger_is_read_while_a_server_writes_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'live.db'}"
    settings = Settings.defaults().model_copy(
        update={"live_account_id": ACCOUNT, "live_database_url": url}
    )
    assert read_live_ledger(settings) is None
    async with live_setup(SqlJournal(Database(url))) as live:
        async with asyncio.timeout(30):
            while live.broker.connection(ACCOUNT).state is not ConnectionState.CONNECTED:
                await settle()
        ledger = read_live_ledger(settings)
        assert ledger is not None
        assert ledger.path.endswith("live.db")
        assert ledger.state.seq == live.broker.account.state.seq > 0
        assert ledger.state.balance == 100_000
        other = settings.model_copy(update={"live_account_id": "LIVE-OTHER"})
        assert read_live_ledger(other) is None


def test_without_a_ledger_there_is_nothing_to_compare() -> None:
    report = CheckReport("LIVE-A", "alpaca", is_connected=True)
    assert report.exit_status == 0
    assert check_text(report).endswith("there is none yet, so nothing was compared.")
    lost = CheckReport("LIVE-A", "alpaca", is_connected=False, reason="network: refused")
    assert lost.exit_status == 2
    assert check_text(lost) == "LIVE-A at alpaca: not connected. network: refused"
