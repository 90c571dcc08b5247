"""The value of an account at past times, from its executions, its cash lines and stored bars."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.account_history import AccountHistory
from trading_api.domain.account_snapshot import AccountSnapshot, CashLineView, ExecutionView
from trading_api.domain.ports.broker import Broker
from trading_api.modules.alpaca.assets import AssetDirectory
from trading_api.modules.alpaca.errors import unprocessable
from trading_api.modules.alpaca.trading.price_history import PriceHistory, PriceSeries

ZERO = Decimal(0)
PAGE = 1_000
RECORDS_MAX = 20_000
"""The most executions, and the most cash lines, that one request reads."""
POINTS_AT_ONCE = 200
"""The points that are computed without a pause, in some milliseconds."""
DEPOSITS = frozenset({"deposit", "withdrawal", "adjustment"})
"""The kinds of cash lines that are not a result of trading."""
_BREAKS = frozenset({"reset", "settlement"})
"""The kinds of cash lines of events that end positions without an execution."""


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """The value at a time, and what was deposited and withdrawn since the first time."""

    time_ms: int
    equity: Decimal
    deposits: Decimal


class EquityHistory:
    """Computes the past value of accounts, which are loaded.

    It goes back from the present, and undoes each execution by its price and commission. Positions
    are valued at the close of the last bar before each time. Other currencies are converted at
    today's rates. Nothing is known before a reset of the account or the settlement of a position:
    the value of the first time after it is used."""

    def __init__(self, broker: Broker, assets: AssetDirectory, prices: PriceHistory) -> None:
        self._broker = broker
        self._assets = assets
        self._prices = prices

    async def points(
        self, account_id: str, times_ms: Sequence[int], resolution: str, now_ms: int
    ) -> list[EquityPoint]:
        """Return the value at each of the ascending times. Raises AlpacaError if there are too many
        records since the first of them, and ApiError."""
        first_ms = times_ms[0]
        history = self._broker.history(account_id)
        snapshot = self._broker.snapshot(account_id)
        # What is committed while records and prices are read is in neither of them: the executions
        # are those of this moment too.
        state, present, seq = _PastState(snapshot), snapshot.equity(), snapshot.seq
        executions = await _executions(history, first_ms)
        lines = [line for line in await _cash_lines(history, first_ms) if line.seq <= seq]
        symbols = {*state.quantities, *(each.symbol for each in executions)}
        series = await self._series(symbols, resolution, first_ms, now_ms)
        rates = self._rates(symbols, snapshot)
        undone_ms = max((line.at_ms for line in lines if line.kind in _BREAKS), default=0)
        points: list[EquityPoint] = []
        for number, time_ms in enumerate(reversed(times_ms)):
            if number % POINTS_AT_ONCE == 0:
                await asyncio.sleep(0)
            while executions and executions[-1].time_ms > max(time_ms, undone_ms):
                state.undo_execution(executions.pop(), rates)
            while lines and lines[-1].at_ms > max(time_ms, undone_ms):
                state.undo_cash_line(lines.pop())
            past = state.equity(max(time_ms, undone_ms), series, rates)
            equity = present if time_ms >= now_ms else past
            points.append(EquityPoint(time_ms, equity, state.deposits))
        first = points[-1].deposits
        return [EquityPoint(p.time_ms, p.equity, first - p.deposits) for p in reversed(points)]

    async def _series(
        self, symbols: set[str], resolution: str, start_ms: int, end_ms: int
    ) -> dict[str, PriceSeries]:
        found = {symbol: self._assets.by_symbol(symbol) for symbol in sorted(symbols)}
        return {
            symbol: await self._prices.series(instrument, resolution, start_ms, end_ms)
            for symbol, instrument in found.items()
            if instrument
        }

    def _rates(self, symbols: set[str], snapshot: AccountSnapshot) -> dict[str, Decimal]:
        found = {symbol: self._assets.by_symbol(symbol) for symbol in symbols}
        return {
            symbol: snapshot.conversion_rate(instrument.currency) or ZERO
            for symbol, instrument in found.items()
            if instrument
        }


def market_value(snapshot: AccountSnapshot, side: int) -> Decimal:
    """Return the value of the long (1) or short (-1) positions at the touch, which is negative for
    short ones. A position without a price does not count."""
    held = [each for each in snapshot.positions() if each.quantity * side > 0]
    valued = [value for each in held if (value := snapshot.valuation(each))]
    return sum((each.cost * side + each.profit for each in valued), ZERO)


class _PastState:
    """Cash and quantities before the executions and cash lines that were undone."""

    def __init__(self, snapshot: AccountSnapshot) -> None:
        self.quantities = {each.symbol: each.quantity for each in snapshot.positions()}
        self.cash = snapshot.equity() - market_value(snapshot, 1) - market_value(snapshot, -1)
        self.deposits = ZERO
        """The sum of the deposits and withdrawals that were undone."""

    def equity(
        self, time_ms: int, series: dict[str, PriceSeries], rates: dict[str, Decimal]
    ) -> Decimal:
        value = self.cash
        for symbol, quantity in self.quantities.items():
            price = series[symbol].before(time_ms) if quantity and symbol in series else None
            if price is not None:
                value += quantity * price * rates[symbol]
        return value

    def undo_execution(self, execution: ExecutionView, rates: dict[str, Decimal]) -> None:
        signed = execution.quantity * execution.side
        before = self.quantities.get(execution.symbol, ZERO) - signed
        self.quantities[execution.symbol] = before
        paid = signed * execution.price * rates.get(execution.symbol, ZERO)
        self.cash += paid + execution.commission

    def undo_cash_line(self, line: CashLineView) -> None:
        if line.kind in DEPOSITS:
            self.cash -= line.amount
            self.deposits += line.amount


async def _executions(history: AccountHistory, since_ms: int) -> list[ExecutionView]:
    """Return the executions after a time, the oldest first."""
    found: list[ExecutionView] = []
    before: str | None = None
    while len(found) < RECORDS_MAX:
        page = await history.executions(None, PAGE, before)
        newer = [each for each in page if each.time_ms > since_ms]
        found = [*newer, *found]
        if len(newer) < PAGE:
            return found
        before = page[0].id
    raise _too_much()


async def _cash_lines(history: AccountHistory, since_ms: int) -> list[CashLineView]:
    """Return the cash lines after a time, the oldest first."""
    found: list[CashLineView] = []
    before: int | None = None
    while len(found) < RECORDS_MAX:
        page = await history.cash_lines(None, PAGE, before)
        newer = [each for each in page if each.at_ms > since_ms]
        found = [*newer, *found]
        if len(newer) < PAGE:
            return found
        before = page[0].seq
    raise _too_much()


def _too_much() -> Exception:
    return unprocessable(
        f"the account has more than {RECORDS_MAX} executions in this period: name a shorter one"
    )
