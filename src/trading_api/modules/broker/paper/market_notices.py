"""Notifies accounts of the market's connection, and of sessions that are about to close."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from trading_api.domain.broker_commands import IdempotencyKey, NotifyCommand
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.notification import Notification, ReferenceValue, Severity
from trading_api.domain.orders import Duration
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.session_hours import ALWAYS
from trading_api.errors import ApiError
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.paper.accounts import Accounts

log = logging.getLogger(__name__)

ACCOUNTS_PER_BATCH = 64
"""How many accounts are notified together; the next ones wait until these are committed."""
CHECK_INTERVAL_MS = 1_000
"""How often sessions are checked, in market time."""
OPERATION = "marketNotice"

Submit = Callable[[str, NotifyCommand, IdempotencyKey], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class _Notice:
    """What `notification_of` makes for an account, once for each key. None notifies of nothing."""

    account_id: str
    key: str
    notification_of: Callable[[AccountState], Notification | None]


class MarketNotices:
    """Submits notifications to the accounts that have live orders or positions, in batches.

    The keys of sessions repeat after a restart, so that no account is notified twice. `warning_ms`
    before the end of a symbol's trading day its holders are notified; never if that is 0."""

    def __init__(
        self, market: MarketData, accounts: Accounts, submit: Submit, warning_ms: int
    ) -> None:
        self._market = market
        self._accounts = accounts
        self._submit = submit
        self._warning_ms = warning_ms
        # At most one notice for each account and change of the market.
        self._waiting: deque[_Notice] = deque()
        self._has_work = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self._is_connected = False
        self._is_lost = False
        self._checked_ms = 0
        self._lost_symbols: set[str] = set()
        # By symbol, the end of its trading day, and whether its holders have been notified.
        self._ends: dict[str, tuple[int, bool]] = {}

    def on_status(self, status: MarketStatus) -> None:
        """Notify of a connection that is lost, and of one that is restored after that."""
        is_connected = status.state in (MarketState.OPEN, MarketState.CLOSED)
        if self._is_connected and status.state is MarketState.STALE:
            self._is_lost = True
            self._notify_all("connection_lost", _connection_lost(status.reason))
        elif self._is_lost and is_connected:
            self._is_lost = False
            self._notify_all("connection_restored", _CONNECTION_RESTORED)
        self._is_connected = is_connected

    def on_time(self) -> None:
        """Notify of symbols whose connection alone is lost or restored, and of sessions that are
        about to close, if the market's time has passed."""
        if self._market.status.state is not MarketState.OPEN:
            return
        self._is_connected = True
        now_ms = self._market.now_ms
        if abs(now_ms - self._checked_ms) < CHECK_INTERVAL_MS:
            return
        self._checked_ms = now_ms
        for symbol in self._accounts.index.exposed_symbols():
            self._check_connection(symbol)
            if self._warning_ms:
                self._check_session(symbol, now_ms)

    def next_check_ms(self) -> int | None:
        """Return the market time until which `on_time` has no session to notify of, or None for
        never. The result is valid until an account changes."""
        if not self._warning_ms:
            return None
        times_ms = map(self._next_check_ms, self._accounts.index.exposed_symbols())
        return min((each for each in times_ms if each is not None), default=None)

    @property
    def is_idle(self) -> bool:
        """Whether no notice waits."""
        return self._is_idle.is_set()

    async def flush(self) -> None:
        """Return once all notices up to now are committed."""
        await self._is_idle.wait()

    async def run(self) -> None:
        """Submit the notices that wait, until cancelled."""
        while True:
            await self._has_work.wait()
            while self._waiting:
                size = min(len(self._waiting), ACCOUNTS_PER_BATCH)
                batch = [self._waiting.popleft() for _ in range(size)]
                await asyncio.gather(*map(self._notify, batch))
            self._has_work.clear()
            self._is_idle.set()

    async def submit_waiting(self) -> None:
        """Submit the waiting notices one after another."""
        while self._waiting:
            await self._notify(self._waiting.popleft())
        self._has_work.clear()
        self._is_idle.set()

    def _check_connection(self, symbol: str) -> None:
        status = self._market.status_of(symbol)
        is_stale = status.state is MarketState.STALE
        if is_stale == (symbol in self._lost_symbols):
            return
        if is_stale:
            self._lost_symbols.add(symbol)
            name, notification = "connection_lost", _symbol_lost(symbol, status.reason)
        else:
            self._lost_symbols.remove(symbol)
            name, notification = "connection_restored", _symbol_restored(symbol)
        key = f"{name}:{symbol}:{self._market.now_ms}"
        holders = self._accounts.index.exposed_to(symbol)
        self._add(_Notice(each, key, lambda state: notification) for each in holders)

    def _next_check_ms(self, symbol: str) -> int | None:
        instrument, now_ms = self._market.instrument(symbol), self._market.now_ms
        if instrument is None or instrument.session == ALWAYS:
            return None
        end_ms, is_noted = self._ends.get(symbol, (0, False))
        if end_ms <= now_ms:
            return now_ms
        return end_ms if is_noted else end_ms - self._warning_ms

    def _check_session(self, symbol: str, now_ms: int) -> None:
        end_ms, is_noted = self._ends.get(symbol, (0, False))
        if end_ms <= now_ms:
            instrument = self._market.instrument(symbol)
            if instrument is None or instrument.session == ALWAYS:
                return
            end_ms, is_noted = self._market.session_end_ms(symbol), False
            self._ends[symbol] = end_ms, is_noted
        is_open = self._market.status_of(symbol).state is MarketState.OPEN
        if is_noted or not is_open or end_ms - now_ms > self._warning_ms:
            return
        self._ends[symbol] = end_ms, True

        def notification_of(state: AccountState) -> Notification | None:
            return _session_closing(state, symbol, end_ms, now_ms)

        key = f"session_closing:{symbol}:{end_ms}"
        holders = self._accounts.index.exposed_to(symbol)
        self._add(_Notice(each, key, notification_of) for each in holders)

    def _notify_all(self, name: str, notification: Notification) -> None:
        key = f"{name}:{self._market.now_ms}"
        exposed = self._accounts.index.exposed_accounts()
        self._add(_Notice(each, key, lambda state: notification) for each in exposed)

    def _add(self, notices: Iterable[_Notice]) -> None:
        self._waiting.extend(notices)
        if self._waiting:
            self._is_idle.clear()
            self._has_work.set()

    async def _notify(self, notice: _Notice) -> None:
        state = self._accounts.committed(notice.account_id)
        notification = None if state is None else notice.notification_of(state)
        if notification is None:
            return
        key = IdempotencyKey(OPERATION, notice.key, "")
        fields = {"account": notice.account_id, "notice": notice.key}
        try:
            await self._submit(notice.account_id, NotifyCommand(notification), key)
        except ApiError as error:  # the shard has moved, or the ledger cannot be written
            log.warning("notice_not_stored", extra={**fields, "code": error.code})
        except Exception:
            log.exception("notice_failed", extra=fields)


