"""Resolves a client's order into the engine's order request."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.broker_commands import BracketsInstruction, OrderInstruction
from trading_api.domain.instrument import Instrument
from trading_api.domain.orders import (
    NO_BRACKETS,
    Brackets,
    Duration,
    OrderRequest,
    OrderType,
    Trail,
)
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import Invalid, NotSupportedYet


class OrderRequestMapper:
    """Adds what the instrument and its market determine: symbol, pip size, end of the session."""

    def __init__(self, market: MarketData) -> None:
        self._market = market

    def order_request(self, order: OrderInstruction, instrument: Instrument) -> OrderRequest:
        """Raises Invalid for an order that contradicts itself, NotSupportedYet for one that the
        engine cannot do."""
        if order.brackets.is_guaranteed:
            raise NotSupportedYet("A guaranteed stop")
        trail = _trail(order.brackets.trailing_pips, instrument)
        if order.is_trailing and trail is None:
            raise Invalid("A trailing stop needs trailingStopPips.", "trailing_stop_pips_missing")
        trails_itself = order.is_trailing and order.type is OrderType.STOP
        return OrderRequest(
            symbol=instrument.symbol,
            side=order.side,
            type=order.type,
            quantity=order.quantity,
            limit_price=order.limit_price,
            stop_price=order.stop_price,
            trail=trail if trails_itself else None,
            duration=order.duration,
            expires_ms=self._expires_ms(order, instrument),
            brackets=_brackets(order.brackets, None if trails_itself else trail),
            reduce_only=order.reduce_only,
            client_id=order.client_id,
        )

    def brackets(self, brackets: BracketsInstruction, instrument: Instrument) -> Brackets:
        """Raises NotSupportedYet."""
        if brackets.is_guaranteed:
            raise NotSupportedYet("A guaranteed stop")
        return _brackets(brackets, _trail(brackets.trailing_pips, instrument))

    def _expires_ms(self, order: OrderInstruction, instrument: Instrument) -> int | None:
        if order.duration is Duration.DAY:
            return self._market.session_end_ms(instrument.symbol)
        return order.expires_ms


def _trail(pips: Decimal | None, instrument: Instrument) -> Trail | None:
    return None if pips is None else Trail(pips, pips * instrument.pip_size)


def _brackets(brackets: BracketsInstruction, trail: Trail | None) -> Brackets:
    # A trail takes the place of the stop: terminals send the price it starts from with it.
    stop_loss = None if trail else brackets.stop_loss
    if brackets.take_profit is None and stop_loss is None and trail is None:
        return NO_BRACKETS  # shared by all orders without brackets
    return Brackets(brackets.take_profit, stop_loss, trail)
