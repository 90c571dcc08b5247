"""A terminal's orders as the engine's tickets."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.instrument import Instrument
from trading_api.domain.orders import Brackets, Duration, OrderRequest, OrderType, Side, Trail
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import Invalid, NotSupportedYet
from trading_api.models.broker import Brackets as BracketsRequest
from trading_api.models.broker import OrderType as WireOrderType
from trading_api.models.broker import PreOrder, StopType
from trading_api.modules.broker.mapping import to_decimal, to_optional_decimal
from trading_api.modules.broker.paper.prices import pip_size


class Tickets:
    def __init__(self, market: MarketData) -> None:
        self._market = market

    def ticket(self, order: PreOrder, instrument: Instrument) -> OrderRequest:
        """Raises Invalid for what can't be meant, NotSupportedYet for what can't be done."""
        if order.guaranteed_stop is not None or order.stop_type is StopType.GUARANTEED_STOP:
            raise NotSupportedYet("A guaranteed stop")
        trail = _trail(order.trailing_stop_pips, instrument)
        is_trailing = order.stop_type is StopType.TRAILING_STOP
        if is_trailing and trail is None:
            raise Invalid("A trailing stop needs trailingStopPips.", "trailing_stop_pips_missing")
        trails_itself = is_trailing and order.type is WireOrderType.STOP
        duration = Duration(order.duration.type) if order.duration else None
        return OrderRequest(
            symbol=instrument.symbol,
            side=Side(order.side),
            type=OrderType(order.type),
            quantity=to_decimal(order.qty),
            limit_price=to_optional_decimal(order.limit_price),
            stop_price=to_optional_decimal(order.stop_price),
            trail=trail if trails_itself else None,
            duration=duration,
            expires_ms=self._expires_ms(order, duration, instrument),
            brackets=_brackets(
                order.take_profit, order.stop_loss, None if trails_itself else trail
            ),
            reduce_only=bool(order.is_close),
            client_id=order.client_order_id or "",
        )

    def brackets(self, request: BracketsRequest, instrument: Instrument) -> Brackets:
        if request.guaranteed_stop is not None:
            raise NotSupportedYet("A guaranteed stop")
        trail = _trail(request.trailing_stop_pips, instrument)
        return _brackets(request.take_profit, request.stop_loss, trail)

    def _expires_ms(
        self, order: PreOrder, duration: Duration | None, instrument: Instrument
    ) -> int | None:
        if duration is Duration.DAY:
            return self._market.session_end_ms(instrument.symbol)
        if duration is Duration.GTD and order.duration and order.duration.datetime is not None:
            return round(order.duration.datetime)
        return None


def _trail(pips: float | None, instrument: Instrument) -> Trail | None:
    if pips is None:
        return None
    exact = to_decimal(pips)
    return Trail(exact, exact * pip_size(instrument))


def _brackets(take_profit: float | None, stop_loss: float | None, trail: Trail | None) -> Brackets:
    # A trail takes the place of the stop: terminals send the price it starts from with it.
    fixed: Decimal | None = None if trail else to_optional_decimal(stop_loss)
    return Brackets(to_optional_decimal(take_profit), fixed, trail)
