"""An account at the simulator: orders, fills, positions and cash. A test plays the market."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid5

from tests.kit.alpaca.alpaca_order import NAMESPACE, AlpacaOrder, rfc3339, text
from tests.kit.alpaca.alpaca_rules import (
    CLIENT_ORDER_ID_LENGTH_MAX,
    AlpacaError,
    Asset,
    check_order,
    decimal_field,
    order_not_found,
)

ASSETS = (
    Asset("AAPL"),
    Asset("MSFT"),
    Asset("BRK.A", is_fractionable=False, is_shortable=False),
    Asset("BTC/USD", asset_class="crypto", is_shortable=False),
)
NOT_REPLACEABLE = frozenset({"accepted", "pending_new", "pending_cancel", "pending_replace"})
Updates = Callable[[dict[str, Any]], None]
Number = Decimal | int | str


@dataclass(frozen=True)
class Fill:
    """One execution of an order."""

    number: int
    order: AlpacaOrder
    quantity: Decimal
    price: Decimal
    time_ns: int
    cumulative_quantity: Decimal
    leaves_quantity: Decimal

    def document(self) -> dict[str, Any]:
        """Return the fill as an account activity. Its id does not contain the execution id."""
        is_last = not self.leaves_quantity
        at = rfc3339(self.time_ns)
        digits = "".join(letter for letter in at[:23] if letter.isdigit())
        return {
            "id": f"{digits}::{uuid5(NAMESPACE, f'activity {self.number}')}",
            "activity_type": "FILL",
            "transaction_time": f"{at[:23]}Z",
            "type": "fill" if is_last else "partial_fill",
            "price": text(self.price),
            "qty": text(self.quantity),
            "side": self.order.side,
            "symbol": self.order.symbol,
            "leaves_qty": text(self.leaves_quantity),
            "order_id": self.order.id,
            "cum_qty": text(self.cumulative_quantity),
            "order_status": "filled" if is_last else "partially_filled",
        }


@dataclass
class Holding:
    """What the account holds of one asset; a short position is negative."""

    quantity: Decimal = Decimal(0)
    average_price: Decimal = Decimal(0)


class AlpacaAccount:
    """The account's state. Requests of the API come by `submit`, `replace` and `cancel`; the market
    and the exchange are played with `accept`, `fill`, `reject`, `expire` and the other methods.

    While `is_open`, an order is accepted immediately (with `accepts_orders`); outside the hours of
    the market it stays `accepted` until `open_market`. With `confirms`, cancels and replacements
    are confirmed immediately."""

    def __init__(self, now_ns: Callable[[], int], on_update: Updates) -> None:
        self.now_ns = now_ns
        self._on_update = on_update
        self.cash = Decimal(100_000)
        self.is_open = True
        self.accepts_orders = True
        self.confirms = True
        self.assets = {asset.symbol: asset for asset in ASSETS}
        self.orders: dict[str, AlpacaOrder] = {}
        self.fills: list[Fill] = []
        self.holdings: dict[str, Holding] = {}
        self._by_client_id: dict[str, AlpacaOrder] = {}

    def order(self, order_id: str) -> AlpacaOrder:
        """Return an order by its id. Raises AlpacaError."""
        if (order := self.orders.get(order_id)) is None:
            raise order_not_found(order_id)
        return order

    def by_client_id(self, client_order_id: str) -> AlpacaOrder:
        """Return an order by the client's id. Raises AlpacaError."""
        if (order := self._by_client_id.get(client_order_id)) is None:
            raise order_not_found(client_order_id)
        return order

    @property
    def buying_power(self) -> Decimal:
        reserved = sum(
            (
                order.remaining * (order.limit_price or order.stop_price or Decimal(0))
                for order in self.orders.values()
                if order.is_open and order.side == "buy" and order.status != "held"
            ),
            Decimal(0),
        )
        return self.cash - reserved

    def submit(self, fields: Mapping[str, Any]) -> AlpacaOrder:
        """Take an order, with the legs of its class. Raises AlpacaError."""
        asset = self.assets.get(str(fields.get("symbol")))
        if asset is None:
            raise AlpacaError(422, 42210000, f'asset "{fields.get("symbol")}" not found')
        check_order(fields, asset)
        client_order_id = self._new_client_id(fields)
        order = self._create(fields, asset, client_order_id)
        self._check_funds(order)
        self._add(order)
        for leg in self._create_legs(fields, order):
            self._add(leg)
        if not self.is_open:
            order.status = "accepted"
        elif self.accepts_orders:
            self.accept(order)
        return order

    def replace(self, order_id: str, fields: Mapping[str, Any]) -> AlpacaOrder:
        """Create the order that replaces another. Its quantity is what is asked for, or the whole
        of the other's, whatever of that has been filled. Raises AlpacaError."""
        old = self.order(order_id)
        if not old.is_open or old.status in NOT_REPLACEABLE:
            raise AlpacaError(422, 42210000, f"cannot replace order in {old.status} status")
        quantity = decimal_field(fields, "qty")
        if quantity is not None and (quantity % 1 or old.quantity % 1):
            raise AlpacaError(422, 42210000, "qty of fractional orders cannot be changed")
        new = AlpacaOrder(
            len(self.orders) + 1,
            self._new_client_id(fields),
            old.symbol,
            old.asset_class,
            old.side,
            old.type,
            quantity or old.quantity,
            fields.get("time_in_force") or old.time_in_force,
            self.now_ns(),
            order_class=old.order_class,
            limit_price=decimal_field(fields, "limit_price") or old.limit_price,
            stop_price=decimal_field(fields, "stop_price") or old.stop_price,
            replaces=old,
            parent=old.parent,
        )
        self._add(new)
        if self.confirms:
            self.confirm_replace(new)
        else:
            self._change(old, "pending_replace", "pending_replace")
        return new

    def cancel(self, order_id: str) -> None:
        """Ask for the cancellation of an order and of its legs. Raises AlpacaError."""
        order = self.order(order_id)
        if not order.is_open:
            raise AlpacaError(422, 42210000, f'order is already in "{order.status}" state')
        if order.status in ("pending_replace", "pending_cancel"):
            raise AlpacaError(422, 42210000, f"order {order.status.replace('_', ' ')}")
        if self.confirms:
            self.confirm_cancel(order)
        else:
            self._change(order, "pending_cancel", "pending_cancel")

    def accept(self, order: AlpacaOrder) -> None:
        """Let the exchange accept an order."""
        self._change(order, "new", "new")

    def open_market(self) -> None:
        """Open the market: what was kept for it goes to the exchange."""
        self.is_open = True
        for order in list(self.orders.values()):
            if order.status == "accepted":
                self.accept(order)

    def fill(self, order: AlpacaOrder, quantity: Number, price: Number) -> Fill:
        """Fill a part of an order, or the rest of it."""
        quantity, price = Decimal(quantity), Decimal(price)
        assert order.is_open, f"the order is {order.status}"
        assert 0 < quantity <= order.remaining, f"{order.remaining} remain"
        order.filled_quantity += quantity
        order.filled_value += quantity * price
        number, now_ns = len(self.fills) + 1, self.now_ns()
        fill = Fill(number, order, quantity, price, now_ns, order.filled_quantity, order.remaining)
        self.fills.append(fill)
        self.cash -= order.sign * quantity * price
        held = self._hold(order.symbol, order.sign * quantity, price)
        is_last = not order.remaining
        self._change(
            order,
            "filled" if is_last else "partially_filled",
            "fill" if is_last else "partial_fill",
            at_ns=now_ns,
            execution_id=str(uuid5(NAMESPACE, f"execution {number}")),
            price=text(price),
            qty=text(quantity),
            position_qty=text(held.quantity),
        )
        if is_last:
            self._release_legs(order)
        return fill

    def reject(self, order: AlpacaOrder) -> None:
        self._change(order, "rejected", "rejected")

    def expire(self, order: AlpacaOrder) -> None:
        self._change(order, "expired", "expired")

    def confirm_cancel(self, order: AlpacaOrder) -> None:
        """Let the exchange confirm a cancellation; it takes the open legs with it."""
        self._change(order, "canceled", "canceled")
        for leg in order.legs:
            if leg.is_open:
                self._change(leg, "canceled", "canceled")

    def reject_cancel(self, order: AlpacaOrder) -> None:
        """Let the exchange refuse a cancellation."""
        status = "partially_filled" if order.filled_quantity else "new"
        self._change(order, status, "order_cancel_rejected")

    def confirm_replace(self, new: AlpacaOrder) -> None:
        """Let the exchange confirm a replacement: the old order ends, the new one is new."""
        old = new.replaces
        assert old is not None
        old.replaced_by = new
        if old.parent:
            old.parent.legs[old.parent.legs.index(old)] = new
        new.legs, old.legs = old.legs, []
        for leg in new.legs:
            leg.parent = new
        self._change(old, "replaced", "replaced")
        self.accept(new)

    def reject_replace(self, new: AlpacaOrder) -> None:
        """Let the exchange refuse a replacement: the old order goes on."""
        old = new.replaces
        assert old is not None
        self._change(new, "rejected", "rejected")
        if old.is_open:
            status = "partially_filled" if old.filled_quantity else "new"
            self._change(old, status, "order_replace_rejected")

    def report(self, order: AlpacaOrder, event: str, status: str) -> None:
        """Send any other event of the stream, with a status of the order."""
        self._change(order, status, event)

    def activities(self, after_ns: int, page_token: str, size: int) -> Sequence[Fill]:
        """Return a page of the fills after a time, and after the activity `page_token`."""
        fills = [fill for fill in self.fills if fill.time_ns > after_ns]
        ids = [fill.document()["id"] for fill in fills]
        start = ids.index(page_token) + 1 if page_token in ids else 0
        return fills[start : start + size]

    def _new_client_id(self, fields: Mapping[str, Any]) -> str:
        number = len(self.orders) + 1
        client_id = fields.get("client_order_id") or str(uuid5(NAMESPACE, f"client {number}"))
        if client_id in self._by_client_id:
            raise AlpacaError(422, 40010001, "client_order_id must be unique")
        if len(client_id) > CLIENT_ORDER_ID_LENGTH_MAX:
            raise AlpacaError(422, 40010001, "client_order_id must be no more than 128 characters")
        return str(client_id)

    def _create(self, fields: Mapping[str, Any], asset: Asset, client_order_id: str) -> AlpacaOrder:
        limit_price = decimal_field(fields, "limit_price")
        if fields.get("order_class") == "oco":
            limit_price = decimal_field(fields["take_profit"], "limit_price")
        order_class = fields.get("order_class") or ""
        return AlpacaOrder(
            len(self.orders) + 1,
            client_order_id,
            asset.symbol,
            asset.asset_class,
            fields["side"],
            fields["type"],
            decimal_field(fields, "qty") or Decimal(0),
            fields["time_in_force"],
            self.now_ns(),
            order_class="" if order_class == "simple" else order_class,
            limit_price=limit_price,
            stop_price=decimal_field(fields, "stop_price"),
            extended_hours=bool(fields.get("extended_hours")),
        )

    def _create_legs(self, fields: Mapping[str, Any], order: AlpacaOrder) -> list[AlpacaOrder]:
        exits: list[tuple[str, Decimal | None, Decimal | None]] = []
        if (take_profit := fields.get("take_profit")) and order.order_class != "oco":
            exits.append(("limit", decimal_field(take_profit, "limit_price"), None))
        if stop_loss := fields.get("stop_loss"):
            limit_price = decimal_field(stop_loss, "limit_price")
            type_ = "stop_limit" if limit_price else "stop"
            exits.append((type_, limit_price, decimal_field(stop_loss, "stop_price")))
        side = order.side
        if order.order_class != "oco":
            side = "sell" if side == "buy" else "buy"
        for index, (type_, limit_price, stop_price) in enumerate(exits):
            number = order.number + index + 1
            leg = AlpacaOrder(
                number,
                str(uuid5(NAMESPACE, f"client {number}")),
                order.symbol,
                order.asset_class,
                side,
                type_,
                order.quantity,
                order.time_in_force,
                order.submitted_ns,
                status="held",
                order_class=order.order_class,
                limit_price=limit_price,
                stop_price=stop_price,
                parent=order,
            )
            order.legs.append(leg)
        return order.legs

    def _check_funds(self, order: AlpacaOrder) -> None:
        held = self.holdings.get(order.symbol, Holding()).quantity
        if order.side == "buy":
            cost = order.quantity * (order.limit_price or order.stop_price or Decimal(0))
            if cost > self.buying_power and held >= 0:
                fields = {"buying_power": text(self.buying_power), "cost_basis": text(cost)}
                raise AlpacaError(403, 40310000, "insufficient buying power", **fields)
            return
        available = max(held, Decimal(0))
        can_short = self.assets[order.symbol].is_shortable and not order.quantity % 1
        if order.quantity > available and (available or not can_short):
            words = f"(requested: {text(order.quantity)}, available: {text(available)})"
            raise AlpacaError(403, 40310000, f"insufficient qty available for order {words}")

    def _add(self, order: AlpacaOrder) -> None:
        self.orders[order.id] = self._by_client_id[order.client_order_id] = order

    def _hold(self, symbol: str, change: Decimal, price: Decimal) -> Holding:
        held = self.holdings.setdefault(symbol, Holding())
        before, after = held.quantity, held.quantity + change
        if before * change >= 0:
            held.average_price = (before * held.average_price + change * price) / after
        elif before * after < 0:
            held.average_price = price
        held.quantity = after
        return held

    def _release_legs(self, order: AlpacaOrder) -> None:
        """The exits of a bracket work once it is filled; when one is filled, the other ends."""
        for leg in order.legs:
            if leg.status == "held":
                if order.order_class == "oco":
                    self._change(leg, "canceled", "canceled")
                else:
                    self.accept(leg)
        if order.parent:
            others = [order.parent] if order.order_class == "oco" else order.parent.legs
            for other in others:
                if other is not order and other.is_open:
                    self._change(other, "canceled", "canceled")

    def _change(
        self, order: AlpacaOrder, status: str, event: str, at_ns: int = 0, **fields: Any
    ) -> None:
        order.status, order.updated_ns = status, at_ns or self.now_ns()
        order.ended_ns[status] = order.updated_ns
        update = {"event": event, "timestamp": rfc3339(order.updated_ns)} | fields
        self._on_update(update | {"order": order.document()})
