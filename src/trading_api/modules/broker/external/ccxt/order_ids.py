"""What a connector remembers of the orders of its account, within bounds."""

from __future__ import annotations

from collections import OrderedDict
from decimal import Decimal
from typing import TypeVar

from msgspec.structs import replace

from trading_api.modules.broker.external.venue_client import ExecType, ExecutionReport

K = TypeVar("K")
V = TypeVar("V")

ORDERS_MAX = 10_000
"""The orders that are remembered; the oldest are forgotten first."""


class OrderIds:
    """Ids of orders that were sent, seen and replaced since the connector started. Nothing depends
    on it after a restart: then the server asks for what it does not know."""

    def __init__(self, orders_max: int = ORDERS_MAX) -> None:
        self._orders_max = orders_max
        self._sent: OrderedDict[str, None] = OrderedDict()
        self._seen: OrderedDict[tuple[str, str], ExecutionReport] = OrderedDict()
        self._successors: OrderedDict[str, str] = OrderedDict()
        self._predecessors: OrderedDict[str, str] = OrderedDict()
        self._filled_before: OrderedDict[str, Decimal] = OrderedDict()

    def sent(self, client_order_id: str) -> None:
        """Remember that an order was sent, or may have been."""
        self._keep(self._sent, client_order_id, None)

    def was_sent(self, client_order_id: str) -> bool:
        return client_order_id in self._sent

    def noted(self, report: ExecutionReport) -> ExecutionReport:
        """Remember an order, or add what a fill lacks that was asked for: our id and the terms."""
        key = (report.symbol, report.venue_order_id)
        if report.client_order_id:
            self._keep(self._seen, key, report)
            return report
        if order := self._seen.get(key):
            return replace(
                report,
                client_order_id=order.client_order_id,
                type=order.type,
                quantity=order.quantity,
                limit_price=order.limit_price,
                stop_price=order.stop_price,
                duration=order.duration,
            )
        return report

    def replacing(self, old_id: str, new_id: str) -> None:
        """Remember that one order takes the place of another."""
        self._keep(self._successors, old_id, new_id)
        self._keep(self._predecessors, new_id, old_id)

    def replaced(self, new_id: str, filled_before: Decimal) -> None:
        """Remember how much the orders filled that an order has replaced, one after another."""
        self._keep(self._filled_before, new_id, filled_before)

    def filled_before(self, client_order_id: str) -> Decimal | None:
        """Return how much the predecessors of an order filled, or None where that is not known."""
        return self._filled_before.get(client_order_id)

    def not_replaced(self, old_id: str) -> None:
        """Forget a replacement that certainly failed."""
        if new_id := self._successors.pop(old_id, None):
            self._predecessors.pop(new_id, None)

    def streamed(self, report: ExecutionReport) -> ExecutionReport | None:
        """Return what a report of the venue's stream means, or None for the cancellation that is a
        part of a replacement: the order lives on as its successor."""
        report = self.noted(report)
        if report.exec_type is ExecType.CANCELED and report.client_order_id in self._successors:
            return None
        if old_id := self._predecessors.get(report.client_order_id):
            is_new = report.exec_type is ExecType.NEW
            exec_type = ExecType.REPLACED if is_new else report.exec_type
            return replace(report, exec_type=exec_type, replaces=old_id)
        return report

    def _keep(self, kept: OrderedDict[K, V], key: K, value: V) -> None:
        kept[key] = value
        kept.move_to_end(key)
        while len(kept) > self._orders_max:
            kept.popitem(last=False)
