"""Round trips and holdings, from the fills of an account."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from trading_api_client.models import Execution, Side


class Trade(Struct, frozen=True, kw_only=True):
    """A position from its opening until it is flat or on the other side.

    `qty` is the total quantity that was opened. `entryPrice` and `exitPrice` are the average prices
    of the fills. Times are in ms since 1970. `profit` is before `commission` and `netProfit` after
    it, in the account's currency. An open trade has no `exitTime` and no `exitPrice`, and its
    profit is the realized part."""

    symbol: str
    side: Side
    qty: float
    entryTime: int
    entryPrice: float
    exitTime: int | None
    exitPrice: float | None
    profit: float
    commission: float
    netProfit: float
    executions: int


class Holding(Struct, frozen=True, gc=False):
    """The quantity of a symbol that an account holds from a fill on. `qty` and `cost` of a short
    position are negative. `cost` is in the currency of the symbol."""

    time: int
    qty: float
    cost: float


def round_trips(executions: Sequence[Execution]) -> list[Trade]:
    """Return the trades, open ones included, in the order of their openings.

    A fill that crosses zero ends a trade and opens the next one. Its commission is divided by
    quantity."""
    finished: list[_OpenTrade] = []
    open_trades: dict[str, _OpenTrade] = {}
    for execution in executions:
        rest, sign = execution.qty, execution.side.value
        trade = open_trades.get(execution.symbol)
        if trade is not None and sign != trade.sign:
            closed = min(rest, trade.held)
            trade.reduce(execution, closed)
            rest = _without_noise(rest - closed, execution.qty)
            if not trade.held:
                del open_trades[execution.symbol]
                trade = None
        if rest:
            if trade is None:
                trade = open_trades[execution.symbol] = _OpenTrade(execution)
                finished.append(trade)
            trade.add(execution, rest)
    return [trade.to_trade() for trade in finished]


def holdings(executions: Sequence[Execution]) -> dict[str, list[Holding]]:
    """Return the holdings after each fill, by symbol, at the average cost."""
    found: dict[str, list[Holding]] = {}
    for execution in executions:
        before = found.setdefault(execution.symbol, [])
        held, cost = (before[-1].qty, before[-1].cost) if before else (0.0, 0.0)
        change = execution.qty * execution.side.value
        if held * change < 0:
            closed = -change if abs(change) < abs(held) else held
            cost -= cost * closed / held
            held = _without_noise(held - closed, execution.qty)
            change += closed
        held = _without_noise(held + change, execution.qty)
        cost = cost + change * execution.price if held else 0.0
        before.append(Holding(execution.time, held, cost))
    return found


class _OpenTrade:
    """A trade while its fills are added up."""

    def __init__(self, execution: Execution) -> None:
        self.symbol = execution.symbol
        self.side = execution.side
        self.sign = execution.side.value
        self.held = 0.0
        self._entry_time = execution.time
        self._exit_time = execution.time
        self._opened = self._closed = self._paid = self._received = 0.0
        self._cash = self._commission = 0.0
        self._executions = 0

    def add(self, execution: Execution, qty: float) -> None:
        """Add a fill that opens `qty`."""
        self.held += qty
        self._opened += qty
        self._paid += qty * execution.price
        self._count(execution, qty, 0.0)

    def reduce(self, execution: Execution, qty: float) -> None:
        """Add a fill that closes `qty`. Its profit is all that the fill realized."""
        self.held = _without_noise(self.held - qty, execution.qty)
        self._closed += qty
        self._received += qty * execution.price
        self._exit_time = execution.time
        profit = (execution.netAmount or 0.0) + (execution.commission or 0.0)
        self._count(execution, qty, profit)

    def _count(self, execution: Execution, qty: float, profit: float) -> None:
        self._cash += profit
        self._commission += (execution.commission or 0.0) * qty / execution.qty
        self._executions += 1

    def to_trade(self) -> Trade:
        is_closed = not self.held
        return Trade(
            symbol=self.symbol,
            side=self.side,
            qty=self._opened,
            entryTime=self._entry_time,
            entryPrice=self._paid / self._opened,
            exitTime=self._exit_time if is_closed else None,
            exitPrice=self._received / self._closed if is_closed else None,
            profit=self._cash,
            commission=self._commission,
            netProfit=self._cash - self._commission,
            executions=self._executions,
        )


def _without_noise(difference: float, of: float) -> float:
    """Return 0 for a difference that is only the rounding of binary floats."""
    return 0.0 if abs(difference) < 1e-9 * of else difference
