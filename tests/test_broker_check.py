"""`trading-api broker check` against the venue simulator."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.commands import command
from tests.kit.live_setup import ACCOUNT, live_setup
from tests.kit.manual_clock import settle
from tests.kit.venue import VenueProcess, ccxt_options, venue_process
from tests.kit.venue.account import API_KEY, SECRET
from trading_api.domain.broker_connection import ConnectionState
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal


@pytest.fixture(scope="module")
def venue() -> Iterator[VenueProcess]:
    with venue_process() as served:
        for symbol in ("BTCUSDT", "ETHUSDT"):
            served.quote(symbol=symbol, bid=99, ask=101)
            served.trade(symbol=symbol, price=100, quantity="0.001")
        yield served


def environment(venue: VenueProcess, **changed: str) -> dict[str, str]:
    return {
        "BROKER": "ccxt",
        "BROKER_VENUE": "binance",
        "DATAFEED_SYMBOLS": "BTC/USDT,ETH/USDT",
        "CCXT_OPTIONS": json.dumps(ccxt_options(venue.address)),
        "ACCOUNT_CURRENCY": "USDT",
        "LIVE_ACCOUNT_ID": ACCOUNT,
        "LIVE_API_KEY": API_KEY,
        "LIVE_API_SECRET": SECRET,
        **changed,
    }


def test_the_venue_is_read_and_nothing_is_placed(venue: VenueProcess, tmp_path: Path) -> None:
    order = {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "newClientOrderId": "web"}
    venue.place_elsewhere(symbol="BTCUSDT", quantity="0.3", price="98.1", **order)
    venue.trade(symbol="BTCUSDT", price="98.1", quantity="0.1")
    received = len(venue.received(name="POST"))
    result = command(["broker", "check", "--json"], **environment(venue))
    assert (result.returncode, result.stderr) == (0, "")
    report = json.loads(result.stdout)
    assert (report["account_id"], report["venue"]) == (ACCOUNT, "ccxt:binance")
    assert [(each["filled"], each["type"]) for each in report["open_orders"]] == [("0.1", "limit")]
    assert [each["price"] for each in report["fills"]] == ["98.1"]
    assert {each["currency"] for each in report["balances"]} == {"BNB", "BTC", "ETH", "USDT"}
    assert report["features"]["order_types"] == ["limit", "market", "stop", "stop-limit"]
    assert (report["ledger"], report["disagreements"]) == ("", [])
    assert len(venue.received(name="POST")) == received
    assert not list(tmp_path.iterdir())  # no ledger was created
    for secret in (API_KEY, SECRET):
        assert secret not in result.stdout


def test_a_ledger_that_differs_sets_the_exit_status(venue: VenueProcess, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'live.db'}"
    asyncio.run(_write_ledger(url))
    result = command(["broker", "check"], **environment(venue, LIVE_DATABASE_URL=url))
    assert (result.returncode, result.stderr) == (1, "")
    assert "venue account: venue ccxt:binance, ledger fake" in result.stdout
    assert "position BTCUSDT: venue 1." in result.stdout


def test_refused_keys_set_the_exit_status(venue: VenueProcess) -> None:
    wrong = "a-wrong-secret"
    result = command(["broker", "check"], **environment(venue, LIVE_API_SECRET=wrong))
    assert result.returncode == 2
    assert "not connected. authentication_failed: " in result.stdout
    assert wrong not in result.stdout + result.stderr


def test_paper_has_nothing_to_check() -> None:
    result = command(["broker", "check"])
    assert result.returncode == 2
    assert result.stderr == "trading-api: BROKER=paper has no venue that could be checked.\n"


async def _write_ledger(url: str) -> None:
    async with live_setup(SqlJournal(Database(url))) as live, asyncio.timeout(30):
        while live.broker.connection(ACCOUNT).state is not ConnectionState.CONNECTED:
            await settle()
