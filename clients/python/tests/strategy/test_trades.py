"""Round trips and holdings, from fills."""

from __future__ import annotations

from clients.python.tests.strategy.records import execution
from trading_api_client.models import Side
from trading_api_client.strategy.trades import holdings, round_trips


def test_a_trade_lasts_until_the_position_is_flat() -> None:
    fills = [
        execution(0, 10, 100),
        execution(1, 10, 110),
        execution(2, -5, 120, netAmount=74.0),
        execution(3, -15, 90, netAmount=-226.0),
    ]
    (trade,) = round_trips(fills)
    assert (trade.side, trade.qty, trade.entryPrice, trade.exitPrice) == (Side.BUY, 20, 105, 97.5)
    assert (trade.entryTime, trade.exitTime) == (fills[0].time, fills[3].time)
    assert (trade.profit, trade.commission, trade.netProfit) == (-150, 4, -154)
    assert trade.executions == 4


def test_a_fill_across_zero_ends_one_trade_and_opens_another() -> None:
    fills = [execution(0, 10, 100), execution(1, -40, 90, commission=4.0, netAmount=-104.0)]
    long, short = round_trips(fills)
    assert (long.profit, long.commission, long.exitPrice) == (-100, 2, 90)
    assert (short.side, short.qty, short.entryPrice, short.exitTime) == (Side.SELL, 30, 90, None)
    assert (short.profit, short.commission, short.netProfit) == (0, 3, -3)


def test_trades_of_several_symbols_are_in_the_order_of_their_openings() -> None:
    fills = [
        execution(0, 1, 100),
        execution(1, -1, 50, symbol="MSFT"),
        execution(2, 1, 50, symbol="MSFT"),
        execution(3, -1, 100),
    ]
    assert [trade.symbol for trade in round_trips(fills)] == ["AAPL", "MSFT"]


def test_binary_rounding_leaves_no_position() -> None:
    fills = [execution(0, 0.1, 1), execution(1, 0.2, 1), execution(2, -0.3, 1)]
    (trade,) = round_trips(fills)
    assert trade.exitTime is not None
    assert holdings(fills)["AAPL"][-1].qty == 0


def test_holdings_have_the_average_cost_of_what_is_left() -> None:
    fills = [execution(0, 10, 100), execution(1, 10, 110), execution(2, -5, 500)]
    fills += [execution(3, -20, 90)]
    assert [(each.qty, each.cost) for each in holdings(fills)["AAPL"]] == [
        (10, 1_000),
        (20, 2_100),
        (15, 1_575),
        (-5, -450),
    ]
