"""Reads and closes positions for Alpaca's clients."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.account_snapshot import AccountSnapshot, PositionView
from trading_api.domain.broker_commands import CancelOrdersCommand, ClosePositionCommand
from trading_api.domain.decimal_text import decimal_text, optional_text
from trading_api.domain.orders import OrderStatus
from trading_api.models.alpaca.orders import AlpacaOrder
from trading_api.models.alpaca.positions import AlpacaPosition, ClosedPosition
from trading_api.modules.alpaca.assets import US_EQUITY, asset_class, exchange_name
from trading_api.modules.alpaca.errors import AlpacaError, not_found, unprocessable
from trading_api.modules.alpaca.formats import rounded_text
from trading_api.modules.alpaca.ids import asset_uuid
from trading_api.modules.alpaca.services import AlpacaServices
from trading_api.modules.alpaca.trading.order_instructions import HUNDRED, floor_to_step
from trading_api.modules.alpaca.trading.orders import AccountOrders
from trading_api.modules.alpaca.trading.price_history import PriceHistory

ZERO = Decimal(0)
RATIO_DECIMALS = 10


class AlpacaPositions:
    """The positions of accounts that the caller was granted. Methods raise AlpacaError, and
    ApiError where the port refuses."""

    def __init__(
        self, services: AlpacaServices, orders: AccountOrders, prices: PriceHistory
    ) -> None:
        self._context = services.context
        self._assets = services.assets
        self._orders = orders
        self._prices = prices

    async def all(self, account_id: str) -> list[AlpacaPosition]:
        """Return every open position."""
        await self._context.broker.load(account_id)
        held = list(self._context.broker.snapshot(account_id).positions())
        closes = [await self._last_close(each.symbol) for each in held]
        # Read again: the account may have changed while the closes were read.
        snapshot = self._context.broker.snapshot(account_id)
        return [
            self._document(snapshot, position, close)
            for each, close in zip(held, closes, strict=True)
            if (position := snapshot.position(each.symbol))
        ]

    async def one(self, account_id: str, name: str) -> AlpacaPosition:
        """Return the position in an asset."""
        symbol = await self._held_symbol(account_id, name)
        close = await self._last_close(symbol)
        snapshot = self._context.broker.snapshot(account_id)
        position = snapshot.position(symbol)
        if position is None:
            raise _no_position()
        return self._document(snapshot, position, close)

    async def close(
        self, account_id: str, name: str, qty: Decimal | None, percentage: Decimal | None
    ) -> AlpacaOrder:
        """Close a position, a quantity or a percentage of it, and return the closing order."""
        if qty is not None and percentage is not None:
            raise unprocessable("only one of qty and percentage may be given")
        self._context.admission.admit(account_id)
        symbol = await self._held_symbol(account_id, name)
        position = self._context.broker.snapshot(account_id).position(symbol)
        if position is None:
            raise _no_position()
        if percentage is not None:
            qty = self._part(position, percentage)
        if qty is not None and qty <= 0:
            raise unprocessable("the quantity to close must be > 0")
        # The whole quantity closes the whole position, even if it has become smaller meanwhile.
        quantity = None if qty == abs(position.quantity) else qty
        result = await self._orders.execute(account_id, ClosePositionCommand(symbol, quantity))
        return await self._orders.placed(account_id, result.order_id)

    async def close_all(self, account_id: str, cancel_orders: bool) -> list[ClosedPosition]:
        """Close every position. With `cancel_orders`, cancel every order first."""
        self._context.admission.admit(account_id)
        await self._context.broker.load(account_id)
        if cancel_orders:
            await self._orders.execute(account_id, CancelOrdersCommand())
        symbols = [each.symbol for each in self._context.broker.snapshot(account_id).positions()]
        return [await self._close_one(account_id, symbol) for symbol in symbols]

    async def _close_one(self, account_id: str, symbol: str) -> ClosedPosition:
        try:
            result = await self._orders.execute(account_id, ClosePositionCommand(symbol))
            order = await self._orders.placed(account_id, result.order_id)
        except AlpacaError as error:
            return ClosedPosition(symbol=symbol, status=error.status, body=error.document)
        return ClosedPosition(symbol=symbol, status=200, order_id=order.id, body=order.model_dump())

    def _part(self, position: PositionView, percentage: Decimal) -> Decimal:
        if not 0 < percentage <= HUNDRED:
            raise unprocessable("percentage must be > 0 and at most 100")
        held = abs(position.quantity)
        if percentage == HUNDRED:
            return held
        instrument = self._assets.by_symbol(position.symbol)
        step = instrument.quantity_step if instrument else Decimal(1)
        return floor_to_step(held * percentage / HUNDRED, step)

    async def _held_symbol(self, account_id: str, name: str) -> str:
        """Return the bare symbol of an asset, after loading the account."""
        instrument = self._assets.find(name)
        if instrument is None:
            raise not_found(f"symbol not found: {name[:64]}")
        await self._context.broker.load(account_id)
        return instrument.symbol

    async def _last_close(self, symbol: str) -> Decimal | None:
        instrument = self._assets.by_symbol(symbol)
        return await self._prices.last_close(instrument) if instrument else None

    def _document(
        self, snapshot: AccountSnapshot, position: PositionView, last_close: Decimal | None
    ) -> AlpacaPosition:
        instrument = self._assets.by_symbol(position.symbol)
        valuation = snapshot.valuation(position)
        quantity, sign = position.quantity, 1 if position.quantity > 0 else -1
        price = valuation.price if valuation else None
        cost = valuation.cost * sign if valuation else position.average_price * quantity
        profit = valuation.profit if valuation else None
        day_profit = None
        if price is not None and last_close is not None:
            rate = instrument and snapshot.conversion_rate(instrument.currency)
            day_profit = (price - last_close) * quantity * rate if rate else None
        return AlpacaPosition(
            asset_id=str(asset_uuid(position.symbol)),
            symbol=position.symbol,
            exchange=exchange_name(instrument) if instrument else "",
            asset_class=asset_class(instrument) if instrument else US_EQUITY,
            asset_marginable=True,
            qty=decimal_text(quantity),
            qty_available=decimal_text(_available(snapshot, position) * sign),
            avg_entry_price=rounded_text(position.average_price),
            side="long" if quantity > 0 else "short",
            market_value=None if profit is None else rounded_text(cost + profit),
            cost_basis=rounded_text(cost),
            unrealized_pl=None if profit is None else rounded_text(profit),
            unrealized_plpc=_ratio(profit, cost),
            unrealized_intraday_pl=None if day_profit is None else rounded_text(day_profit),
            unrealized_intraday_plpc=_ratio(day_profit, cost),
            current_price=optional_text(price),
            lastday_price=optional_text(last_close),
            change_today=_ratio(price and last_close and price - last_close, last_close),
        )


def _available(snapshot: AccountSnapshot, position: PositionView) -> Decimal:
    """Return the quantity that no working order closes. Of a pair of brackets, only one can
    fill."""
    held = abs(position.quantity)
    closing = [
        order
        for order in snapshot.live_orders()
        if order.symbol == position.symbol
        and order.side * position.quantity < 0
        and order.status is not OrderStatus.INACTIVE
    ]
    rest = [order.quantity - order.filled_quantity for order in closing if not order.is_bracket]
    brackets: dict[str, Decimal] = {}
    for order in closing:
        if order.is_bracket:
            left = order.quantity - order.filled_quantity
            brackets[order.parent_id] = max(left, brackets.get(order.parent_id, ZERO))
    return max(held - sum(rest, ZERO) - sum(brackets.values(), ZERO), ZERO)


def _ratio(part: Decimal | None, whole: Decimal | None) -> str | None:
    """Return the ratio of a part to the absolute value of the whole, or None if it is unknown."""
    if part is None or not whole:
        return None
    return rounded_text(part / abs(whole), RATIO_DECIMALS)


def _no_position() -> AlpacaError:
    return not_found("position does not exist")
