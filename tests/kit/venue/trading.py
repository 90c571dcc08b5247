"""The orders of the venue's user: placed, matched, filled, triggered, canceled and replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, Decimal
from typing import Any

from tests.kit.venue.account import Account, insufficient_balance
from tests.kit.venue.errors import VenueError
from tests.kit.venue.instruments import Instrument, amount
from tests.kit.venue.market import VenueMarket
from tests.kit.venue.matching import ZERO, RestingOrder, crosses, other
from tests.kit.venue.order_rules import OrderRequest, check_order
from tests.kit.venue.orders import UserFill, UserOrder, execution_report
from tests.kit.venue.tape import Trade

Report = dict[str, Any]


class Trading:
    """One user's orders. Reports go to `publish` as they happen, in the user stream's format.

    `commission` names what fees are taken in: "received" (what a fill brings in, as Binance does
    without BNB), "quote", "base", or an asset such as "BNB".
    """

    def __init__(
        self,
        market: VenueMarket,
        account: Account,
        *,
        commission: str = "received",
        maker_rate: Decimal = Decimal("0.001"),
        taker_rate: Decimal = Decimal("0.001"),
    ) -> None:
        self.market = market
        self.account = account
        self.commission = commission
        self.rates = {True: maker_rate, False: taker_rate}
        self.orders: dict[int, UserOrder] = {}
        self.fills: list[UserFill] = []
        self._open: dict[int, UserOrder] = {}
        self.sent_ids: Counter[str] = Counter()
        self.publish: Callable[[Report], None] = lambda report: None
        self._last_execution_id = 20_000_000
        market.on_maker_fill = self._on_maker_fill
        market.after_trades = self._trigger

    def place(self, instrument: Instrument, query: Mapping[str, str]) -> UserOrder:
        """Place an order and match it. Raises VenueError if the venue rejects it."""
        if client_id := query.get("newClientOrderId"):
            self.sent_ids[client_id] += 1
        request = self.check(instrument, query)
        self._check_acceptable(request, instrument)
        order = self._new_order(request, instrument)
        if not order.quantity:
            text = "Order book liquidity is less than `LOT_SIZE` filter minimum quantity."
            raise VenueError(-2010, text)
        self._lock(order)
        self.orders[order.id] = self._open[order.id] = order
        self._report(order, "NEW")
        if order.is_working:
            self._match(order)
        self._publish_balances()
        self.market.settle(order.symbol)
        return order

    def check(self, instrument: Instrument, query: Mapping[str, str]) -> OrderRequest:
        """Return the parameters of a new order, checked by the filters of its instrument."""
        return check_order(query, instrument, self.market.tapes[instrument.symbol].last_price)

    def cancel(
        self, order: UserOrder | None, cancel_id: str = "", restriction: str | None = None
    ) -> tuple[UserOrder, str]:
        """Cancel an open order and return it with the cancel's own client id.

        With the restriction `ONLY_NEW` or `ONLY_PARTIALLY_FILLED` the order must be so.
        """
        if order is None or not order.is_open:
            raise VenueError(-2011, "Unknown order sent.")
        if restriction is not None and restriction.removeprefix("ONLY_") != order.status:
            raise VenueError(-2011, "Order was not canceled due to cancel restrictions.")
        cancel_id = cancel_id or f"cancel-{self.market.new_order_id()}"
        self._close(order, "CANCELED", cancel_id)
        self.market.settle(order.symbol)
        return order, cancel_id

    def expire(self, order: UserOrder) -> None:
        """End an open order by the venue's own decision."""
        self._close(order, "EXPIRED", reason="EXCHANGE_CANCELED")
        self.market.settle(order.symbol)

    def find(self, symbol: str, order_id: int | None, client_id: str | None) -> UserOrder | None:
        """Return an order by the venue's id, or the newest one with a client id."""
        if order_id is not None:
            order = self.orders.get(order_id)
            return order if order and order.symbol == symbol else None
        for order in reversed(self.orders.values()):
            if order.client_id == client_id and order.symbol == symbol:
                return order
        return None

    def open_orders(self, symbol: str | None = None) -> list[UserOrder]:
        return [each for each in self._open.values() if symbol in (None, each.symbol)]

    def _check_acceptable(self, request: OrderRequest, instrument: Instrument) -> None:
        last_price = self.market.tapes[instrument.symbol].last_price
        if self.market.statuses[instrument.symbol] != "TRADING":
            raise VenueError(-1013, "Market is closed.")
        if request.client_id and any(
            each.client_id == request.client_id for each in self.open_orders()
        ):
            raise VenueError(-2010, "Duplicate order sent.")
        if request.is_stop and _is_triggered(request, last_price):
            raise VenueError(-2010, "Order would trigger immediately.")
        best = self.market.books[instrument.symbol].best(other(request.side))
        if request.type == "LIMIT_MAKER" and best and crosses(request.side, best[0], request.price):
            raise VenueError(-2010, "Order would immediately match and take.")

    def _new_order(self, request: OrderRequest, instrument: Instrument) -> UserOrder:
        now_ms, order_id = self.market.clock.now_ms(), self.market.new_order_id()
        order = UserOrder(
            id=order_id,
            client_id=request.client_id or f"venue-{order_id}",
            instrument=instrument,
            side=request.side,
            type=request.type,
            time_in_force=request.time_in_force,
            quantity=request.quantity,
            price=request.price,
            stop_price=request.stop_price,
            quote_quantity=request.quote_quantity,
            time_ms=now_ms,
            updated_ms=now_ms,
            is_working=not request.is_stop,
        )
        if request.quote_quantity:
            order.quantity = self._quantity_for(order)
        return order

    def _quantity_for(self, order: UserOrder) -> Decimal:
        """Return how much a market order by value trades, in whole steps."""
        step, left, quantity = order.instrument.step, order.quote_quantity, ZERO
        for price, available in self.market.books[order.symbol].depth(other(order.side), 1_000):
            taken = min(available, left / price)
            quantity += taken
            left -= taken * price
        return (quantity / step).to_integral(ROUND_DOWN) * step

    def _lock(self, order: UserOrder) -> None:
        """Reserve what the order can cost. Raises VenueError if the balance is too small."""
        if order.side == "SELL":
            order.lock_price = Decimal(1)
        elif order.price or order.stop_price:
            order.lock_price = order.price or order.stop_price
            if self.commission == "quote":
                order.lock_price *= 1 + max(self.rates.values())
        elif self.account.balance(order.instrument.quote).free < self._cost(order):
            raise insufficient_balance()
        order.locked = order.quantity * order.lock_price
        self.account.lock(order.locked_asset, order.locked)

    def _cost(self, order: UserOrder) -> Decimal:
        """Return what the book asks for the quantity of a market order."""
        left, cost = order.quantity, ZERO
        for price, available in self.market.books[order.symbol].depth(other(order.side), 1_000):
            taken = min(available, left)
            cost += taken * price
            left -= taken
        return cost * (1 + self.rates[False]) if self.commission == "quote" else cost

    def _match(self, order: UserOrder) -> None:
        """Match a working order with the book; the rest is booked or expires."""
        limit = order.price or None
        book = self.market.books[order.symbol]
        if order.time_in_force == "FOK" and book.available(order.side, limit) < order.quantity:
            self._close(order, "EXPIRED", reason="UNFILLED_FOK_ORDER_EXPIRED")
            return
        trades = self.market.execute(
            order.symbol, order.side, limit, order.remaining, taker_id=order.id
        )
        for trade in trades:
            self._fill(order, trade, is_maker=False)
        if not order.remaining:
            return
        if limit is None:
            self._close(order, "EXPIRED", reason="INSUFFICIENT_LIQUIDITY")
            return
        if order.time_in_force == "IOC":
            self._close(order, "EXPIRED", reason="UNFILLED_IOC_QUANTITY_EXPIRED")
            return
        order.resting = RestingOrder(order.id, order.price, order.remaining)
        book.add(order.side, order.resting)

    def _on_maker_fill(self, order_id: int, trade: Trade) -> None:
        self._fill(self.orders[order_id], trade, is_maker=True)

    def _fill(self, order: UserOrder, trade: Trade, *, is_maker: bool) -> None:
        order.executed += trade.quantity
        order.turnover += trade.price * trade.quantity
        order.status = "PARTIALLY_FILLED" if order.remaining else "FILLED"
        order.updated_ms = trade.time_ms
        if not order.remaining:
            order.resting = None
            del self._open[order.id]
        self._exchange(order, trade)
        commission, asset = self._commission(order, trade, is_maker=is_maker)
        self.account.add(asset, -commission)
        self._last_execution_id += 1
        fill = UserFill(order, trade, is_maker, commission, asset, self._last_execution_id)
        order.fills.append(fill)
        self.fills.append(fill)
        self._report(order, "TRADE", fill=fill)
        self._publish_balances()

    def _exchange(self, order: UserOrder, trade: Trade) -> None:
        """Move the assets of a fill: what was reserved for it is released and paid."""
        released = order.locked if not order.remaining else trade.quantity * order.lock_price
        order.locked -= released
        self.account.unlock(order.locked_asset, released)
        sign = 1 if order.side == "BUY" else -1
        self.account.add(order.instrument.base, sign * trade.quantity)
        self.account.add(order.instrument.quote, -sign * trade.price * trade.quantity)

    def _commission(self, order: UserOrder, trade: Trade, *, is_maker: bool) -> tuple[Decimal, str]:
        instrument, value = order.instrument, trade.price * trade.quantity
        asset = {
            "received": instrument.base if order.side == "BUY" else instrument.quote,
            "quote": instrument.quote,
            "base": instrument.base,
        }.get(self.commission, self.commission)
        if asset == instrument.base:
            value = trade.quantity
        elif asset != instrument.quote:
            value /= self.market.tapes[asset + instrument.quote].last_price
        return round(value * self.rates[is_maker], 8), asset

    def _close(self, order: UserOrder, status: str, cancel_id: str = "", reason: str = "") -> None:
        """End an order that is not filled, and release what it reserves."""
        if order.resting is not None:
            self.market.books[order.symbol].remove(order.side, order.resting)
            order.resting = None
        del self._open[order.id]
        self.account.unlock(order.locked_asset, order.locked)
        order.locked = ZERO
        order.status = status
        order.expiry_reason = reason
        order.updated_ms = self.market.clock.now_ms()
        self._report(order, status, cancel_id=cancel_id)
        self._publish_balances()

    def _trigger(self, symbol: str) -> None:
        """Activate the stop orders that the last price reached, until none is left."""
        tape = self.market.tapes[symbol]
        while reached := [
            each
            for each in self.open_orders(symbol)
            if not each.is_working and _is_triggered(each, tape.last_price)
        ]:
            order = reached[0]
            order.is_working = True
            order.updated_ms = self.market.clock.now_ms()
            self._report(order, "NEW")
            self._match(order)

    def _report(
        self,
        order: UserOrder,
        execution_type: str,
        *,
        fill: UserFill | None = None,
        cancel_id: str = "",
    ) -> None:
        if fill is None:
            self._last_execution_id += 1
        now_ms = self.market.clock.now_ms()
        self.publish(
            execution_report(
                order,
                execution_type,
                now_ms,
                self._last_execution_id,
                fill=fill,
                cancel_id=cancel_id,
            )
        )

    def _publish_balances(self) -> None:
        changed = self.account.changed()
        if not changed:
            return
        now_ms = self.account.updated_ms = self.market.clock.now_ms()
        balances = [
            {"a": asset, "f": amount(each.free), "l": amount(each.locked)}
            for asset, each in changed.items()
        ]
        self.publish({"e": "outboundAccountPosition", "E": now_ms, "u": now_ms, "B": balances})

    def deposit(self, asset: str, quantity: Decimal) -> None:
        """Add to a balance from outside, or withdraw with a negative quantity."""
        self.account.add(asset, quantity)
        now_ms = self.market.clock.now_ms()
        update = {"e": "balanceUpdate", "E": now_ms, "a": asset, "d": amount(quantity), "T": now_ms}
        self.publish(update)
        self._publish_balances()


def _is_triggered(order: UserOrder | OrderRequest, last_price: Decimal) -> bool:
    """A stop-loss waits for a price beyond the market against the user, a take-profit for one."""
    rises = (order.side == "BUY") == order.type.startswith("STOP_LOSS")
    return last_price >= order.stop_price if rises else last_price <= order.stop_price
