"""Closed trades, from the fills of an account: the one definition of a trade and of its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from typing import Protocol

from trading_api.domain.orders import Side

EXACT = Context(prec=50)
"""Wide enough that no sum loses a digit."""
FEE_STEP = Decimal("1E-8")
"""The step to which a fee is divided between two trades."""
ZERO = Decimal(0)
ONE = Decimal(1)


class Fill(Protocol):
    """A fill, as `ExecutionView` has it. Money is in the account's currency."""

    @property
    def symbol(self) -> str: ...
    @property
    def side(self) -> Side: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def price(self) -> Decimal: ...
    @property
    def realized_pl(self) -> Decimal: ...
    @property
    def commission(self) -> Decimal: ...
    @property
    def time_ms(self) -> int: ...


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A position from its opening until it is flat or on the other side: a closed trade.

    `quantity` is the total quantity that was opened. The prices are the averages of the fills.
    `profit` is before `fees`, and `paid` the value of the entry; all are in the account's currency.
    `is_partial` means that the records of its beginning were removed: its profit and fees are those
    of the records that are left, and `entry_ms` and `entry_price` those of the position."""

    symbol: str
    side: Side
    quantity: Decimal
    entry_ms: int
    entry_price: Decimal
    exit_ms: int
    exit_price: Decimal
    profit: Decimal
    fees: Decimal
    paid: Decimal
    fills: int
    is_partial: bool = False

    @property
    def net_profit(self) -> Decimal:
        return EXACT.subtract(self.profit, self.fees)

    @property
    def net_return(self) -> Decimal:
        """The net profit as a fraction of the value of the entry."""
        return EXACT.divide(self.net_profit, self.paid) if self.paid else ZERO


@dataclass(slots=True)
class OpenTrade:
    """A trade while its fills are added up. `held` has no sign."""

    symbol: str
    side: Side
    entry_ms: int
    exit_ms: int
    held: Decimal = ZERO
    opened: Decimal = ZERO
    closed: Decimal = ZERO
    bought: Decimal = ZERO
    sold: Decimal = ZERO
    paid: Decimal = ZERO
    profit: Decimal = ZERO
    fees: Decimal = ZERO
    fills: int = 0
    is_partial: bool = False

    @property
    def entry_price(self) -> Decimal:
        """The average price of the fills that opened it."""
        return EXACT.divide(self.bought, self.opened)

    @property
    def exit_price(self) -> Decimal | None:
        """The average price of the fills that closed a part of it, or None without one."""
        return EXACT.divide(self.sold, self.closed) if self.closed else None

    def add(self, quantity: Decimal, price: Decimal, rate: Decimal, fees: Decimal) -> None:
        """Add a fill that opens a quantity. `rate` converts its price."""
        value = EXACT.multiply(quantity, price)
        self.held = EXACT.add(self.held, quantity)
        self.opened = EXACT.add(self.opened, quantity)
        self.bought = EXACT.add(self.bought, value)
        self.paid = EXACT.add(self.paid, EXACT.multiply(value, rate))
        self.fees = EXACT.add(self.fees, fees)
        self.fills += 1

    def reduce(
        self, quantity: Decimal, price: Decimal, profit: Decimal, fees: Decimal, at_ms: int
    ) -> None:
        """Add a fill that closes a quantity, and realizes a profit."""
        self.held = EXACT.subtract(self.held, quantity)
        self.closed = EXACT.add(self.closed, quantity)
        self.sold = EXACT.add(self.sold, EXACT.multiply(quantity, price))
        self.profit = EXACT.add(self.profit, profit)
        self.fees = EXACT.add(self.fees, fees)
        self.exit_ms = at_ms
        self.fills += 1

    def to_round_trip(self) -> RoundTrip:
        """Return the closed trade. Nothing of it may be held."""
        exit_price = self.exit_price
        assert exit_price is not None, "something was closed"
        return RoundTrip(
            symbol=self.symbol,
            side=self.side,
            quantity=self.opened,
            entry_ms=self.entry_ms,
            entry_price=self.entry_price,
            exit_ms=self.exit_ms,
            exit_price=exit_price,
            profit=self.profit,
            fees=self.fees,
            paid=self.paid,
            fills=self.fills,
            is_partial=self.is_partial,
        )


class TradeFold:
    """Adds up the fills of an account to trades.

    A fill that crosses zero ends a trade and opens the next one. Its commission is divided by
    quantity; the part of the trade that it ends is rounded to FEE_STEP. `open_trades` is by
    symbol."""

    def __init__(self, open_trades: Mapping[str, OpenTrade] | None = None) -> None:
        self.open_trades = {symbol: copy(each) for symbol, each in (open_trades or {}).items()}

    def copy(self) -> TradeFold:
        """Return a fold that goes on independently of this one."""
        return TradeFold(self.open_trades)

    def hold(
        self, symbol: str, quantity: Decimal, price: Decimal, rate: Decimal, at_ms: int
    ) -> None:
        """Add a position that was opened before the records begin."""
        side = Side.BUY if quantity > 0 else Side.SELL
        trade = OpenTrade(symbol, side, at_ms, at_ms, is_partial=True)
        trade.add(abs(quantity), price, rate, ZERO)
        trade.fills = 0
        self.open_trades[symbol] = trade

    def add(self, fill: Fill, rate: Decimal = ONE) -> RoundTrip | None:
        """Add a fill, and return the trade that it ends. `rate` converts the price."""
        rest, fees, ended = fill.quantity, fill.commission, None
        trade = self.open_trades.get(fill.symbol)
        if trade is not None and fill.side is not trade.side:
            closed = min(rest, trade.held)
            rest = EXACT.subtract(rest, closed)
            share = _share(fees, closed, fill.quantity) if rest else fees
            trade.reduce(closed, fill.price, fill.realized_pl, share, fill.time_ms)
            fees = EXACT.subtract(fees, share)
            ended = self._end(trade)
        if rest:
            trade = self.open_trades.get(fill.symbol)
            if trade is None:
                trade = OpenTrade(fill.symbol, fill.side, fill.time_ms, fill.time_ms)
                self.open_trades[fill.symbol] = trade
            trade.add(rest, fill.price, rate, fees)
        return ended

    def settle(self, symbol: str, price: Decimal, profit: Decimal, at_ms: int) -> RoundTrip | None:
        """End the trade in a symbol without a fill, and return it if there is one."""
        trade = self.open_trades.get(symbol)
        if trade is None:
            return None
        fills = trade.fills
        trade.reduce(trade.held, price, profit, ZERO, at_ms)
        trade.fills = fills
        return self._end(trade)

    def _end(self, trade: OpenTrade) -> RoundTrip | None:
        if trade.held:
            return None
        del self.open_trades[trade.symbol]
        return trade.to_round_trip()


@dataclass(slots=True)
class TradeFigures:
    """The figures of closed trades. A trade is won if its profit after fees is above 0.

    `won` and `lost` are sums of profits after fees, and not negative; so is `largest_loss`.
    `held_ms` is the sum of the times from the entry to the exit."""

    trades: int = 0
    wins: int = 0
    losses: int = 0
    profit: Decimal = ZERO
    fees: Decimal = ZERO
    won: Decimal = ZERO
    lost: Decimal = ZERO
    largest_win: Decimal = ZERO
    largest_loss: Decimal = ZERO
    held_ms: int = 0

    def add(self, trade: RoundTrip) -> None:
        """Count a trade."""
        self.count(trade.profit, trade.fees, trade.exit_ms - trade.entry_ms)

    def count(self, profit: Decimal, fees: Decimal, held_ms: int) -> None:
        """Count a trade with a profit before fees, which lasted for `held_ms`."""
        net = EXACT.subtract(profit, fees)
        self.trades += 1
        self.profit = EXACT.add(self.profit, profit)
        self.fees = EXACT.add(self.fees, fees)
        self.held_ms += max(held_ms, 0)
        if net > 0:
            self.wins += 1
            self.won = EXACT.add(self.won, net)
            self.largest_win = max(self.largest_win, net)
        elif net < 0:
            self.losses += 1
            self.lost = EXACT.subtract(self.lost, net)
            self.largest_loss = max(self.largest_loss, -net)

    def merge(self, other: TradeFigures) -> None:
        """Count the trades of other figures too."""
        self.trades += other.trades
        self.wins += other.wins
        self.losses += other.losses
        self.profit = EXACT.add(self.profit, other.profit)
        self.fees = EXACT.add(self.fees, other.fees)
        self.won = EXACT.add(self.won, other.won)
        self.lost = EXACT.add(self.lost, other.lost)
        self.largest_win = max(self.largest_win, other.largest_win)
        self.largest_loss = max(self.largest_loss, other.largest_loss)
        self.held_ms += other.held_ms

    def copy(self) -> TradeFigures:
        return replace(self)

    @property
    def net_profit(self) -> Decimal:
        return EXACT.subtract(self.profit, self.fees)

    @property
    def win_rate(self) -> Decimal | None:
        """The fraction of the trades that were won, or None without a trade."""
        return EXACT.divide(Decimal(self.wins), Decimal(self.trades)) if self.trades else None

    @property
    def profit_factor(self) -> Decimal | None:
        """What was won by what was lost, or None if nothing was lost."""
        return EXACT.divide(self.won, self.lost) if self.lost else None

    @property
    def average_win(self) -> Decimal | None:
        return EXACT.divide(self.won, Decimal(self.wins)) if self.wins else None

    @property
    def average_loss(self) -> Decimal | None:
        return EXACT.divide(self.lost, Decimal(self.losses)) if self.losses else None


def figures_of(trades: Iterable[RoundTrip]) -> TradeFigures:
    """Return the figures of trades."""
    figures = TradeFigures()
    for trade in trades:
        figures.add(trade)
    return figures


def _share(fees: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    share = EXACT.divide(EXACT.multiply(fees, part), whole)
    return share.quantize(FEE_STEP, context=EXACT)
