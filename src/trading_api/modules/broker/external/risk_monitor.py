"""Keeps the past that the risk gate needs: the orders of a minute, and the equity of the
day's start."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from decimal import Decimal

from trading_api.domain.account_snapshot import AccountSnapshot
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.resolution import DAY_MS
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.venue_events import CashAdjusted
from trading_api.modules.broker.external.risk_gate import MINUTE_MS, RiskView
from trading_api.modules.broker.external.unsent_intents import is_sent


class RiskMonitor:
    """Follows an account's events and value, and makes the view of the risk gate."""

    def __init__(self, market: MarketData) -> None:
        self._market = market
        self._order_times_ms: deque[int] = deque(maxlen=10_000)  # the oldest leaves it
        self._day = 0
        self._day_start_equity: Decimal | None = None

    def load(self, state: AccountState, events: Sequence[Event]) -> None:
        """Begin with a state that was recovered, and the last events that led to it: the orders of
        the last minute count. The day began with the balance before what was realized since; open
        positions count from now on."""
        self._order_times_ms.extend(sorted(each.at_ms for each in events if is_sent(each)))
        self._day = self._market.now_ms // DAY_MS
        realized = state.realized_by_day.get(self._day, Decimal(0))
        self._day_start_equity = EXACT.subtract(state.balance, realized)

    def on_event(self, event: Event) -> None:
        """Take note of an order that is sent, and of cash that was moved."""
        if is_sent(event):
            self._order_times_ms.append(event.at_ms)
        if isinstance(event, CashAdjusted) and self._day_start_equity is not None:
            self._day_start_equity = EXACT.add(self._day_start_equity, event.amount)

    def on_value(self, account: AccountSnapshot) -> None:
        """Take note of the equity with which a day begins: without what was realized on it already,
        where the server was down at its beginning."""
        day = self._market.now_ms // DAY_MS
        if day > self._day:
            start = EXACT.subtract(account.equity(), account.realized_pl_today)
            self._day, self._day_start_equity = day, start

    def view(self, account: AccountSnapshot) -> RiskView:
        """Return what the gate knows. A day may begin with the view: nothing values an account
        without positions before."""
        self.on_value(account)
        now_ms = self._market.now_ms
        while self._order_times_ms and now_ms - self._order_times_ms[0] >= MINUTE_MS:
            self._order_times_ms.popleft()
        return RiskView(
            account=account,
            market=self._market,
            kill_switch=account.kill_switch,
            order_times_ms=self._order_times_ms,
            day_start_equity=self._day_start_equity,
        )
