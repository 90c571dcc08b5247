"""Closed trades and their figures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from trading_api.domain.orders import Side
from trading_api.domain.round_trips import RoundTrip, TradeFigures, TradeFold, figures_of

D = Decimal
ZERO = D(0)


@dataclass(frozen=True)
class _Fill:
    side: Side
    quantity: Decimal
    price: Decimal
    realized_pl: Decimal = ZERO
    commission: Decimal = ZERO
    symbol: str = "AAPL"
    time_ms: int = 1


def _fill(quantity: str, price: str, profit: str = "0", fee: str = "0", at: int = 1) -> _Fill:
    side = Side.BUY if D(quantity) > 0 else Side.SELL
    return _Fill(side, abs(D(quantity)), D(price), D(profit), D(fee), time_ms=at)


def _trades(*fills: _Fill) -> list[RoundTrip]:
    fold = TradeFold()
    return [trade for fill in fills if (trade := fold.add(fill))]


def test_a_trade_lasts_from_flat_to_flat_at_average_prices() -> None:
    (trade,) = _trades(
        _fill("2", "10", fee="0.1", at=5),
        _fill("2", "20", fee="0.1", at=6),
        _fill("-1", "30", "15", "0.1", at=7),
        _fill("-3", "25", "30", "0.2", at=9),
    )
    assert trade.side is Side.BUY
    assert (trade.quantity, trade.entry_price, trade.exit_price) == (D(4), D(15), D("26.25"))
    assert (trade.entry_ms, trade.exit_ms, trade.fills) == (5, 9, 4)
    assert (trade.profit, trade.fees, trade.net_profit) == (D(45), D("0.5"), D("44.5"))
    assert float(trade.net_return) == 44.5 / 60


def test_a_fill_that_crosses_zero_ends_a_trade_and_opens_the_next() -> None:
    first, second = _trades(
        _fill("1", "10"),
        _fill("-3", "12", "2", "0.1"),
        _fill("2", "11", "2", "0.01"),
    )
    assert (first.side, first.profit, first.fees) == (Side.BUY, D(2), D("0.03333333"))
    assert (second.side, second.quantity) == (Side.SELL, D(2))
    assert (second.entry_price, second.exit_price) == (D(12), D(11))
    assert first.fees + second.fees == D("0.11")


def test_a_settlement_ends_a_trade_without_a_fill() -> None:
    fold = TradeFold()
    assert fold.settle("AAPL", D(5), D(0), 3) is None
    fold.add(_fill("2", "10"))
    trade = fold.settle("AAPL", D(11), D(2), 9)
    assert trade is not None
    assert (trade.exit_price, trade.profit, trade.exit_ms, trade.fills) == (D(11), D(2), 9, 1)
    assert not fold.open_trades


def test_a_position_from_before_the_records_is_a_partial_trade() -> None:
    fold = TradeFold()
    fold.hold("AAPL", D(-2), D(10), D(1), 4)
    trade = fold.add(_fill("2", "9", "2", at=8))
    assert trade is not None
    assert trade.is_partial
    assert (trade.side, trade.entry_ms, trade.fills) == (Side.SELL, 4, 1)


def test_a_copy_goes_on_independently() -> None:
    fold = TradeFold()
    fold.add(_fill("2", "10"))
    copy = fold.copy()
    assert fold.add(_fill("-2", "11", "2")) == copy.add(_fill("-2", "11", "2"))
    assert not fold.open_trades


def test_figures_count_profit_after_fees() -> None:
    figures = figures_of(
        _trades(
            _fill("1", "10"),
            _fill("-1", "13", "3", "1", at=11),
            _fill("1", "10"),
            _fill("-1", "11", "1", "1"),
            _fill("1", "10"),
            _fill("-1", "9", "-1", "1"),
        )
    )
    assert (figures.trades, figures.wins, figures.losses) == (3, 1, 1)
    assert (figures.profit, figures.fees, figures.net_profit) == (D(3), D(3), D(0))
    assert (figures.won, figures.lost, figures.profit_factor) == (D(2), D(2), D(1))
    assert float(figures.win_rate or 0) == 1 / 3
    assert (figures.average_win, figures.average_loss) == (D(2), D(2))
    assert figures.held_ms == 10


def test_figures_without_trades_or_losses_have_no_ratios() -> None:
    nothing = TradeFigures()
    assert nothing.win_rate is nothing.profit_factor is nothing.average_win is None
    won = figures_of(_trades(_fill("1", "10"), _fill("-1", "13", "3")))
    assert (won.win_rate, won.profit_factor, won.average_loss) == (D(1), None, None)


CHANGES = st.lists(
    st.tuples(
        st.integers(-20, 20).filter(bool),
        st.integers(1, 1000),
        st.integers(-10_000, 10_000),
        st.integers(0, 999),
        st.sampled_from(["AAPL", "MSFT"]),
    ),
    max_size=60,
)


@given(CHANGES)
def test_parts_add_up_to_the_whole(changes: list[tuple[int, int, int, int, str]]) -> None:
    fold, figures = TradeFold(), TradeFigures()
    by_symbol: dict[str, TradeFigures] = {}
    profit, fees = D(0), D(0)
    held = {"AAPL": 0, "MSFT": 0}
    for at, (quantity, price, cents, fee, symbol) in enumerate(changes):
        reduces = held[symbol] * quantity < 0
        held[symbol] += quantity
        side = Side.BUY if quantity > 0 else Side.SELL
        realized = D(cents) / 100 if reduces else D(0)
        fill = _Fill(side, D(abs(quantity)), D(price), realized, D(fee) / 1000, symbol, at)
        profit, fees = profit + realized, fees + fill.commission
        if trade := fold.add(fill):
            assert trade.exit_ms == at
            figures.add(trade)
            by_symbol.setdefault(trade.symbol, TradeFigures()).add(trade)
    open_trades = fold.open_trades.values()
    assert {each.symbol: each.held * int(each.side) for each in open_trades} == {
        symbol: quantity for symbol, quantity in held.items() if quantity
    }
    assert figures.profit + sum(each.profit for each in open_trades) == profit
    assert figures.fees + sum(each.fees for each in open_trades) == fees
    assert figures.won - figures.lost == figures.net_profit
    merged = TradeFigures()
    for part in by_symbol.values():
        merged.merge(part)
    assert merged == figures
