"""The performance of one account, from its bookings alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from trading_api.domain.booking import Booking, BookingKind, HeldPosition, RemovedRecords
from trading_api.domain.resolution import DAY_MS
from trading_api.domain.round_trips import EXACT, RoundTrip, TradeFigures, TradeFold

ZERO = Decimal(0)
LATEST_TRADES_MAX = 200
"""The newest closed trades that stay in memory."""
CHECKPOINT_BOOKINGS = 2_000
CHECKPOINTS_MAX = 256
"""Above this number every second checkpoint is removed, and new ones are twice as far apart."""


class StartReason(StrEnum):
    """Why the figures begin where they do."""

    OPENED = "opened"
    RESET = "reset"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class PerformanceStart:
    """Where the figures of an account begin: after its event `seq`, with a balance.

    `REMOVED` means that what was before was removed from the ledger."""

    seq: int = 0
    time_ms: int | None = None
    reason: StartReason = StartReason.OPENED
    balance: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Holding:
    """A position at its average cost, and the price of the last trade in its symbol. `cost` has
    the sign of `quantity`. `rate` converts both."""

    symbol: str
    quantity: Decimal
    cost: Decimal
    price: Decimal
    rate: Decimal

    def profit_at(self, price: Decimal, rate: Decimal) -> Decimal:
        """Return what closing the position at a price would yield."""
        value = EXACT.subtract(EXACT.multiply(self.quantity, price), self.cost)
        return EXACT.multiply(value, rate)


@dataclass(frozen=True, slots=True)
class DayEnd:
    """An account at the end of a UTC day, counted from 1970. `deposits` is what was paid in since
    the start of the figures, less what was withdrawn."""

    day: int
    balance: Decimal
    deposits: Decimal
    holdings: Sequence[Holding] = ()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The trades after the event `seq`: those that are open, and how many are closed."""

    seq: int
    closed: int
    trades: TradeFold


