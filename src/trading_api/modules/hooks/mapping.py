"""Translates hooks and deliveries to wire models. Wire names stop here."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from trading_api.models.hooks import AlertDelivery, HookDescription, HookSymbol
from trading_api.modules.hooks.delivery import Delivery
from trading_api.modules.hooks.hook import PATH, Hook


def to_decimal(number: float) -> Decimal:
    """Return the decimal that the client wrote, not the binary fraction that represents it."""
    return Decimal(repr(number).removesuffix(".0"))


def to_hook_description(hook: Hook) -> HookDescription:
    """Return a hook as clients receive it, without its secret."""
    return HookDescription(
        id=hook.id,
        account_id=hook.account_id,
        path=f"{PATH}{hook.id}",
        name=hook.name or None,
        symbols=[
            HookSymbol(symbol=symbol, aliases=sorted(aliases))
            for symbol, aliases in hook.symbols.items()
        ],
        max_quantity=float(hook.quantity_max),
        orders_per_minute=hook.orders_per_minute,
        max_age_s=hook.age_max_s,
        created_ms=hook.created_ms,
        expires_ms=hook.expires_ms,
    )


def to_alert_delivery(delivery: Delivery) -> AlertDelivery:
    """Return a delivery as clients receive it."""
    refusal = delivery.refusal
    return AlertDelivery(
        number=delivery.number,
        hook_id=delivery.hook_id,
        received_ms=delivery.received_ms,
        result=delivery.result,
        code=refusal.code if refusal else None,
        detail=refusal.reason if refusal else None,
        order_ids=list(delivery.order_ids),
        repeats=delivery.repeats,
        alert=delivery.alert,
    )


def to_aliases(symbols: list[HookSymbol]) -> Mapping[str, frozenset[str]]:
    """Return the aliases by symbol."""
    return {each.symbol: frozenset(each.aliases) for each in symbols}
