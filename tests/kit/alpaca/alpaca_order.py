"""An order as Alpaca keeps it, and the JSON document that it sends of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

ENDED = frozenset({"filled", "canceled", "expired", "rejected", "replaced"})
"""The states in which an order never changes again."""

NAMESPACE = UUID("61617061-6361-4000-8000-000000000000")
"""Ids of orders and executions are derived from it, so that a run is repeatable."""


@dataclass(eq=False)
class AlpacaOrder:
    """One order. Times are nanoseconds since 1970; a time that has not come is None."""

    number: int
    client_order_id: str
    symbol: str
    asset_class: str
    side: str
    type: str
    quantity: Decimal
    time_in_force: str
    submitted_ns: int
    status: str = "pending_new"
    order_class: str = ""
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    extended_hours: bool = False
    filled_quantity: Decimal = Decimal(0)
    filled_value: Decimal = Decimal(0)
    updated_ns: int = 0
    ended_ns: dict[str, int] = field(default_factory=dict)
    replaces: AlpacaOrder | None = None
    replaced_by: AlpacaOrder | None = None
    legs: list[AlpacaOrder] = field(default_factory=list)
    parent: AlpacaOrder | None = None

    @property
    def id(self) -> str:
        return str(uuid5(NAMESPACE, f"order {self.number}"))

    @property
    def is_open(self) -> bool:
        return self.status not in ENDED

    @property
    def remaining(self) -> Decimal:
        return self.quantity - self.filled_quantity

    @property
    def sign(self) -> int:
        return 1 if self.side == "buy" else -1

    def document(self, *, nested: bool = True) -> dict[str, Any]:
        """Return the order as Alpaca sends it: numbers are strings, times have nanoseconds."""
        average = self.filled_value / self.filled_quantity if self.filled_quantity else None
        legs = [leg.document() for leg in self.legs] if nested and self.legs else None
        return {
            "id": self.id,
            "client_order_id": self.client_order_id,
            "created_at": rfc3339(self.submitted_ns),
            "updated_at": rfc3339(self.updated_ns or self.submitted_ns),
            "submitted_at": rfc3339(self.submitted_ns),
            "filled_at": self._ended_at("filled"),
            "expired_at": self._ended_at("expired"),
            "canceled_at": self._ended_at("canceled"),
            "failed_at": self._ended_at("rejected"),
            "replaced_at": self._ended_at("replaced"),
            "replaced_by": self.replaced_by.id if self.replaced_by else None,
            "replaces": self.replaces.id if self.replaces else None,
            "asset_id": str(uuid5(NAMESPACE, self.symbol)),
            "symbol": self.symbol,
            "asset_class": self.asset_class,
            "notional": None,
            "qty": text(self.quantity),
            "filled_qty": text(self.filled_quantity),
            "filled_avg_price": None if average is None else text(average),
            "order_class": self.order_class,
            "order_type": self.type,
            "type": self.type,
            "side": self.side,
            "time_in_force": self.time_in_force,
            "limit_price": None if self.limit_price is None else text(self.limit_price),
            "stop_price": None if self.stop_price is None else text(self.stop_price),
            "status": self.status,
            "extended_hours": self.extended_hours,
            "legs": legs,
            "trail_percent": None,
            "trail_price": None,
            "hwm": None,
        }

    def _ended_at(self, status: str) -> str | None:
        ended_ns = self.ended_ns.get(status)
        return None if ended_ns is None else rfc3339(ended_ns)


def rfc3339(time_ns: int) -> str:
    seconds, nanoseconds = divmod(time_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def text(number: Decimal) -> str:
    """Return a number as Alpaca writes it: no exponent, no trailing zeros."""
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
