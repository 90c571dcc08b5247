"""Takes the alerts of hooks: authenticates, checks and records them, and waits for their result."""

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
from trading_api.modules.hooks.delivery import AlertRefusal, Delivery, Notice
from trading_api.modules.hooks.delivery_executor import DeliveryExecutor
from trading_api.modules.hooks.hook import Hook
from trading_api.modules.hooks.store.store import HookStore

ANSWER_WITHIN_S = 2.5
"""TradingView gives up after three seconds."""
NOTICES_PER_MINUTE = 10
"""The refusals of one hook that the account is notified of; all of them are listed."""


class AlertReceiver:
    """Receives alerts. Those of one account are accepted one after the other."""

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
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.limits = AlertLimits()

    async def authenticate(self, hook_id: str, message: AlertMessage, address: str) -> Hook:
        """Return the hook whose secret the message has. Raises HookUnauthorized, alike for an
        unknown hook and for a wrong secret, and TooManyRequests."""
        if not secret_matches(message.secret, await self._store.digest(hook_id)):
            raise self.limits.wrong_secret(address)
        hook = await self._store.hook(hook_id)
        if hook is None:
            raise HookUnauthorized()
        return hook

    async def receive(self, hook: Hook, message: AlertMessage) -> Delivery:
        """Return the delivery with its result, which is pending if the broker takes too long.

        The same alert as before has no effect, and returns the delivery of the first. Raises
        ApiError if the alert is not recorded."""
        self.limits.count_alert(hook.id)
        delivery = await self._recorded(hook, message)
        return await self._executor.wait_executed(delivery, self._answer_within_s)

    async def _recorded(self, hook: Hook, message: AlertMessage) -> Delivery:
        turn = self._turns.get(hook.account_id)
        if turn is None:
            turn = self._turns[hook.account_id] = asyncio.Lock()
        async with turn:
            digest = message.digest()
            known = await self._store.delivery_of(hook.id, digest)
            if known is not None:
                return known
            checked = await self._checked(hook, message, digest)
            # Shielded: a client that is gone must not leave an alert that nothing executes.
            return await asyncio.shield(self._record(checked))

    async def _record(self, delivery: Delivery) -> Delivery:
        recorded = await self._store.add_delivery(delivery)
        if recorded is None:
            raise HookUnauthorized()
        if not recorded.is_settled:
            self._executor.put(recorded)
        return recorded

    async def _checked(self, hook: Hook, message: AlertMessage, digest: str) -> Delivery:
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
            return refused if await self._notifies(hook) else replace(refused, notice=Notice.NONE)
        return replace(delivery, was_accepted=True)

    async def _notifies(self, hook: Hook) -> bool:
        """Return whether the account is notified of one more refusal."""
        since_ms = self._clock_ms() - MINUTE_MS
        has_room = self._executor.can_wait(hook.account_id)
        return has_room and await self._store.count_notices(hook.id, since_ms) < NOTICES_PER_MINUTE

    def _symbol_of(self, hook: Hook, ticker: str) -> str | None:
        """Return the permitted symbol that a ticker means: by its name, an alias, or with its
        exchange (`NASDAQ:AAPL`)."""
        symbol = hook.symbol_of(ticker)
        if symbol is None and (instrument := self._market.instrument(ticker)) is not None:
            symbol = hook.symbol_of(instrument.symbol)
        return symbol
