"""Receives alerts: authenticates, checks and records them, and waits for their results."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from weakref import WeakValueDictionary

from trading_api.auth.api_secrets import secret_matches
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import ApiError, TooManyRequests, Unavailable
from trading_api.limits.command_admission import CommandAdmission
from trading_api.models.hooks import DeliveryResult
from trading_api.modules.hooks.acceptance import MINUTE_MS, check_alert
from trading_api.modules.hooks.alert_limits import AlertLimits, HookUnauthorized
from trading_api.modules.hooks.alert_message import AlertMessage
from trading_api.modules.hooks.delivery import AlertRefusal, Delivery, NotificationState
from trading_api.modules.hooks.delivery_executor import DeliveryExecutor
from trading_api.modules.hooks.hook import Hook
from trading_api.modules.hooks.store.store import HookStore

ANSWER_WITHIN_S = 2.5
"""TradingView gives up after three seconds."""
NOTIFICATIONS_PER_MINUTE = 10
"""The most refusals of one hook of which its account is notified. All refusals are recorded."""


class AlertReceiver:
    """Receives alerts. Those of one account are checked and recorded one after the other."""

    def __init__(
        self,
        store: HookStore,
        executor: DeliveryExecutor,
        market: MarketData,
        admission: CommandAdmission,
        live_accounts: Collection[str],
        clock_ms: Callable[[], int],
        answer_within_s: float = ANSWER_WITHIN_S,
    ) -> None:
        self._store = store
        self._executor = executor
        self._market = market
        self._admission = admission
        self._live_accounts = live_accounts
        self._clock_ms = clock_ms
        self._answer_within_s = answer_within_s
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.limits = AlertLimits()

    async def authenticate(self, hook_id: str, message: AlertMessage, address: str) -> Hook:
        """Return the hook, if the message has its secret. Raises HookUnauthorized for an unknown
        hook and for a wrong secret, and TooManyRequests."""
        if not secret_matches(message.secret, await self._store.digest(hook_id)):
            raise self.limits.count_wrong_secret(address)
        hook = await self._store.hook(hook_id)
        if hook is None:
            raise HookUnauthorized()
        return hook

    async def receive(self, hook: Hook, message: AlertMessage) -> Delivery:
        """Record an alert, and return its delivery with the result; it is pending if the broker
        takes too long.

        A repeated alert has no effect: the delivery of the first is returned. Raises ApiError if
        the alert is not recorded."""
        self.limits.count_alert(hook.id)
        delivery = await self._find_or_record(hook, message)
        return await self._executor.wait_executed(delivery, self._answer_within_s)

    async def _find_or_record(self, hook: Hook, message: AlertMessage) -> Delivery:
        lock = self._locks.get(hook.account_id)
        if lock is None:
            lock = self._locks[hook.account_id] = asyncio.Lock()
        async with lock:
            digest = message.digest()
            known = await self._store.delivery_of(hook.id, digest)
            if known is not None:
                return known
            checked = await self._check(hook, message, digest)
            # Shielded: a client that disconnects must not leave a recorded alert without execution.
            return await asyncio.shield(self._record(checked))

    async def _record(self, delivery: Delivery) -> Delivery:
        recorded = await self._store.add_delivery(delivery)
        if recorded is None:
            raise HookUnauthorized()
        if not recorded.is_finished:
            self._executor.enqueue(recorded)
        return recorded

    async def _check(self, hook: Hook, message: AlertMessage, digest: str) -> Delivery:
        """Return the delivery of a new alert, accepted or refused. Raises Unavailable."""
        now_ms = self._clock_ms()
        delivery = Delivery(
            hook_id=hook.id,
            account_id=hook.account_id,
            digest=digest,
            received_ms=now_ms,
            market_ms=self._market.now_ms,
            result=DeliveryResult.PENDING,
        )
        try:
            alert = message.alert()
            symbol = self._symbol_of(hook, alert.ticker)
            delivery = replace(delivery, alert=alert, symbol=symbol or "")
            history = await self._store.alert_history(hook.id, delivery.symbol, now_ms - MINUTE_MS)
            if error := check_alert(hook, alert, symbol, history, now_ms):
                raise error
            hook.principal(self._live_accounts).account(hook.account_id)
            if not self._executor.can_wait(hook.account_id):
                raise TooManyRequests("Too many alerts wait for the broker.", 1)
            self._admission.admit(hook.account_id)
        except Unavailable:
            raise
        except ApiError as error:
            refused = delivery.refused(AlertRefusal.of(error))
            return (
                refused
                if await self._may_notify(hook)
                else replace(refused, notification=NotificationState.NONE)
            )
        return replace(delivery, was_accepted=True)

    async def _may_notify(self, hook: Hook) -> bool:
        """Return whether the account may be notified of one more refusal."""
        since_ms = self._clock_ms() - MINUTE_MS
        has_room = self._executor.can_wait(hook.account_id)
        return (
            has_room
            and await self._store.count_notifications(hook.id, since_ms) < NOTIFICATIONS_PER_MINUTE
        )

    def _symbol_of(self, hook: Hook, ticker: str) -> str | None:
        """Return the permitted symbol of a ticker, which may be an alias or have an exchange
        (`NASDAQ:AAPL`), or None."""
        symbol = hook.symbol_of(ticker)
        if symbol is None and (instrument := self._market.instrument(ticker)) is not None:
            symbol = hook.symbol_of(instrument.symbol)
        return symbol
