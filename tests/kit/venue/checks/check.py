"""What a check gets: a new venue, and a ccxt client of it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

from tests.kit.venue import API_KEY, SECRET, Venue, VenueClock, ccxt_options, venue

MINUTE_MS = 60_000
START_MS = 1_700_000_040_000
"""A full minute, where clocks that stand still begin."""

Check = Callable[[], Awaitable[None]]


@asynccontextmanager
async def client(address: str, **options: Any) -> AsyncIterator[Any]:
    """Yield `ccxt.pro.binance` for a venue. It does not throttle, unless an option asks for it."""
    ccxt = import_module("ccxt.pro")
    keys = {"apiKey": API_KEY, "secret": SECRET, "enableRateLimit": False}
    exchange = ccxt.binance(ccxt_options(address) | keys | options)
    try:
        yield exchange
    finally:
        await exchange.close()


@asynccontextmanager
async def traded(**options: Any) -> AsyncIterator[tuple[Venue, Any]]:
    """Yield a venue whose clock is the wall's, and a client that has loaded its markets."""
    async with venue(**options) as served, client(served.address) as exchange:
        await exchange.load_markets()
        yield served, exchange


@asynccontextmanager
async def still(**options: Any) -> AsyncIterator[tuple[Venue, Any]]:
    """Yield a venue whose clock stands still, and a client."""
    async with traded(clock=VenueClock(START_MS), **options) as pair:
        yield pair


async def after(action: Awaitable[Any], act: Callable[[], object], ready: Callable[[], Any]) -> Any:
    """Start waiting, act once the venue is `ready`, and return what was waited for."""
    task = asyncio.ensure_future(action)
    await until(lambda: ready() or task.done())
    act()
    return await task


async def until(condition: Callable[[], Any]) -> None:
    while not condition():  # noqa: ASYNC110, a condition of any kind
        await asyncio.sleep(0.005)


def waits_for(exchange: Any, message: str) -> bool:
    """Return whether a call of ccxt waits for a message, such as "orders".

    A connection that breaks earlier rejects what no call waits for, and ccxt complains about that.
    """
    return any(message in each.futures for each in exchange.clients.values())


async def error_of(action: Awaitable[Any]) -> str:
    """Return the class name of the error that an action raises."""
    try:
        result = await action
    except Exception as error:  # noqa: BLE001, the caller names the one it expects
        return type(error).__name__
    raise AssertionError(f"no error, but {result}")


def checks_of(module: ModuleType) -> dict[str, Check]:
    return {
        name: function
        for name, function in vars(module).items()
        if inspect.iscoroutinefunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
    }
