"""The venue simulator's books, candles and balances agree after every random action."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from random import Random

import pytest

from tests.kit.venue import VenueClock
from tests.kit.venue.account import BALANCES
from tests.kit.venue.control import Control
from tests.kit.venue.errors import VenueError
from tests.kit.venue.instruments import INSTRUMENTS
from tests.kit.venue.matching import Changes, Side
from tests.kit.venue.tape import MINUTE_MS

pytestmark = pytest.mark.anyio

SYMBOL = "BTCUSDT"
START_MS = 1_700_000_040_000
STEPS = 300
TYPES = ("LIMIT", "LIMIT", "MARKET", "LIMIT_MAKER", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT")


@pytest.mark.parametrize("commission", ["received", "quote", "base", "BNB"])
@pytest.mark.parametrize("seed", range(2))
async def test_nothing_is_created_or_lost(seed: int, commission: str) -> None:
    control = Control(VenueClock(START_MS), INSTRUMENTS[:4], seed=seed, commission=commission)
    random = Random(seed)
    for _ in range(STEPS):
        with suppress(VenueError):
            _act(control, random)
        control.clock.advance(random.randint(0, 2_000))
        _check_balances(control)
        _check_book(control)
    _check_candles(control)
    assert {each["status"] for each in control.orders()} >= {"FILLED", "CANCELED", "EXPIRED"}


async def test_changes_of_the_book_lead_to_the_book() -> None:
    control = Control(VenueClock(START_MS), INSTRUMENTS[:1], seed=5)
    book, random = control.market.books[SYMBOL], Random(5)
    copy: dict[Side, dict[Decimal, Decimal]] = {
        side: dict(book.depth(side, 100)) for side in book.sides
    }
    book.changes()
    for _ in range(STEPS):
        last_id = book.update_id
        with suppress(VenueError):
            _act(control, random)
        if changes := book.changes():
            assert (changes.first_id, changes.last_id) == (last_id + 1, book.update_id)
            _apply(copy, changes)
        assert copy == {side: dict(book.depth(side, 100)) for side in book.sides}


async def test_the_same_seed_makes_the_same_market() -> None:
    first, second = (
        Control(VenueClock(START_MS), INSTRUMENTS, seed=3, history_minutes=5) for _ in range(2)
    )
    for control in (first, second):
        control.step(100)
    for symbol in first.market.tapes:
        assert first.trades(symbol) == second.trades(symbol)


def _act(control: Control, random: Random) -> None:
    """Do one random thing; the venue may refuse it."""
    instrument = control.market.instruments[SYMBOL]
    price = control.market.tapes[SYMBOL].last_price + 6 * random.randint(-20, 20)
    quantity = random.randint(1, 20) * Decimal("0.01")
    match random.randint(0, 5):
        case 0 | 1:
            control.step()
        case 2:
            control.trade(SYMBOL, price, quantity)
        case 3 if control.market.books[SYMBOL].best("BUY"):
            open_orders = control.trading.open_orders(SYMBOL)
            if open_orders:
                control.trading.cancel(random.choice(open_orders))
        case _:
            type = random.choice(TYPES)
            fields = {"side": random.choice(["BUY", "SELL"]), "type": type}
            fields["quantity"] = str(quantity)
            if "LIMIT" in type:
                fields["price"] = str(price)
            if type in ("LIMIT", "STOP_LOSS_LIMIT"):
                fields["timeInForce"] = random.choice(["GTC", "GTC", "IOC", "FOK"])
            if type.startswith(("STOP", "TAKE")):
                fields["stopPrice"] = str(price)
            control.trading.place(instrument, fields)


def _check_balances(control: Control) -> None:
    """Balances are what the fills left of the first ones; open orders reserve what is locked."""
    expected = dict(BALANCES)
    for fill in control.trading.fills:
        sign = 1 if fill.order.side == "BUY" else -1
        base, quote = fill.order.instrument.base, fill.order.instrument.quote
        expected[base] += sign * fill.trade.quantity
        expected[quote] -= sign * fill.trade.quantity * fill.trade.price
        expected[fill.commission_asset] -= fill.commission
    balances = control.trading.account.balances
    assert {asset: each.free + each.locked for asset, each in balances.items()} == expected
    locked = dict.fromkeys(balances, Decimal(0))
    for order in control.trading.open_orders():
        assert order.locked == order.remaining * order.lock_price
        locked[order.locked_asset] += order.locked
    assert {asset: each.locked for asset, each in balances.items()} == locked


def _check_book(control: Control) -> None:
    """The book is not crossed, and holds what remains of each working limit order."""
    bid, ask = control.market.best(SYMBOL)
    assert not bid or not ask or bid[0] < ask[0]
    book = control.market.books[SYMBOL]
    for order in control.trading.open_orders(SYMBOL):
        if order.is_working:
            assert order.resting is not None
            assert order.resting.remaining == order.remaining > 0
            assert book.sides[order.side].quantity(order.price) >= order.remaining
    for fill in control.trading.fills:
        if fill.order.price:
            worse = fill.trade.price - fill.order.price
            assert worse <= 0 if fill.order.side == "BUY" else worse >= 0


def _check_candles(control: Control) -> None:
    tape = control.market.tapes[SYMBOL]
    for kline in tape.minutes:
        trades = [t for t in tape.trades if t.time_ms // MINUTE_MS * MINUTE_MS == kline.open_ms]
        assert kline.count == len(trades)
        assert kline.volume == sum((t.quantity for t in trades), Decimal(0))
        prices = [t.price for t in trades] or [kline.close]
        assert (kline.open, kline.close) == (prices[0], prices[-1])
        assert (kline.high, kline.low) == (max(prices), min(prices))


def _apply(copy: dict[Side, dict[Decimal, Decimal]], changes: Changes) -> None:
    sides: dict[Side, dict[Decimal, Decimal]] = {"BUY": changes.bids, "SELL": changes.asks}
    for side, levels in sides.items():
        for price, quantity in levels.items():
            copy[side][price] = quantity
            if not quantity:
                del copy[side][price]
