"""The hooks of accounts: creating, listing and deleting them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from trading_api.auth.api_secrets import hash_secret, new_secret
from trading_api.auth.principal import Principal, Scope
from trading_api.domain.ports.broker import Broker
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import Conflict, Invalid, NotFound, SymbolNotFound, truncate
from trading_api.limits.command_admission import CommandAdmission
from trading_api.models.hooks import (
    AlertDelivery,
    CreatedHook,
    HookDescription,
    HookRequest,
    HookSymbol,
)
from trading_api.modules.hooks.alert_receiver import ANSWER_WITHIN_S, AlertReceiver
from trading_api.modules.hooks.delivery_executor import DeliveryExecutor
from trading_api.modules.hooks.hook import (
    DAY_MS,
    EXPIRES_AFTER_DAYS,
    HOOKS_PER_ACCOUNT_MAX,
    Hook,
    check_aliases,
    new_hook_id,
)
from trading_api.modules.hooks.mapping import to_alert_delivery, to_decimal, to_hook_description
from trading_api.modules.hooks.store.store import HookStore

QUANTITY_MAX = 10**12


class HookService:
    """Creates, lists and deletes hooks. `receiver` receives their alerts, and `executor` trades."""

    def __init__(
        self,
        store: HookStore,
        broker: Broker,
        market: MarketData,
        admission: CommandAdmission,
        live_accounts: Collection[str],
        clock_ms: Callable[[], int],
        answer_within_s: float = ANSWER_WITHIN_S,
    ) -> None:
        self._store = store
        self._market = market
        self._clock_ms = clock_ms
        self.executor = DeliveryExecutor(store, broker, clock_ms)
        self.receiver = AlertReceiver(
            store, self.executor, market, admission, live_accounts, clock_ms, answer_within_s
        )

    async def create(
        self, principal: Principal, account_id: str, request: HookRequest
    ) -> CreatedHook:
        """Store a new hook of an account that the caller may trade in. Raises ApiError."""
        now_ms = self._clock_ms()
        if not 0 < request.max_quantity <= QUANTITY_MAX:
            raise Invalid(
                f"maxQuantity is not above zero and at most {QUANTITY_MAX}.", "invalid_quantity"
            )
        expires_ms = request.expires_ms
        if expires_ms is None:
            expires_ms = now_ms + EXPIRES_AFTER_DAYS * DAY_MS
        elif expires_ms <= now_ms:
            raise Invalid(
                f"The time {expires_ms} is not in the future; expiresMs is in milliseconds.",
                "expiry_past",
            )
        secret = new_secret()
        hook = Hook(
            id=new_hook_id(),
            account_id=account_id,
            digest=hash_secret(secret),
            symbols=self._symbols(request.symbols),
            quantity_max=to_decimal(request.max_quantity),
            orders_per_minute=request.orders_per_minute,
            age_max_s=request.max_age_s,
            created_ms=now_ms,
            expires_ms=expires_ms,
            is_live_permitted=Scope.ACCOUNT_LIVE in principal.scopes,
            name=request.name or "",
        )
        if not await self._store.add_hook(hook, HOOKS_PER_ACCOUNT_MAX):
            raise Conflict(
                f"An account has at most {HOOKS_PER_ACCOUNT_MAX} hooks; delete some first.",
                "too_many_hooks",
            )
        return CreatedHook(secret=secret, hook=to_hook_description(hook))

    async def hooks(self, account_id: str) -> list[HookDescription]:
        """Return the account's hooks, the oldest first. Raises Unavailable."""
        return [to_hook_description(each) for each in await self._store.hooks(account_id)]

    async def hook(self, account_id: str, hook_id: str) -> HookDescription:
        """Return one hook. Raises NotFound and Unavailable."""
        return to_hook_description(await self._require_hook(account_id, hook_id))

    async def delete(self, account_id: str, hook_id: str) -> None:
        """Delete a hook and its deliveries. Raises NotFound and Unavailable."""
        await self._store.delete_hook((await self._require_hook(account_id, hook_id)).id)

    async def deliveries(
        self, account_id: str, hook_id: str, before: int | None, limit: int
    ) -> list[AlertDelivery]:
        """Return the newest deliveries, or those before a number. Raises NotFound and
        Unavailable."""
        hook = await self._require_hook(account_id, hook_id)
        found = await self._store.deliveries(hook.id, before, limit)
        return [to_alert_delivery(each) for each in found]

    async def _require_hook(self, account_id: str, hook_id: str) -> Hook:
        hook = await self._store.hook(hook_id)
        if hook is None or hook.account_id != account_id:
            raise NotFound(f"There is no hook {truncate(hook_id)!r}.", "hook_not_found")
        return hook

    def _symbols(self, symbols: Sequence[HookSymbol]) -> Mapping[str, Collection[str]]:
        """Return the aliases by bare symbol. Raises Invalid."""
        found: dict[str, frozenset[str]] = {}
        for each in symbols:
            instrument = self._market.instrument(each.symbol)
            if instrument is None:
                raise Invalid(SymbolNotFound(each.symbol).detail, "unknown_symbol")
            if instrument.symbol in found:
                raise Invalid(f"symbols has {instrument.symbol} twice.", "symbol_repeated")
            found[instrument.symbol] = frozenset(each.aliases)
        check_aliases(found)
        return found