_CONNECTION_RESTORED = Notification(
    Severity.INFO,
    "connection_restored",
    "The connection to the market is restored. Orders can be filled again.",
)


def _connection_lost(reason: str) -> Notification:
    text = f"The connection to the market is lost: {reason}. No order is filled until it is back."
    return Notification(Severity.WARNING, "connection_lost", text)


def _symbol_lost(symbol: str, reason: str) -> Notification:
    text = f"The prices of {symbol} are out of date: {reason}. None of its orders is filled now."
    return Notification(Severity.WARNING, "connection_lost", text, {"symbol": symbol})


def _symbol_restored(symbol: str) -> Notification:
    text = f"The prices of {symbol} are up to date again. Its orders can be filled."
    return Notification(Severity.INFO, "connection_restored", text, {"symbol": symbol})


def _session_closing(
    state: AccountState, symbol: str, end_ms: int, now_ms: int
) -> Notification | None:
    quantity = state.position(symbol).quantity
    day_orders = sum(order.duration is Duration.DAY for order in state.working_orders(symbol))
    if not quantity and not day_orders:
        return None
    minutes = -(-(end_ms - now_ms) // 60_000)
    at = datetime.fromtimestamp(end_ms / 1000, UTC)
    texts = [f"{symbol} closes in {minutes} minute{'s' * (minutes != 1)}, at {at:%H:%M} UTC."]
    if quantity:
        side = "long" if quantity > 0 else "short"
        texts.append(f"A {side} position of {abs(quantity).normalize():f} is open.")
    if day_orders:
        texts.append(f"Day orders that end then: {day_orders}.")
    reference: dict[str, ReferenceValue] = {
        "symbol": symbol,
        "closesAt": end_ms,
        "position": quantity,
        "dayOrders": day_orders,
    }
    return Notification(Severity.INFO, "session_closing", " ".join(texts), reference)
