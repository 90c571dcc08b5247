"""Creates a strategy from its class and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from trading_api_client.strategy.strategy import Strategy
from trading_api_client.strategy.strategy_host import StrategyHost

StrategyT = TypeVar("StrategyT", bound=Strategy)


def create_strategy(
    strategy_class: type[StrategyT], parameters: Mapping[str, Any], host: StrategyHost
) -> StrategyT:
    """Return a strategy with its parameters, connected to `host`. Raises TypeError for an unknown
    parameter, a resolution that is not text or an instance in place of the class. Raises ValueError
    for a strategy without symbols."""
    given: object = strategy_class
    if not isinstance(given, type):
        name = type(given).__name__
        raise TypeError(f"A run creates its own strategy: pass the class {name}, not an instance.")
    known = parameter_names(strategy_class)
    if unknown := parameters.keys() - known:
        raise TypeError(
            f"{strategy_class.__name__} has no parameter {min(unknown)!r}; "
            f"it has {', '.join(sorted(known))}."
        )
    strategy = strategy_class()
    for name, value in parameters.items():
        setattr(strategy, name, value)
    if isinstance(strategy.symbols, str) or not strategy.symbols:
        raise ValueError(f'{strategy_class.__name__}.symbols is a list, such as ["AAPL"].')
    if "resolution" not in parameters and strategy.resolutions:
        strategy.resolution = strategy.resolutions[0]
    resolutions: list[object] = [each for _, each in bar_subscriptions(strategy)]
    for each in resolutions:
        if not isinstance(each, str):
            name = strategy_class.__name__
            raise TypeError(f'{name}.resolution is text, such as "1", not {each!r}.')
    strategy._host = host
    return strategy


def parameter_names(strategy_class: type[Strategy]) -> set[str]:
    """Return the names of the class attributes that can be set for a run."""
    return {
        name
        for each in strategy_class.__mro__[:-1]
        for name, value in vars(each).items()
        if not name.startswith("_") and not callable(value) and not isinstance(value, _FIXED)
    }


def bar_subscriptions(strategy: Strategy) -> list[tuple[str, str]]:
    """Return each symbol and resolution whose bars the strategy receives, in its order."""
    resolutions = strategy.resolutions or [strategy.resolution]
    return [(symbol, each) for symbol in strategy.symbols for each in resolutions]


def handles_quotes(strategy: Strategy) -> bool:
    """Return whether the strategy overrides `on_quote`."""
    return type(strategy).on_quote is not Strategy.on_quote


def used_parameters(strategy: Strategy) -> dict[str, Any]:
    """Return the values of all parameters, by name."""
    names = parameter_names(type(strategy)) - {
        "resolution" if strategy.resolutions else "resolutions"
    }
    return {name: getattr(strategy, name) for name in sorted(names)}


_FIXED = (property, classmethod, staticmethod)
