"""Finds the change of the UTC day in market time, after which nothing was realized today."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import islice

from trading_api.domain.market_status import MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.quiet_range import ANY_QUOTE, QuietRange
from trading_api.domain.resolution import DAY_MS

ACCOUNTS_PER_TURN = 256
"""The rest follows in the next turns of the event loop, so that quotes and commands do not wait."""


class DayChange:
    """A QuietListener without interest in a symbol.

    With each new day it calls `on_new_day` for each of `account_ids`, at most ACCOUNTS_PER_TURN in
    one turn of the event loop."""

    def __init__(
        self,
        market: MarketData,
        account_ids: Callable[[], Iterable[str]],
        on_new_day: Callable[[str], None],
    ) -> None:
        self._market = market
        self._account_ids = account_ids
        self._on_new_day = on_new_day
        self._day: int | None = None
        # At most the accounts that clients look at.
        self._waiting: dict[str, None] = {}
        self._is_scheduled = False

    def on_update(self, update: MarketUpdate) -> None:
        """Ignore an update of a symbol."""

    def on_status(self, status: MarketStatus) -> None:
        """Ignore a change of the market's status."""

    def on_heartbeat(self) -> None:
        """Begin to report a new day."""
        day = self._market.now_ms // DAY_MS
        if day != self._day:
            if self._day is not None:
                self._waiting.update(dict.fromkeys(self._account_ids()))
            self._day = day
            self._report()

    def quiet_range(self, symbol: str) -> QuietRange | None:
        """Return that no update has an effect."""
        return ANY_QUOTE

    def quiet_until_ms(self, step_ms: int) -> int | None:
        """Return when the next day begins, or None while it is reported for no account."""
        if self._day is None or self._waiting:
            return self._market.now_ms
        has_accounts = any(True for _ in self._account_ids())
        return (self._day + 1) * DAY_MS if has_accounts else None

    async def flush(self) -> None:
        """Report what waits."""
        self.on_heartbeat()
        while self._waiting:
            self._report()

    def _report(self) -> None:
        for account_id in list(islice(self._waiting, ACCOUNTS_PER_TURN)):
            del self._waiting[account_id]
            self._on_new_day(account_id)
        if self._waiting and not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._continue)

    def _continue(self) -> None:
        self._is_scheduled = False
        self._report()
