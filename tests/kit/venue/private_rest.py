"""Binance's private REST: signed requests about the user's orders, fills and balances."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from tests.kit.venue.account import Authentication, invalid_key
from tests.kit.venue.errors import VenueError, missing
from tests.kit.venue.faults import Faults
from tests.kit.venue.gate import Call, Endpoint
from tests.kit.venue.orders import UserOrder, canceled_row, fill_row, order_row, placed_row
from tests.kit.venue.rest import limit_of, number, symbol_of
from tests.kit.venue.trading import Trading

Query = Mapping[str, str]

CANCEL_RESTRICTIONS = (None, "ONLY_NEW", "ONLY_PARTIALLY_FILLED")
ORDER_WINDOWS_MS = {"10S": 10_000, "1M": 60_000}
"""The windows in which new orders are counted."""


class PrivateRest:
    """Answers private requests after it verified key, time and signature.

    `orders_per_10s` limits new orders; headers report how many there were.
    """

    def __init__(
        self,
        trading: Trading,
        authentication: Authentication,
        faults: Faults,
        orders_per_10s: int = 100,
    ) -> None:
        self.trading = trading
        self.market = trading.market
        self.authentication = authentication
        self.faults = faults
        self.orders_per_10s = orders_per_10s
        # Each entry is dropped after the longest window; the limit of orders bounds the rest.
        self._order_times: deque[int] = deque()
        self.endpoints: dict[str, Endpoint] = {
            f"{method} /api/v3/{path}": (self._signed(answer), weight)
            for method, path, answer, weight in (
                ("GET", "account", self._account, 20),
                ("GET", "openOrders", self._open_orders, 6),
                ("DELETE", "openOrders", self._cancel_all, 1),
                ("GET", "order", self._order, 4),
                ("POST", "order", self._place, 1),
                ("DELETE", "order", self._cancel, 1),
                ("POST", "order/cancelReplace", self._cancel_replace, 1),
                ("GET", "allOrders", self._all_orders, 20),
                ("GET", "myTrades", self._fills, 20),
            )
        }

    def order_headers(self, name: str) -> dict[str, str]:
        """Return the headers that count new orders, for the requests that place some."""
        if not name.startswith("POST /api/v3/order"):
            return {}
        return {
            f"X-MBX-ORDER-COUNT-{window}": str(self._count(milliseconds))
            for window, milliseconds in ORDER_WINDOWS_MS.items()
        }

    def _signed(self, answer: Callable[[Query], Any]) -> Callable[[Call], Any]:
        def call(call: Call) -> Any:
            if self.faults.take("invalid_key", call.name):
                raise invalid_key()
            self.authentication.verify(call.api_key, call.query, call.signed)
            return answer(call.query)

        return call

    def _account(self, query: Query) -> Any:
        account, rates = self.trading.account, self.trading.rates
        rows = account.rows()
        if query.get("omitZeroBalances") == "true":
            rows = [row for row in rows if float(row["free"]) or float(row["locked"])]
        return {
            "makerCommission": int(rates[True] * 10_000),
            "takerCommission": int(rates[False] * 10_000),
            "buyerCommission": 0,
            "sellerCommission": 0,
            "commissionRates": {
                "maker": f"{rates[True]:.8f}",
                "taker": f"{rates[False]:.8f}",
                "buyer": "0.00000000",
                "seller": "0.00000000",
            },
            "canTrade": True,
            "canWithdraw": True,
            "canDeposit": True,
            "brokered": False,
            "requireSelfTradePrevention": False,
            "preventSor": False,
            "updateTime": account.updated_ms,
            "accountType": "SPOT",
            "balances": rows,
            "permissions": ["SPOT"],
            "uid": 1,
        }

    def _open_orders(self, query: Query) -> Any:
        symbol = symbol_of(self.market, query) if "symbol" in query else None
        return [order_row(each) for each in self.trading.open_orders(symbol)]

    def _cancel_all(self, query: Query) -> Any:
        orders = self.trading.open_orders(symbol_of(self.market, query))
        if not orders:
            raise VenueError(-2011, "Unknown order sent.")
        return [canceled_row(*self.trading.cancel(each)) for each in orders]

    def _order(self, query: Query) -> Any:
        order = self._find(query, "orderId", "origClientOrderId")
        if order is None:
            raise VenueError(-2013, "Order does not exist.")
        return order_row(order)

    def _place(self, query: Query) -> Any:
        self._count_order()
        return self._placed(query)

    def _placed(self, query: Query) -> Any:
        instrument = self.market.instruments[symbol_of(self.market, query)]
        order = self.trading.place(instrument, query)
        default = "FULL" if order.type in ("MARKET", "LIMIT") else "ACK"
        return placed_row(order, query.get("newOrderRespType", default))

    def _cancel(self, query: Query) -> Any:
        order = self._find(query, "orderId", "origClientOrderId")
        restriction = query.get("cancelRestrictions")
        if restriction not in CANCEL_RESTRICTIONS:
            raise VenueError(-1145, "Invalid cancelRestrictions")
        cancel_id = query.get("newClientOrderId", "")
        return canceled_row(*self.trading.cancel(order, cancel_id, restriction))

    def _cancel_replace(self, query: Query) -> Any:
        """Cancel an order and place another, after the filters accepted the new one.

        Raises VenueError -2021 if one of the two fails, -2022 if both do.
        """
        mode = query.get("cancelReplaceMode")
        if mode not in ("STOP_ON_FAILURE", "ALLOW_FAILURE"):
            raise missing("cancelReplaceMode")
        restriction = query.get("cancelRestrictions")
        if restriction not in CANCEL_RESTRICTIONS:
            raise VenueError(-1145, "Invalid cancelRestrictions")
        instrument = self.market.instruments[symbol_of(self.market, query)]
        self.trading.check(instrument, query)
        self._count_order()
        results: dict[str, Any] = {}
        canceled = self._attempt(results, "cancel", lambda: self._cancel_old(query))
        if not canceled and mode == "STOP_ON_FAILURE":
            results |= {"newOrderResult": "NOT_ATTEMPTED", "newOrderResponse": None}
            raise _replace_failed(-2022, 400, results)
        placed = self._attempt(results, "newOrder", lambda: self._placed(query))
        if not canceled and not placed:
            raise _replace_failed(-2022, 400, results)
        if not canceled or not placed:
            raise _replace_failed(-2021, 409, results)
        return results

    def _attempt(self, results: dict[str, Any], name: str, act: Callable[[], Any]) -> bool:
        try:
            results |= {f"{name}Result": "SUCCESS", f"{name}Response": act()}
        except VenueError as error:
            response = {"code": error.code, "msg": error.message}
            results |= {f"{name}Result": "FAILURE", f"{name}Response": response}
            return False
        return True

    def _cancel_old(self, query: Query) -> Any:
        order = self._find(query, "cancelOrderId", "cancelOrigClientOrderId")
        cancel_id = query.get("cancelNewClientOrderId", "")
        restriction = query.get("cancelRestrictions")
        return canceled_row(*self.trading.cancel(order, cancel_id, restriction))

    def _all_orders(self, query: Query) -> Any:
        symbol, from_id = symbol_of(self.market, query), number(query, "orderId")
        start_ms, end_ms = number(query, "startTime"), number(query, "endTime")
        orders = [
            each
            for each in self.trading.orders.values()
            if each.symbol == symbol
            and (from_id is None or each.id >= from_id)
            and (start_ms is None or each.time_ms >= start_ms)
            and (end_ms is None or each.time_ms <= end_ms)
        ]
        limit = limit_of(query, 500)
        is_forward = from_id is not None or start_ms is not None
        return [order_row(each) for each in (orders[:limit] if is_forward else orders[-limit:])]

    def _fills(self, query: Query) -> Any:
        symbol, from_id = symbol_of(self.market, query), number(query, "fromId")
        order_id = number(query, "orderId")
        start_ms, end_ms = number(query, "startTime"), number(query, "endTime")
        fills = [
            each
            for each in self.trading.fills
            if each.trade.symbol == symbol
            and (from_id is None or each.trade.id >= from_id)
            and (order_id is None or each.order.id == order_id)
            and (start_ms is None or each.trade.time_ms >= start_ms)
            and (end_ms is None or each.trade.time_ms <= end_ms)
        ]
        limit = limit_of(query, 500)
        is_forward = from_id is not None or start_ms is not None
        return [fill_row(each) for each in (fills[:limit] if is_forward else fills[-limit:])]

    def _find(self, query: Query, id_name: str, client_id_name: str) -> UserOrder | None:
        order_id, client_id = number(query, id_name), query.get(client_id_name)
        if order_id is None and client_id is None:
            raise missing(id_name)
        return self.trading.find(symbol_of(self.market, query), order_id, client_id)

    def _count_order(self) -> None:
        if self._count(10_000) >= self.orders_per_10s:
            text = (
                f"Too many new orders; current limit is {self.orders_per_10s} orders per 10 SECOND."
            )
            raise VenueError(-1015, text, 429)
        self._order_times.append(self.market.clock.now_ms())

    def _count(self, window_ms: int) -> int:
        now_ms = self.market.clock.now_ms()
        while self._order_times and self._order_times[0] <= now_ms - 60_000:
            self._order_times.popleft()
        return sum(time_ms > now_ms - window_ms for time_ms in self._order_times)


def _replace_failed(code: int, status: int, results: dict[str, Any]) -> VenueError:
    partly = "partially " if code == -2021 else ""
    text = f"Order cancel-replace {partly}failed."
    return VenueError(code, text, status, {"data": results})
