"""The rules by which a hook accepts or refuses an alert, as pure functions."""

from __future__ import annotations

from dataclasses import dataclass

from trading_api.errors import ApiError, Conflict, Invalid, TooManyRequests, truncate
from trading_api.models.hooks import OrderAlert, TargetAlert
from trading_api.modules.hooks.hook import Hook

CLOCK_SKEW_MS = 10_000
"""How far TradingView's clock may be ahead of this server's."""
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """The alerts that a hook accepted before. `latest` is the time and the sequence of the latest
    one of the symbol; `accepted` counts those of the last minute."""

    latest: tuple[int, int] | None = None
    accepted: int = 0


def check_time(alert: OrderAlert | TargetAlert, age_max_s: int, now_ms: int) -> ApiError | None:
    """Return the error of an alert that is too old or in the future, or None."""
    age_ms = now_ms - alert.timenow
    if age_ms > age_max_s * 1000:
        return Conflict(
            f"The alert is {age_ms // 1000} seconds old; the hook takes {age_max_s}.",
            "alert_stale",
        )
    if age_ms < -CLOCK_SKEW_MS:
        return Conflict(
            f"The alert is {-age_ms // 1000} seconds ahead of this server's clock.",
            "alert_in_future",
        )
    return None


def check_alert(
    hook: Hook,
    alert: OrderAlert | TargetAlert,
    symbol: str | None,
    history: AlertHistory,
    now_ms: int,
) -> ApiError | None:
    """Return the error of the first rule that an alert breaks, or None. `symbol` is the permitted
    symbol of its ticker, if there is one."""
    if now_ms >= hook.expires_ms:
        return Conflict("The hook has expired; create another one.", "hook_expired")
    if symbol is None:
        return Invalid(
            f"The hook does not trade {truncate(alert.ticker)!r}.", "symbol_not_permitted"
        )
    if late := check_time(alert, hook.age_max_s, now_ms):
        return late
    if history.latest is not None and (alert.timenow, alert.sequence) < history.latest:
        return Conflict(
            f"A later alert of {symbol} was accepted before this one.", "alert_out_of_order"
        )
    quantity = alert.contracts if isinstance(alert, OrderAlert) else abs(alert.position_size)
    if quantity > hook.quantity_max:
        return Invalid(
            f"Quantity {quantity:f} is above the hook's largest, {hook.quantity_max:f}.",
            "hook_quantity_exceeded",
        )
    if history.accepted >= hook.orders_per_minute:
        return TooManyRequests(
            f"The hook accepts at most {hook.orders_per_minute} alerts a minute.",
            MINUTE_MS // 1000,
            "hook_orders_per_minute",
        )
    return None