@dataclass(slots=True)
class PerformanceFold:
    """Adds up the bookings of an account in their order. A reset starts it again.

    `figures` is by UTC day of the exit, then by symbol. `days` are the days before `day` on which
    something was booked, ascending. A booking of an earlier time than the one before it counts on
    the day of that one."""

    seq: int = 0
    start: PerformanceStart = field(default_factory=PerformanceStart)
    balance: Decimal = ZERO
    deposits: Decimal = ZERO
    day: int = 0
    trades: TradeFold = field(default_factory=TradeFold)
    holdings: dict[str, Holding] = field(default_factory=dict)
    figures: dict[int, dict[str, TradeFigures]] = field(default_factory=dict)
    days: list[DayEnd] = field(default_factory=list)
    latest: deque[tuple[int, RoundTrip]] = field(
        default_factory=lambda: deque(maxlen=LATEST_TRADES_MAX)
    )
    checkpoints: list[Checkpoint] = field(default_factory=list)
    closed: int = 0
    _interval: int = CHECKPOINT_BOOKINGS
    _since_checkpoint: int = 0

    def begin(self, removed: RemovedRecords) -> None:
        """Begin after records that were removed."""
        reason = StartReason.REMOVED
        self._restart(PerformanceStart(removed.seq, removed.time_ms, reason, removed.balance))
        for held in removed.positions:
            hold(self.trades, held)
            cost = EXACT.multiply(held.quantity, held.average_price)
            self.holdings[held.symbol] = Holding(
                held.symbol, held.quantity, cost, held.average_price, held.rate
            )
        self.checkpoints = [Checkpoint(self.seq, 0, self.trades.copy())]

    def add(self, booking: Booking, day_min: int = 0) -> None:
        """Add the next booking, on the day `day_min` or later."""
        if booking.kind in (BookingKind.OPENING, BookingKind.RESET):
            is_reset = booking.kind is BookingKind.RESET
            reason = StartReason.RESET if is_reset else StartReason.OPENED
            start = PerformanceStart(booking.seq, booking.time_ms, reason, booking.amount)
            self._restart(start)
            return
        self._turn_to(max(booking.time_ms // DAY_MS, day_min))
        self.seq = booking.seq
        if booking.kind is BookingKind.DEPOSIT:
            self.balance = EXACT.add(self.balance, booking.amount)
            self.deposits = EXACT.add(self.deposits, booking.amount)
            return
        gain = EXACT.subtract(booking.realized_pl, booking.commission)
        self.balance = EXACT.add(self.balance, gain)
        self._hold(booking)
        if (trade := apply(self.trades, booking)) is not None:
            self.closed += 1
            self.latest.append((booking.seq, trade))
            by_symbol = self.figures.setdefault(self.day, {})
            by_symbol.setdefault(trade.symbol, TradeFigures()).add(trade)
        self._keep_checkpoint()

    def today(self) -> DayEnd:
        """Return the account as it is now, on the day of the last booking."""
        return DayEnd(self.day, self.balance, self.deposits, tuple(self.holdings.values()))

    @property
    def weight(self) -> int:
        """The number of values that the fold keeps, about 1 KB each."""
        figures = sum(map(len, self.figures.values()))
        held = sum(len(each.trades.open_trades) for each in self.checkpoints)
        return figures + held + len(self.days) + len(self.latest)

    def _restart(self, start: PerformanceStart) -> None:
        self.start, self.seq, self.balance, self.deposits = start, start.seq, start.balance, ZERO
        self.day = (start.time_ms or 0) // DAY_MS
        self.trades = TradeFold()
        self.holdings.clear()
        self.figures.clear()
        self.days.clear()
        self.latest.clear()
        self.checkpoints, self.closed = [Checkpoint(start.seq, 0, TradeFold())], 0
        self._interval, self._since_checkpoint = CHECKPOINT_BOOKINGS, 0

    def _turn_to(self, day: int) -> None:
        if day > self.day:
            self.days.append(self.today())
            self.day = day

    def _hold(self, booking: Booking) -> None:
        symbol, price, rate = booking.symbol, booking.price, booking.rate
        if booking.kind is BookingKind.SETTLEMENT:
            self.holdings.pop(symbol, None)
            return
        before = self.holdings.get(symbol) or Holding(symbol, ZERO, ZERO, price, rate)
        after = _after_fill(before, booking)
        if after.quantity:
            self.holdings[symbol] = after
        else:
            self.holdings.pop(symbol, None)

    def _keep_checkpoint(self) -> None:
        self._since_checkpoint += 1
        if self._since_checkpoint < self._interval:
            return
        self._since_checkpoint = 0
        self.checkpoints.append(Checkpoint(self.seq, self.closed, self.trades.copy()))
        if len(self.checkpoints) > CHECKPOINTS_MAX:
            self.checkpoints = self.checkpoints[::2]
            self._interval *= 2


def apply(trades: TradeFold, booking: Booking) -> RoundTrip | None:
    """Add a booking that changes a position to the trades, and return the trade that it ends."""
    if booking.kind is BookingKind.SETTLEMENT:
        return trades.settle(booking.symbol, booking.price, booking.realized_pl, booking.time_ms)
    if booking.kind in (BookingKind.FILL, BookingKind.ADJUSTMENT):
        return trades.add(booking, booking.rate)
    return None


def hold(trades: TradeFold, held: HeldPosition) -> None:
    """Add a position that was opened before the records begin."""
    trades.hold(held.symbol, held.quantity, held.average_price, held.rate, held.updated_ms)


def _after_fill(before: Holding, booking: Booking) -> Holding:
    change = booking.quantity * int(booking.side)
    quantity, cost = before.quantity, before.cost
    if quantity * change < 0:
        closed = -change if abs(change) < abs(quantity) else quantity
        cost = EXACT.subtract(cost, EXACT.divide(EXACT.multiply(cost, closed), quantity))
        quantity, change = EXACT.subtract(quantity, closed), EXACT.add(change, closed)
    quantity = EXACT.add(quantity, change)
    cost = EXACT.add(cost, EXACT.multiply(change, booking.price)) if quantity else ZERO
    return replace(before, quantity=quantity, cost=cost, price=booking.price, rate=booking.rate)
