"""The base class of strategies, on a host that the test writes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from clients.python.tests.strategy.scripted_host import ScriptedHost
from clients.python.tests.strategy.strategies import Cross
from trading_api_client.models import (
    Brackets,
    DurationType,
    OrderDuration,
    OrderType,
    PreOrder,
    Side,
    StopType,
)
from trading_api_client.strategy.market_data import ClosedBar, TopOfBook
from trading_api_client.strategy.strategy import Strategy
from trading_api_client.strategy.strategy_creation import (
    bar_subscriptions,
    create_strategy,
    handles_quotes,
    parameter_names,
    used_parameters,
)


def _bar(minute: int, close: float) -> ClosedBar:
    return ClosedBar("AAPL", "1", minute * 60_000, close, close, close, close, 1.0)


def _only_order(**arguments: Any) -> PreOrder:
    host = ScriptedHost()
    create_strategy(Cross, {}, host).sell("AAPL", 3, **arguments)
    ((name, order),) = host.commands
    assert name == "place"
    assert isinstance(order, PreOrder)
    return order


def test_the_example_buys_once_with_brackets_when_the_averages_cross() -> None:
    host = ScriptedHost()
    strategy = create_strategy(Cross, {"slow": 4, "fast": 2}, host)
    for minute, close in enumerate([4.0, 3.0, 2.0, 1.0, 3.0, 4.0, 5.0]):
        strategy.on_bar(host.close_bar(_bar(minute, close)))
    assert host.commands == [
        (
            "place",
            PreOrder(
                symbol="AAPL",
                type=OrderType.MARKET,
                side=Side.BUY,
                qty=10,
                takeProfit=4.3,
                stopLoss=3.7,
            ),
        )
    ]


@pytest.mark.parametrize(
    ("arguments", "type_"),
    [
        ({}, OrderType.MARKET),
        ({"limit": 2.0}, OrderType.LIMIT),
        ({"stop": 2.0}, OrderType.STOP),
        ({"stop": 2.0, "limit": 2.1}, OrderType.STOP_LIMIT),
    ],
)
def test_the_prices_decide_the_type_of_an_order(
    arguments: dict[str, float], type_: OrderType
) -> None:
    order = _only_order(**arguments)
    assert (order.type, order.side, order.qty) == (type_, Side.SELL, 3)
    assert (order.limitPrice, order.stopPrice) == (arguments.get("limit"), arguments.get("stop"))
    assert order.stopType is None


def test_the_noise_of_binary_floats_is_not_sent() -> None:
    order = _only_order(limit=187.43 + 0.3, take_profit=0.1 + 0.2, stop_loss=64_000.1 - 0.3)
    assert (order.limitPrice, order.takeProfit, order.stopLoss) == (187.73, 0.3, 63_999.8)
    host = ScriptedHost()
    strategy = create_strategy(Cross, {}, host)
    strategy.edit_brackets("AAPL", take_profit=187.43 + 0.3, trailing=0.1 + 0.2)
    strategy.modify(strategy.buy("AAPL", 1, limit=1.0), limit=0.1 + 0.2)
    assert host.commands[0][1] == ("AAPL", Brackets(takeProfit=187.73, trailingStopPips=0.3))
    assert host.orders()[0].limitPrice == 0.3


def test_a_distance_moves_the_stop_order_itself_or_the_stop_loss() -> None:
    itself = _only_order(stop=2.0, trailing=50)
    assert (itself.type, itself.stopType) == (OrderType.STOP, StopType.TRAILING_STOP)
    bracket = _only_order(limit=2.0, trailing=50)
    assert (bracket.type, bracket.stopType) == (OrderType.LIMIT, None)
    assert itself.trailingStopPips == bracket.trailingStopPips == 50


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ("day", OrderDuration(type=DurationType.DAY)),
        (1_790_000_000_000, OrderDuration(type=DurationType.GTD, datetime=1_790_000_000_000)),
        (
            datetime(2026, 1, 5, tzinfo=UTC),
            OrderDuration(type=DurationType.GTD, datetime=1_767_571_200_000),
        ),
        (OrderDuration(type=DurationType.IOC), OrderDuration(type=DurationType.IOC)),
    ],
)
def test_a_duration_is_a_type_or_the_end_of_the_order(
    duration: Any, expected: OrderDuration
) -> None:
    assert _only_order(duration=duration).duration == expected


def test_a_duration_without_a_time_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="time zone"):
        _only_order(duration=datetime(2026, 1, 5))  # noqa: DTZ001, it is what the test is about


def test_a_modification_repeats_what_it_does_not_change() -> None:
    host = ScriptedHost()
    strategy = create_strategy(Cross, {}, host)
    placed = strategy.buy("AAPL", 3, limit=2.0, take_profit=3.0, stop_loss=1.0, duration="DAY")
    changed = strategy.modify(placed, limit=1.9, take_profit=None)
    assert (changed.limitPrice, changed.takeProfit, changed.stopLoss) == (1.9, None, 1.0)
    assert (changed.qty, changed.duration) == (3, OrderDuration(type=DurationType.DAY))
    assert strategy.modify(placed.id, qty=5).limitPrice == 1.9
    with pytest.raises(TypeError, match="not price"):
        strategy.modify(placed, price=2.0)


def test_orders_are_those_of_one_symbol_or_of_all() -> None:
    strategy = create_strategy(Cross, {}, ScriptedHost())
    first, second = (strategy.buy(symbol, 1, limit=1.0) for symbol in ("AAPL", "MSFT"))
    assert strategy.orders() == [first, second]
    assert strategy.orders("MSFT") == [second]


def test_a_parameter_belongs_to_one_strategy_and_not_to_its_class() -> None:
    strategy = create_strategy(Cross, {"fast": 5, "symbols": ["MSFT"]}, ScriptedHost())
    assert (strategy.fast, Cross.fast) == (5, 10)
    assert used_parameters(strategy)["fast"] == 5
    assert parameter_names(Cross) == {
        "symbols",
        "resolution",
        "resolutions",
        "fast",
        "slow",
        "risk",
    }


@pytest.mark.parametrize("name", ["fats", "on_bar", "now_ms", "_host"])
def test_an_unknown_parameter_is_an_error_that_names_the_known_ones(name: str) -> None:
    with pytest.raises(TypeError, match=f"no parameter '{name}'; it has fast, resolution"):
        create_strategy(Cross, {name: 1}, ScriptedHost())


@pytest.mark.parametrize("symbols", [[], "AAPL"])
def test_a_strategy_without_a_list_of_symbols_is_an_error(symbols: Any) -> None:
    with pytest.raises(ValueError, match="is a list"):
        create_strategy(Cross, {"symbols": symbols}, ScriptedHost())


def test_a_resolution_that_is_a_number_is_an_error() -> None:
    with pytest.raises(TypeError, match='resolution is text, such as "1"'):
        create_strategy(Cross, {"resolution": 1}, ScriptedHost())


def test_a_strategy_that_is_not_a_class_is_an_error() -> None:
    strategy: Any = Cross()
    with pytest.raises(TypeError, match="pass the class Cross"):
        create_strategy(strategy, {}, ScriptedHost())


def test_several_resolutions_are_followed_and_the_first_is_the_default() -> None:
    class Both(Strategy):
        symbols, resolutions = ("AAPL", "MSFT"), ("5", "1")

        def on_quote(self, quote: TopOfBook) -> None: ...

    strategy = create_strategy(Both, {}, ScriptedHost())
    assert strategy.resolution == "5"
    assert bar_subscriptions(strategy) == [
        ("AAPL", "5"),
        ("AAPL", "1"),
        ("MSFT", "5"),
        ("MSFT", "1"),
    ]
    assert handles_quotes(strategy)
    assert not handles_quotes(create_strategy(Cross, {}, ScriptedHost()))


def test_a_strategy_that_does_not_run_has_no_market() -> None:
    with pytest.raises(RuntimeError, match="Cross is not running"):
        Cross().buy("AAPL", 1)
