"""Places the orders of an accepted alert, each once, however often the execution is tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from trading_api.domain.account_snapshot import AccountSnapshot
from trading_api.domain.broker_commands import (
    BracketsInstruction,
    OrderInstruction,
    PlaceOrderCommand,
)
from trading_api.domain.orders import OrderType, Side
from trading_api.domain.ports.broker import Broker
from trading_api.errors import ApiError
from trading_api.models.hooks import OrderAlert, TargetAlert
from trading_api.modules.hooks.delivery import Delivery
from trading_api.modules.hooks.target_position import completing_order, reducing_order

ORDER, REDUCE, COMPLETE = "order", "reduce", "complete"
_STEPS = (ORDER, REDUCE, COMPLETE)
REDUCTIONS_TRIED = 3
_POSITION_CHANGED = {"position_not_found", "not_reducing", "exceeds_position"}
"""Codes of rejections that occur if the position has changed since it was read."""
_PAGE_SIZE = 500


class AlertOrders:
    """Executes alerts in steps. `placed` has the id of the order of each step that is done; methods
    add to it.

    After an error, the orders of earlier steps remain. To try again, pass the same `placed`."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def execute(self, delivery: Delivery, placed: dict[str, str]) -> None:
        """Execute the steps of an alert that are not in `placed`. Raises ApiError."""
        match delivery.alert:
            case OrderAlert() as alert:
                if ORDER not in placed:
                    await self._place(delivery, ORDER, to_order(alert, delivery.symbol), placed)
            case TargetAlert(position_size=target):
                await self._reach(delivery, target, placed)

    async def is_complete(self, delivery: Delivery, placed: Mapping[str, str]) -> bool:
        """Return whether no step of the alert remains to be executed. Raises ApiError."""
        if not isinstance(delivery.alert, TargetAlert):
            return ORDER in placed
        if COMPLETE in placed:
            return True
        account = await self._account(delivery)
        return completing_order(account, delivery.symbol, delivery.alert.position_size) is None

    async def find_placed(self, delivery: Delivery) -> dict[str, str]:
        """Return the orders that were placed before, by step. Raises ApiError."""
        await self._broker.load(delivery.account_id)
        history = self._broker.history(delivery.account_id)
        steps = {delivery.client_order_id(step): step for step in _STEPS}
        found: dict[str, str] = {}
        before = None
        while True:
            page = await history.recent_orders(delivery.market_ms, _PAGE_SIZE, before)
            for order in page:
                if order.client_id in steps:
                    found[steps[order.client_id]] = order.id
            ended = [order.id for order in page if not order.is_live]
            if len(ended) < _PAGE_SIZE:
                return found
            before = ended[0]

    async def _reach(self, delivery: Delivery, target: Decimal, placed: dict[str, str]) -> None:
        if COMPLETE in placed:
            return
        for _ in range(REDUCTIONS_TRIED if REDUCE not in placed else 0):
            try:
                await self._take_step(delivery, REDUCE, reducing_order, target, placed)
                break
            except ApiError as error:
                if error.code not in _POSITION_CHANGED:
                    raise
        await self._take_step(delivery, COMPLETE, completing_order, target, placed)

    async def _take_step(
        self,
        delivery: Delivery,
        step: str,
        plan: Callable[[AccountSnapshot, str, Decimal], OrderInstruction | None],
        target: Decimal,
        placed: dict[str, str],
    ) -> None:
        # No await between reading the position and the command: both must see the same state.
        order = plan(await self._account(delivery), delivery.symbol, target)
        if order is not None:
            await self._place(delivery, step, order, placed)

    async def _account(self, delivery: Delivery) -> AccountSnapshot:
        await self._broker.load(delivery.account_id)
        return self._broker.snapshot(delivery.account_id)

    async def _place(
        self, delivery: Delivery, step: str, order: OrderInstruction, placed: dict[str, str]
    ) -> None:
        order = replace(order, client_id=delivery.client_order_id(step))
        result = await self._broker.submit(
            delivery.account_id, PlaceOrderCommand(order), delivery.key(step)
        )
        placed[step] = result.order_id


def to_order(alert: OrderAlert, symbol: str) -> OrderInstruction:
    """Return the order that an alert asks for."""
    return OrderInstruction(
        symbol=symbol,
        side=Side.BUY if alert.action == "buy" else Side.SELL,
        type=OrderType.LIMIT if alert.type == "limit" else OrderType.MARKET,
        quantity=alert.contracts,
        limit_price=alert.limit_price,
        brackets=BracketsInstruction(take_profit=alert.take_profit, stop_loss=alert.stop_loss),
    )
