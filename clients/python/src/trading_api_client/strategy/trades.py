"""Round trips and holdings, from the fills of an account."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from trading_api_client.models import Execution, Side

if TYPE_CHECKING:
    # Only a backtest has trades, and it runs the server's own exchange.
    from trading_api.domain.booking import Booking
    from trading_api.domain.round_trips import OpenTrade, RoundTrip


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
    quantity. The server defines trades, and counts its accounts' in the same way."""
    from trading_api.domain.round_trips import TradeFold

    fold, numbers = TradeFold(), dict[str, int]()
    found: list[tuple[int, Trade]] = []
    opened = 0
    for execution in executions:
        symbol = execution.symbol
        ended = fold.add(_fill(execution))
        if ended is not None:
            found.append((numbers.pop(symbol), _closed_trade(ended)))
        if symbol in fold.open_trades and symbol not in numbers:
            numbers[symbol] = opened
            opened += 1
    found += [(numbers[each.symbol], _open_trade(each)) for each in fold.open_trades.values()]
    return [trade for _, trade in sorted(found, key=lambda each: each[0])]


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


def _fill(execution: Execution) -> Booking:
    """Return an execution in exact numbers, which its floats stand for."""
    from trading_api.domain.booking import Booking, BookingKind
    from trading_api.domain.orders import Side as ServerSide

    commission = _exact(execution.commission or 0.0)
    return Booking(
        seq=0,
        kind=BookingKind.FILL,
        time_ms=execution.time,
        symbol=execution.symbol,
        side=ServerSide(execution.side.value),
        quantity=_exact(execution.qty),
        price=_exact(execution.price),
        realized_pl=_exact(execution.netAmount or 0.0) + commission,
        commission=commission,
    )


def _closed_trade(trade: RoundTrip) -> Trade:
    return Trade(
        symbol=trade.symbol,
        side=Side(trade.side.value),
        qty=float(trade.quantity),
        entryTime=trade.entry_ms,
        entryPrice=float(trade.entry_price),
        exitTime=trade.exit_ms,
        exitPrice=float(trade.exit_price),
        profit=float(trade.profit),
        commission=float(trade.fees),
        netProfit=float(trade.net_profit),
        executions=trade.fills,
    )


def _open_trade(trade: OpenTrade) -> Trade:
    return Trade(
        symbol=trade.symbol,
        side=Side(trade.side.value),
        qty=float(trade.opened),
        entryTime=trade.entry_ms,
        entryPrice=float(trade.entry_price),
        exitTime=None,
        exitPrice=None,
        profit=float(trade.profit),
        commission=float(trade.fees),
        netProfit=float(trade.profit - trade.fees),
        executions=trade.fills,
    )


def _exact(value: float) -> Decimal:
    return Decimal(repr(value))


def _without_noise(difference: float, of: float) -> float:
    """Return 0 for a difference that is only the rounding of binary floats."""
    return 0.0 if abs(difference) < 1e-9 * of else difference
