"""Orders and positions over REST."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote as url_quote

from trading_api_client.models import (
    Brackets,
    CancelOrdersRequest,
    CancelOrdersResult,
    EditPositionBracketsRequest,
    OrderPreviewResult,
    OrderType,
    PlacedOrder,
    PlaceOrderResult,
    Position,
    PreOrder,
    Side,
    SuccessResponse,
)
from trading_api_client.rest.order_request import (
    KEEP,
    Duration,
    Keep,
    build_order,
    changed_order,
)
from trading_api_client.rest.rest_area import RestArea
from trading_api_client.rest.transport import Request
from trading_api_client.tables import ModelList


class OrderRest(RestArea):
    """The orders and positions of an account, and their commands.

    Every command has an idempotency key: with the same `key` it is executed once. A rejected
    command raises Refused."""

    async def orders(
        self, *, limit: int | None = None, before: str | None = None
    ) -> ModelList[PlacedOrder]:
        """Return the live orders, and those that ended within 24 hours.

        With `limit`, return the orders that were placed last, live or ended."""
        path = "/broker/orders"
        found = await self._read_account(path, list[PlacedOrder], limit=limit, before=before)
        return ModelList(PlacedOrder, found)

    async def order(self, order_id: str) -> PlacedOrder:
        """Return an order. Raises Refused with `order_not_found`."""
        return await self._read_account(_order_path(order_id), PlacedOrder)

    async def orders_history(
        self, *, limit: int = 200, before: str | None = None
    ) -> ModelList[PlacedOrder]:
        """Return the orders that have ended, the newest first."""
        path = "/broker/orders/history"
        found = await self._read_account(path, list[PlacedOrder], limit=limit, before=before)
        return ModelList(PlacedOrder, found)

    async def positions(self) -> ModelList[Position]:
        """Return the open positions."""
        found = await self._read_account("/broker/positions", list[Position])
        return ModelList(Position, found)

    async def position(self, symbol: str) -> Position | None:
        """Return the open position of a symbol, or None."""
        positions = await self.positions()
        return next((each for each in positions if symbol in (each.symbol, each.id)), None)

    async def place_order(
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
        order = build_order(
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
        )
        return await self.send_order(order, key=key)

    async def send_order(self, order: PreOrder, *, key: str | None = None) -> PlaceOrderResult:
        """Place the order of a complete request."""
        return await self._command("POST", "/broker/orders", PlaceOrderResult, key, order)

    async def preview_order(
        self, order: PreOrder, *, order_id: str | None = None
    ) -> OrderPreviewResult:
        """Return the effects and the cost of an order. With `order_id`, return those of a change of
        that order."""
        params = {"account_id": self._account_id, "order_id": order_id}
        request = Request("POST", "/broker/orders/preview", params, order)
        return await self._rest.send(request, OrderPreviewResult)

    async def modify_order(
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
        order = changed_order(
            await self.order(order_id),
            qty=qty,
            limit_price=limit_price,
            stop_price=stop_price,
            take_profit=take_profit,
            stop_loss=stop_loss,
            trailing_stop_pips=trailing_stop_pips,
            duration=duration,
        )
        return await self.replace_order(order_id, order, key=key)

    async def replace_order(
        self, order_id: str, order: PreOrder, *, key: str | None = None
    ) -> SuccessResponse:
        """Change a working order to a complete request. Brackets that the request leaves out are
        removed."""
        return await self._command("PUT", _order_path(order_id), SuccessResponse, key, order)

    async def cancel_order(self, order_id: str, *, key: str | None = None) -> SuccessResponse:
        """Cancel an order."""
        return await self._command("DELETE", _order_path(order_id), SuccessResponse, key)

    async def cancel_orders(
        self, order_ids: Iterable[str], *, key: str | None = None
    ) -> CancelOrdersResult:
        """Cancel several orders, and return the ids of all canceled orders, brackets included."""
        body = CancelOrdersRequest(orderIds=list(order_ids))
        return await self._command("POST", "/broker/orders/cancel", CancelOrdersResult, key, body)

    async def cancel_all_orders(self, *, key: str | None = None) -> CancelOrdersResult:
        """Cancel every live order of the account."""
        return await self._command("DELETE", "/broker/orders", CancelOrdersResult, key)

    async def close_position(
        self, symbol: str, qty: float | None = None, *, key: str | None = None
    ) -> SuccessResponse:
        """Close a position, or `qty` of it, by a market order."""
        path = _position_path(symbol)
        return await self._command("DELETE", path, SuccessResponse, key, params={"amount": qty})

    async def reverse_position(self, symbol: str, *, key: str | None = None) -> SuccessResponse:
        """Reverse a position to the other side with the same quantity."""
        path = f"{_position_path(symbol)}/reverse"
        return await self._command("POST", path, SuccessResponse, key)

    async def edit_brackets(
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
        brackets = Brackets(
            takeProfit=take_profit,
            stopLoss=stop_loss,
            trailingStopPips=trailing_stop_pips,
            guaranteedStop=guaranteed_stop,
        )
        path = f"{_position_path(symbol)}/brackets"
        body = EditPositionBracketsRequest(brackets=brackets)
        return await self._command("PUT", path, SuccessResponse, key, body)


def _order_path(order_id: str) -> str:
    return f"/broker/orders/{url_quote(order_id, safe='')}"


def _position_path(symbol: str) -> str:
    return f"/broker/positions/{url_quote(symbol, safe='')}"
