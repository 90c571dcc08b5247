"""Orders and positions over REST.

Generated from rest/order_rest.py by `make generate-python-client`."""

from __future__ import annotations

from collections.abc import Iterable

from trading_api_client.async_client import AsyncClient
from trading_api_client.blocking.loop_thread import LoopThread
from trading_api_client.models import (
    CancelOrdersResult,
    OrderPreviewResult,
    OrderType,
    PlacedOrder,
    PlaceOrderResult,
    Position,
    PreOrder,
    Side,
    SuccessResponse,
)
from trading_api_client.rest.order_request import KEEP, Duration, Keep
from trading_api_client.tables import ModelList


class BlockingOrderRest:
    """The orders and positions of an account, and their commands.

    Every command has an idempotency key: with the same `key` it is executed once. A rejected
    command raises Refused."""

    _client: AsyncClient
    _loop: LoopThread

    def orders(
        self, *, limit: int | None = None, before: str | None = None
    ) -> ModelList[PlacedOrder]:
        """Return the live orders, and those that ended within 24 hours.

        With `limit`, return the orders that were placed last, live or ended."""
        return self._loop.run(self._client.orders(limit=limit, before=before))

    def order(self, order_id: str) -> PlacedOrder:
        """Return an order. Raises Refused with `order_not_found`."""
        return self._loop.run(self._client.order(order_id))

    def orders_history(
        self, *, limit: int = 200, before: str | None = None
    ) -> ModelList[PlacedOrder]:
        """Return the orders that have ended, the newest first."""
        return self._loop.run(self._client.orders_history(limit=limit, before=before))

    def positions(self) -> ModelList[Position]:
        """Return the open positions."""
        return self._loop.run(self._client.positions())

    def position(self, symbol: str) -> Position | None:
        """Return the open position of a symbol, or None."""
        return self._loop.run(self._client.position(symbol))

    def place_order(
        self,
        symbol: str,
        side: Side | int,
        qty: float,
        *,
        type: OrderType | None = None,
        limit_price: float | None = None,
        stop_price: float | None = None,
        take_profit: float | None = None,
        stop_loss: float | None = None,
        trailing_stop_pips: float | None = None,
        guaranteed_stop: float | None = None,
        duration: Duration = None,
        client_order_id: str | None = None,
        is_close: bool | None = None,
        key: str | None = None,
    ) -> PlaceOrderResult:
        """Place an order. Without a type, its prices decide the type; without prices it is a market
        order.

        `take_profit` and `stop_loss` are prices. `trailing_stop_pips` is a distance that replaces
        `stop_loss`. With `is_close` the order never does more than close the position."""
        return self._loop.run(
            self._client.place_order(
                symbol,
                side,
                qty,
                type=type,
                limit_price=limit_price,
                stop_price=stop_price,
                take_profit=take_profit,
                stop_loss=stop_loss,
                trailing_stop_pips=trailing_stop_pips,
                guaranteed_stop=guaranteed_stop,
                duration=duration,
                client_order_id=client_order_id,
                is_close=is_close,
                key=key,
            )
        )

    def send_order(self, order: PreOrder, *, key: str | None = None) -> PlaceOrderResult:
        """Place the order of a complete request."""
        return self._loop.run(self._client.send_order(order, key=key))

    def preview_order(self, order: PreOrder, *, order_id: str | None = None) -> OrderPreviewResult:
        """Return the effects and the cost of an order. With `order_id`, return those of a change of
        that order."""
        return self._loop.run(self._client.preview_order(order, order_id=order_id))

    def modify_order(
        self,
        order_id: str,
        *,
        qty: float | Keep = KEEP,
        limit_price: float | Keep = KEEP,
        stop_price: float | Keep = KEEP,
        take_profit: float | Keep | None = KEEP,
        stop_loss: float | Keep | None = KEEP,
        trailing_stop_pips: float | Keep | None = KEEP,
        duration: Duration | Keep = KEEP,
        key: str | None = None,
    ) -> SuccessResponse:
        """Change some values of a working order. None removes a bracket.

        The client reads the order first, because the server expects the whole order."""
        return self._loop.run(
            self._client.modify_order(
                order_id,
                qty=qty,
                limit_price=limit_price,
                stop_price=stop_price,
                take_profit=take_profit,
                stop_loss=stop_loss,
                trailing_stop_pips=trailing_stop_pips,
                duration=duration,
                key=key,
            )
        )

    def replace_order(
        self, order_id: str, order: PreOrder, *, key: str | None = None
    ) -> SuccessResponse:
        """Change a working order to a complete request. Brackets that the request leaves out are
        removed."""
        return self._loop.run(self._client.replace_order(order_id, order, key=key))

    def cancel_order(self, order_id: str, *, key: str | None = None) -> SuccessResponse:
        """Cancel an order."""
        return self._loop.run(self._client.cancel_order(order_id, key=key))

    def cancel_orders(
        self, order_ids: Iterable[str], *, key: str | None = None
    ) -> CancelOrdersResult:
        """Cancel several orders, and return the ids of all canceled orders, brackets included."""
        return self._loop.run(self._client.cancel_orders(order_ids, key=key))

    def cancel_all_orders(self, *, key: str | None = None) -> CancelOrdersResult:
        """Cancel every live order of the account."""
        return self._loop.run(self._client.cancel_all_orders(key=key))

    def close_position(
        self, symbol: str, qty: float | None = None, *, key: str | None = None
    ) -> SuccessResponse:
        """Close a position, or `qty` of it, by a market order."""
        return self._loop.run(self._client.close_position(symbol, qty, key=key))

    def reverse_position(self, symbol: str, *, key: str | None = None) -> SuccessResponse:
        """Reverse a position to the other side with the same quantity."""
        return self._loop.run(self._client.reverse_position(symbol, key=key))

    def edit_brackets(
        self,
        symbol: str,
        *,
        take_profit: float | None = None,
        stop_loss: float | None = None,
        trailing_stop_pips: float | None = None,
        guaranteed_stop: float | None = None,
        key: str | None = None,
    ) -> SuccessResponse:
        """Replace the brackets of a position. A bracket that is left out is removed."""
        return self._loop.run(
            self._client.edit_brackets(
                symbol,
                take_profit=take_profit,
                stop_loss=stop_loss,
                trailing_stop_pips=trailing_stop_pips,
                guaranteed_stop=guaranteed_stop,
                key=key,
            )
        )
