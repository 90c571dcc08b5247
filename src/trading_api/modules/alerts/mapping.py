"""Alerts as clients write and read them. Wire names stop here."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

import orjson

from trading_api.domain.instrument import bare_symbol
from trading_api.models.alerts import Alert, AlertFiring, AlertRequest
from trading_api.models.alerts import AlertCondition as WireCondition
from trading_api.models.alerts import AlertDirection as WireDirection
from trading_api.models.alerts import AlertFrequency as WireFrequency
from trading_api.models.alerts import AlertStatus as WireStatus
from trading_api.modules.alerts.alert import (
    AlertCondition,
    AlertFrequency,
    Firing,
    PriceAlert,
    RequestKey,
)


def to_price_alert(
    account_id: str, number: int, request: AlertRequest, symbol: str, created_ms: int
) -> PriceAlert:
    """Return the alert that a client asks for. `symbol` is bare."""
    return PriceAlert(
        account_id=account_id,
        number=number,
        symbol=symbol,
        condition=AlertCondition(request.condition.value),
        price=to_price(request.price),
        frequency=AlertFrequency(request.frequency.value),
        created_ms=created_ms,
        expires_ms=request.expires_ms,
        message=request.message or "",
    )


def to_price(number: float) -> Decimal:
    """Return the decimal that the client wrote, not the binary fraction that holds it."""
    return Decimal(repr(number).removesuffix(".0"))


def to_request_key(key: str | None, request: AlertRequest) -> RequestKey | None:
    """Return the key of a request with the digest of its content, or None without a key."""
    if key is None:
        return None
    content = request.model_dump(mode="json", exclude_none=True)
    content["symbol"] = bare_symbol(request.symbol)
    return RequestKey(key, sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest())


def to_wire_alert(alert: PriceAlert) -> Alert:
    """Return the alert as clients receive it."""
    return Alert(
        id=alert.id,
        account_id=alert.account_id,
        symbol=alert.symbol,
        condition=WireCondition(alert.condition.value),
        price=float(alert.price),
        frequency=WireFrequency(alert.frequency.value),
        expires_ms=alert.expires_ms,
        message=alert.message or None,
        status=WireStatus(alert.status.value),
        created_ms=alert.created_ms,
        firings=alert.firings,
        last_fired=to_wire_firing(alert.last_fired) if alert.last_fired else None,
    )


def to_wire_firing(firing: Firing) -> AlertFiring:
    """Return a firing as clients receive it."""
    direction = WireDirection(firing.direction.value)
    return AlertFiring(time=firing.time_ms, price=float(firing.price), direction=direction)
