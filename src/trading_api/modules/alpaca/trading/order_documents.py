"""Orders as Alpaca's documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trading_api.domain.account_snapshot import OrderView
from trading_api.domain.decimal_text import decimal_text, optional_text
from trading_api.domain.orders import Duration, OrderStatus, OrderType, Side
from trading_api.models.alpaca.orders import AlpacaOrder
from trading_api.modules.alpaca.assets import (
    US_EQUITY,
    AssetDirectory,
    asset_class,
    display_symbol,
)
from trading_api.modules.alpaca.formats import rfc3339, rounded_text
from trading_api.modules.alpaca.ids import asset_uuid, numbered_uuid
from trading_api.modules.alpaca.trading.order_reader import OrderReader

_STATUSES = {
    OrderStatus.FILLED: "filled",
    OrderStatus.INACTIVE: "held",
    OrderStatus.PLACING: "pending_new",
    OrderStatus.REJECTED: "rejected",
}
_TYPES = {
    OrderType.LIMIT: "limit",
    OrderType.MARKET: "market",
    OrderType.STOP: "stop",
    OrderType.STOP_LIMIT: "stop_limit",
}
_TIMES_IN_FORCE = {Duration.GTD: "gtc"}


def side_name(side: Side) -> str:
    """Return `buy` or `sell`."""
    return side.name.lower()


def order_status(order: OrderView) -> str:
    """Return Alpaca's status of an order."""
    if order.status is OrderStatus.CANCELED:
        return "expired" if _is_expired(order) else "canceled"
    if order.status is OrderStatus.WORKING:
        return "partially_filled" if order.filled_quantity else "new"
    return _STATUSES[order.status]


def accepted(order: AlpacaOrder) -> AlpacaOrder:
    """Return a new order as Alpaca answers it: before anything of it is filled or ended.

    The exchange may have executed it within the same command. Clients read that later, from the
    stream or from the order: lumibot reports a fill only of an order that was open before."""
    if order.status in ("new", "pending_new"):
        return order
    unfilled: dict[str, Any] = {
        **dict.fromkeys(("filled_at", "expired_at", "canceled_at", "filled_avg_price")),
        "filled_qty": "0",
        "updated_at": order.submitted_at,
    }
    held = {**unfilled, "status": "held"}
    legs = order.legs and [leg.model_copy(update=held) for leg in order.legs]
    return order.model_copy(update={**unfilled, "status": "pending_new", "legs": legs})


class OrderPresenter:
    """Makes Alpaca's documents of orders."""

    def __init__(self, assets: AssetDirectory) -> None:
        self._assets = assets

    async def nested(self, reader: OrderReader, order: OrderView) -> AlpacaOrder:
        """Return the document of an order with its legs. Raises Unavailable."""
        order_class = await reader.order_class(order)
        legs = [
            self.document(reader.account_id, leg, order_class) for leg in await reader.legs(order)
        ]
        return self.document(reader.account_id, order, order_class, legs)

    async def flat(self, reader: OrderReader, order: OrderView) -> AlpacaOrder:
        """Return the document of an order without its legs. Raises Unavailable."""
        return self.document(reader.account_id, order, await reader.order_class(order))

    def document(
        self,
        account_id: str,
        order: OrderView,
        order_class: str,
        legs: Sequence[AlpacaOrder] = (),
    ) -> AlpacaOrder:
        """Return the document of an order of a class."""
        instrument = self._assets.by_symbol(order.symbol)
        uuid = str(numbered_uuid(account_id, order.id))
        status, side = order_status(order), side_name(order.side)
        ended_at = {status: rfc3339(order.updated_ms)} if not order.is_live else {}
        type = "trailing_stop" if order.trail else _TYPES[order.type]
        average = order.average_price
        return AlpacaOrder(
            id=uuid,
            client_order_id=order.client_id or uuid,
            created_at=rfc3339(order.placed_ms),
            updated_at=rfc3339(order.updated_ms),
            submitted_at=rfc3339(order.placed_ms),
            filled_at=ended_at.get("filled"),
            expired_at=ended_at.get("expired"),
            expires_at=None if order.expires_ms is None else rfc3339(order.expires_ms),
            canceled_at=ended_at.get("canceled"),
            failed_at=ended_at.get("rejected"),
            asset_id=str(asset_uuid(order.symbol)),
            symbol=display_symbol(instrument) if instrument else order.symbol,
            asset_class=asset_class(instrument) if instrument else US_EQUITY,
            qty=decimal_text(order.quantity),
            filled_qty=decimal_text(order.filled_quantity),
            filled_avg_price=None if average is None else rounded_text(average),
            order_class=order_class,
            order_type=type,
            type=type,
            side=side,
            position_intent=f"{side}_to_{'close' if order.reduce_only else 'open'}",
            time_in_force=_TIMES_IN_FORCE.get(order.duration, order.duration.value.lower()),
            limit_price=optional_text(order.limit_price),
            stop_price=optional_text(order.stop_price),
            status=status,
            legs=list(legs) or None,
            trail_price=decimal_text(order.trail.distance) if order.trail else None,
            hwm=_high_water_mark(order),
        )


def _is_expired(order: OrderView) -> bool:
    return order.expires_ms is not None and order.updated_ms >= order.expires_ms


def _high_water_mark(order: OrderView) -> str | None:
    """Return the best price that a trailing stop has seen: its stop and its distance."""
    if order.trail is None or order.stop_price is None:
        return None
    return decimal_text(order.stop_price - order.side * order.trail.distance)
