"""Keeps the performance of accounts up to date with their ledgers, as far as it is asked for."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from math import ceil
from time import monotonic

from trading_api.domain.account_history import AccountHistory
from trading_api.domain.ports.broker import Broker
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.resolution import DAY_MS
from trading_api.domain.round_trips import RoundTrip
from trading_api.errors import Unavailable
from trading_api.modules.broker.performance.background_readings import BackgroundReadings
from trading_api.modules.broker.performance.daily_prices import DailyPriceReader
from trading_api.modules.broker.performance.equity_days import EquityDay, EquityDays
from trading_api.modules.broker.performance.performance_fold import PerformanceFold, apply

PAGE = 500
"""The bookings that are read and added up without a pause, in some milliseconds."""
WORK_S = 3.0
"""How long one request adds up bookings, or waits for them. The background continues."""
WAIT_S_MAX = 60
"""The longest time after which a client is asked to repeat its request."""
ACCOUNTS_MAX = 64
WEIGHT_MAX = 50_000
"""The most accounts and values that stay in memory: about 50 MB. The account of the last request
always stays."""


@dataclass(slots=True)
class AccountPerformance:
    """The performance of an account up to its booking `seq`.

    `equity`, `balance` and `deposited` are its money at its event `seq_at_equity`. `work_s` is what
    the bookings after `first_seq` took so far."""

    account_id: str
    fold: PerformanceFold = field(default_factory=PerformanceFold)
    days: EquityDays = field(default_factory=EquityDays)
    seq: int = 0
    equity: Decimal = Decimal(0)
    balance: Decimal = Decimal(0)
    deposited: Decimal = Decimal(0)
    seq_at_equity: int = 0
    first_seq: int = 0
    work_s: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    is_begun: bool = False

    @property
    def start_balance(self) -> Decimal:
        """The balance at the start, which for an account that no command has opened is that of the
        present."""
        return self.balance if self.fold.start.time_ms is None else self.fold.start.balance


class PerformanceReader:
    """Reads each account's bookings once, and remembers what they add up to.

    The memory is bounded: what was used longest ago is computed again. With `readings` a request
    that cannot read all leaves the rest to them. Every method raises Unavailable."""

    def __init__(
        self,
        broker: Broker,
        market: MarketData,
        prices: DailyPriceReader,
        readings: BackgroundReadings | None = None,
    ) -> None:
        self._readings = readings
        self._broker = broker
        self._market = market
        self._prices = prices
        self._accounts: OrderedDict[str, AccountPerformance] = OrderedDict()

    @property
    def today(self) -> int:
        """The present UTC day of the market, which counts from 1970."""
        return self._market.now_ms // DAY_MS

    @property
    def has_prices(self) -> bool:
        """Whether past days are valued at their closes, and not at the prices of the last fills."""
        return self._prices.has_history

    @asynccontextmanager
    async def opened(self, account_id: str) -> AsyncIterator[AccountPerformance]:
        """Provide the performance of an account up to its last event. It does not change while it
        is open. The account must be loaded. Raises Unavailable too while there is more to add up
        than one request may."""
        readings = self._readings
        if readings is not None and not await readings.wait(account_id, WORK_S):
            raise self._unavailable(self._performance(account_id))
        performance = self._performance(account_id)
        self._broker.pin(account_id)
        try:
            async with performance.lock:
                if not await self._update(performance, monotonic() + WORK_S):
                    if readings is not None:
                        readings.start(account_id, lambda: self._read_rest(performance, readings))
                    raise self._unavailable(performance)
                if readings is not None:
                    readings.answer(account_id)
                yield performance
        finally:
            self._broker.unpin(account_id)
            self._forget_oldest()

    async def equity_days(self, performance: AccountPerformance) -> Sequence[EquityDay]:
        """Return the days of an opened performance, and the present one. Raises ApiError too."""
        fold, days = performance.fold, performance.days
        await days.value_until(fold, self.today, self._prices)
        if fold.start.time_ms is None:
            return []
        return [*days.points, days.now(fold, self.today, performance.equity)]

    async def trades(
        self, performance: AccountPerformance, limit: int, before: int | None
    ) -> list[tuple[int, RoundTrip]]:
        """Return closed trades of an opened performance, the newest first, each with the number of
        the event that closed it. Only those before the event `before`, if it is given.

        They are at most `limit`, and fewer if they are far apart. There are no more if there are
        none."""
        fold = performance.fold
        end = fold.seq + 1 if before is None else before
        known = [each for each in reversed(fold.latest) if each[0] < end]
        if len(known) >= limit or fold.closed == len(fold.latest):
            return known[:limit]
        return await self._older_trades(performance, limit, end)

    async def _older_trades(
        self, performance: AccountPerformance, limit: int, end: int
    ) -> list[tuple[int, RoundTrip]]:
        found: list[tuple[int, RoundTrip]] = []
        deadline, closed = monotonic() + WORK_S, performance.fold.closed
        for checkpoint in reversed(performance.fold.checkpoints):
            has_trades, closed = closed > checkpoint.closed, checkpoint.closed
            if checkpoint.seq >= end - 1 or not has_trades:
                continue
            trades, since = checkpoint.trades.copy(), checkpoint.seq
            part: list[tuple[int, RoundTrip]] = []
            while since < end - 1:
                page = await self._history(performance).bookings(since, PAGE)
                for booking in page:
                    since = booking.seq
                    if since >= end:
                        break
                    if (trade := apply(trades, booking)) is not None:
                        part.append((since, trade))
                if len(page) < PAGE:
                    break
            found += reversed(part)
            end = checkpoint.seq + 1
            if len(found) >= limit or (found and monotonic() > deadline):
                break
        return found[:limit]

    def _performance(self, account_id: str) -> AccountPerformance:
        performance = self._accounts.setdefault(account_id, AccountPerformance(account_id))
        self._accounts.move_to_end(account_id)
        return performance

    async def _read_rest(
        self, performance: AccountPerformance, readings: BackgroundReadings
    ) -> None:
        """Add all that is booked, one page in each turn."""
        self._broker.pin(performance.account_id)
        try:
            async with performance.lock:
                is_complete = False
                while not is_complete:
                    async with readings.turn():
                        is_complete = await self._update(performance, monotonic())
        finally:
            self._broker.unpin(performance.account_id)

    async def _update(self, performance: AccountPerformance, deadline: float) -> bool:
        """Add what was booked since the last request, at least a page, until all is added or the
        deadline is over. Return whether all is added."""
        account_id, start_s = performance.account_id, monotonic()
        seq = self._broker.snapshot(account_id).seq
        # The opening of an account is shown with the present time until a command has opened it.
        if not performance.is_begun or performance.seq <= 1 or seq < performance.seq:
            await self._begin(performance)
        while True:
            snapshot = self._broker.snapshot(account_id)
            seq, equity, balance = snapshot.seq, snapshot.equity(), snapshot.balance
            deposited = snapshot.deposited
            page = await self._history(performance).bookings(performance.seq, PAGE)
            day_min = performance.days.valued_until + 1
            for booking in page:
                if booking.seq > seq:
                    break
                performance.fold.add(booking, day_min)
                performance.seq = booking.seq
            if len(page) < PAGE or page[-1].seq > seq:
                break
            if monotonic() >= deadline:
                performance.work_s += monotonic() - start_s
                return False
        performance.equity, performance.balance = equity, balance
        performance.deposited, performance.seq_at_equity = deposited, seq
        return True

    async def _begin(self, performance: AccountPerformance) -> None:
        performance.fold, performance.days, performance.seq = PerformanceFold(), EquityDays(), 0
        removed = await self._history(performance).removed_records()
        if removed is not None:
            performance.fold.begin(removed)
            performance.seq = removed.seq
        performance.is_begun, performance.work_s = True, 0.0
        performance.first_seq = performance.seq

    def _history(self, performance: AccountPerformance) -> AccountHistory:
        return self._broker.history(performance.account_id)

    def _forget_oldest(self) -> None:
        weight = sum(each.fold.weight + len(each.days.points) for each in self._accounts.values())
        idle = [each for each in self._accounts.values() if not self._is_in_use(each)]
        for performance in islice(idle, max(len(idle) - 1, 0)):
            if len(self._accounts) <= ACCOUNTS_MAX and weight <= WEIGHT_MAX:
                return
            weight -= performance.fold.weight + len(performance.days.points)
            del self._accounts[performance.account_id]

    def _is_in_use(self, performance: AccountPerformance) -> bool:
        readings = self._readings
        is_read = readings is not None and readings.is_unanswered(performance.account_id)
        return is_read or performance.lock.locked()

    def _unavailable(self, performance: AccountPerformance) -> Unavailable:
        """Return the error of a request before all is added, with an estimate of when it will
        be: the accounts that are read take turns."""
        account_id, readings = performance.account_id, self._readings
        end = self._broker.snapshot(account_id).seq
        added, left = performance.seq - performance.first_seq, max(end - performance.seq, 0)
        left_s = performance.work_s * left / added if added > 0 else 1.0
        if readings is not None:
            left_s *= readings.count_with(account_id)
        return Unavailable(
            f"The performance of the account is being computed: "
            f"{performance.seq * 100 // max(end, 1)}%.",
            "performance_loading",
            min(max(ceil(left_s * 1.1), 1), WAIT_S_MAX),
        )
