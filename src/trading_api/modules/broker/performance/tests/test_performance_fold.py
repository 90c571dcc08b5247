"""The performance of an account, against the account's own state."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.kit.ledger_streams import trading
from tests.kit.scale import scaled
from trading_api.domain.booking import Booking, HeldPosition, RemovedRecords
from trading_api.domain.orders import Side
from trading_api.domain.resolution import DAY_MS
from trading_api.domain.round_trips import (
    EXACT,
    OpenTrade,
    RoundTrip,
    TradeFigures,
    TradeFold,
    figures_of,
)
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.bookings import BOOKED_EVENTS, booking
from trading_api.modules.broker.engine.events import AccountReset
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.performance import performance_fold
from trading_api.modules.broker.performance.performance_fold import (
    PerformanceFold,
    StartReason,
    apply,
)

HOUR_MS = 3_600_000
ZERO = Decimal(0)
NOISE = Decimal("1E-15")
"""The cost of a share of a position is rounded to 20 decimals."""


def _stream(seed: int, count: int = 600) -> list[tuple[AccountState, Booking]]:
    """Return the bookings of an account, hours apart, with the state after each."""
    state, found = AccountState(), []
    for entry in trading("A", count, seed):
        state.evolve(entry.event)
        if type(entry.event) in BOOKED_EVENTS:
            each = booking(entry.seq, entry.event)
            found.append((state.copy(), replace(each, time_ms=each.time_ms * HOUR_MS)))
    return found


SEEDS = range(scaled(3))


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_adds_up_after_each_booking(seed: int) -> None:
    fold, closed = PerformanceFold(), list[RoundTrip]()
    for state, each in _stream(seed):
        before = fold.closed
        fold.add(each)
        if fold.closed < before:
            closed = []
        elif fold.closed > before:
            closed.append(fold.latest[-1][1])
        assert fold.balance == state.balance
        trades: list[RoundTrip | OpenTrade] = [*closed, *fold.trades.open_trades.values()]
        profit = sum((trade.profit for trade in trades), ZERO)
        fees = sum((trade.fees for trade in trades), ZERO)
        assert profit == state.realized_pl
        assert fees == state.commission
        assert fold.start.balance + fold.deposits + profit - fees == state.balance
        assert state.deposited == fold.start.balance + fold.deposits
        for symbol, holding in fold.holdings.items():
            position = state.positions[symbol]
            assert holding.quantity == position.quantity
            assert abs(holding.cost - position.cost) < NOISE
            trade = fold.trades.open_trades[symbol]
            assert trade.held * int(trade.side) == holding.quantity
        assert fold.holdings.keys() == state.positions.keys()
    _parts_add_up(fold, closed)


def _parts_add_up(fold: PerformanceFold, closed: list[RoundTrip]) -> None:
    total, by_symbol = figures_of(closed), TradeFigures()
    for symbols in fold.figures.values():
        for figures in symbols.values():
            by_symbol.merge(figures)
    assert by_symbol == total
    for symbol in {each.symbol for each in closed}:
        own = TradeFigures()
        for symbols in fold.figures.values():
            own.merge(symbols.get(symbol, TradeFigures()))
        assert own == figures_of([each for each in closed if each.symbol == symbol])
    days = [each.day for each in fold.days]
    assert days == sorted(set(days))
    assert all(day < fold.day for day in days)


def _is_reset(entry: JournalEntry) -> bool:
    return isinstance(entry.event, AccountReset)


def test_a_reset_starts_again() -> None:
    streams = (trading("A", 200, seed) for seed in range(1_000))
    entries = next(stream for stream in streams if any(map(_is_reset, stream)))
    fold = PerformanceFold()
    for entry in entries:
        if type(entry.event) not in BOOKED_EVENTS:
            continue
        fold.add(booking(entry.seq, entry.event))
        if isinstance(entry.event, AccountReset):
            assert fold.start.reason is StartReason.RESET
            assert (fold.start.seq, fold.start.time_ms) == (entry.seq, entry.event.at_ms)
            assert fold.balance == fold.start.balance == entry.event.balance
            kept = [fold.figures, fold.days, fold.latest, fold.trades.open_trades]
            assert not any(kept)


@pytest.mark.parametrize("seed", SEEDS)
def test_removed_records_leave_the_figures_of_the_rest(seed: int) -> None:
    stream = _stream(seed)
    stream = stream[next(n for n, (state, _) in enumerate(stream) if state.positions) :]
    state, last = stream[0]
    held = [
        HeldPosition(each.symbol, each.quantity, each.average_price, each.rate, each.updated_ms)
        for each in state.positions.values()
    ]
    fold = PerformanceFold()
    fold.begin(RemovedRecords(last.seq, last.time_ms, state.balance, held))
    assert fold.start.reason is StartReason.REMOVED
    partial = {each.symbol for each in held}
    for state, each in stream[1:]:
        fold.add(each)
        assert fold.balance == state.balance
        assert fold.holdings.keys() == state.positions.keys()
        if fold.start.seq != last.seq:
            return  # it was reset
        if fold.latest and (trade := fold.latest[-1][1]).symbol in partial:
            partial.discard(trade.symbol)
            assert trade.is_partial


def test_checkpoints_continue_as_the_whole_and_stay_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performance_fold, "CHECKPOINT_BOOKINGS", 3)
    monkeypatch.setattr(performance_fold, "CHECKPOINTS_MAX", 8)
    bookings = [each for _, each in _stream(7)]
    fold = PerformanceFold(_interval=3)
    for each in bookings:
        fold.add(each)
        assert len(fold.checkpoints) <= 8
    assert len(fold.checkpoints) > 3
    for checkpoint in fold.checkpoints:
        trades, closed = checkpoint.trades.copy(), checkpoint.closed
        for each in bookings:
            if each.seq > checkpoint.seq:
                closed += apply(trades, each) is not None
        assert closed == fold.closed
        assert trades.open_trades == fold.trades.open_trades


def test_an_earlier_time_counts_on_the_day_of_the_booking_before() -> None:
    bookings = [each for _, each in _stream(7)][:40]
    fold = PerformanceFold()
    for each in bookings:
        fold.add(each)
    day = fold.day
    fold.add(replace(bookings[-1], seq=bookings[-1].seq + 1, time_ms=0))
    assert fold.day == day
    fold.add(replace(bookings[-1], seq=bookings[-1].seq + 2, time_ms=DAY_MS), day_min=day + 5)
    assert fold.day == day + 5


def test_a_fold_of_trades_is_exact() -> None:
    fold, third = TradeFold(), EXACT.divide(Decimal(1), Decimal(3))
    fold.hold("AAPL", Decimal(3), third, Decimal(1), 1)
    trade = fold.open_trades["AAPL"]
    assert trade.side is Side.BUY
    assert trade.paid == EXACT.multiply(third, Decimal(3))
