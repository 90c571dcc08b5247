"""Translates Alpaca's order requests to instructions of the broker port. Wire names stop here."""

from __future__ import annotations

from dataclasses import replace
from decimal import Context, Decimal

from trading_api.domain.account_snapshot import OrderView
from trading_api.domain.broker_commands import (
    NO_PROTECTION,
    BracketsInstruction,
    OrderInstruction,
)
from trading_api.domain.instrument import Instrument
from trading_api.domain.orders import Duration, OrderType, Side
from trading_api.domain.quote import Quote
from trading_api.models.alpaca.orders import NewOrder, OrderReplacement
from trading_api.modules.alpaca.assets import display_symbol, is_fractionable
from trading_api.modules.alpaca.errors import (
    AlpacaError,
    insufficient,
    invalid_field,
    not_supported,
    unprocessable,
)

_TYPES = {
    "market": OrderType.MARKET,
    "limit": OrderType.LIMIT,
    "stop": OrderType.STOP,
    "stop_limit": OrderType.STOP_LIMIT,
    "trailing_stop": OrderType.STOP,
}
_PRICES = {
    "market": (),
    "limit": ("limit_price",),
    "stop": ("stop_price",),
    "stop_limit": ("limit_price", "stop_price"),
    "trailing_stop": (),
}
_DURATIONS = {
    "day": Duration.DAY,
    "gtc": Duration.GTC,
    "ioc": Duration.IOC,
    "fok": Duration.FOK,
}
HUNDRED = Decimal(100)
_EXACT = Context(prec=60)
"""Enough digits for the steps in the largest amount at the smallest price."""


def to_instruction(
    order: NewOrder, instrument: Instrument, quote: Quote | None
) -> OrderInstruction:
    """Return the instruction of a simple order or of one with brackets. Raises AlpacaError for an
    order that contradicts itself, and for features that this server does not have."""
    _check_supported(order)
    _check_prices(order)
    side = Side.BUY if order.side == "buy" else Side.SELL
    brackets = _brackets(order)
    is_trailing = order.type == "trailing_stop"
    if is_trailing:
        if brackets != NO_PROTECTION:
            raise not_supported("trailing_stop orders of the classes bracket and oto are")
        distance = _trail_distance(order, side, instrument, quote)
        brackets = BracketsInstruction(trailing_pips=distance / instrument.pip_size)
    return OrderInstruction(
        symbol=instrument.symbol,
        side=side,
        type=_TYPES[order.type],
        quantity=_quantity(order, side, instrument, quote),
        limit_price=order.limit_price,
        stop_price=order.stop_price,
        is_trailing=is_trailing,
        duration=to_duration(order.time_in_force),
        brackets=brackets,
        reduce_only=bool(order.position_intent and order.position_intent.endswith("_to_close")),
        client_id=order.client_order_id or "",
    )


def to_oco_brackets(order: NewOrder) -> BracketsInstruction:
    """Return the brackets of a position that an OCO order asks for. Raises AlpacaError."""
    _check_supported(order)
    profit, loss = order.take_profit, order.stop_loss
    # The limit of the order itself may stand for that of the take-profit.
    limit_price = profit.limit_price if profit else None
    limit_price = order.limit_price if limit_price is None else limit_price
    if order.type != "limit":
        raise unprocessable("oco orders must be limit orders")
    if limit_price is None:
        raise unprocessable("oco orders require take_profit.limit_price")
    if loss is None or loss.stop_price is None:
        raise unprocessable("oco orders require stop_loss.stop_price")
    if loss.limit_price is not None:
        raise not_supported("stop_loss.limit_price is")
    if order.time_in_force not in ("day", "gtc"):
        raise unprocessable("invalid time_in_force for oco order")
    return BracketsInstruction(take_profit=limit_price, stop_loss=loss.stop_price)


def to_replacement(
    order: OrderView, change: OrderReplacement, instrument: Instrument
) -> OrderInstruction:
    """Return the instruction that changes some fields of an order. Raises AlpacaError."""
    if change.client_order_id not in (None, "", order.client_id):
        raise not_supported("replacing the client_order_id of an order is")
    brackets = BracketsInstruction(
        take_profit=order.brackets.take_profit,
        stop_loss=order.brackets.stop_loss,
        trailing_pips=order.brackets.trail.pips if order.brackets.trail else None,
    )
    instruction = OrderInstruction(
        symbol=order.symbol,
        side=order.side,
        type=order.type,
        quantity=order.quantity if change.qty is None else change.qty,
        limit_price=order.limit_price,
        stop_price=order.stop_price,
        duration=order.duration,
        expires_ms=order.expires_ms,
        brackets=brackets,
        reduce_only=order.reduce_only,
        client_id=order.client_id,
    )
    if change.time_in_force is not None:
        instruction = replace(instruction, duration=to_duration(change.time_in_force))
    if change.limit_price is not None:
        if not order.type.has_limit:
            raise unprocessable(f"{order.type.name.lower()} orders must not have limit price")
        instruction = replace(instruction, limit_price=change.limit_price)
    if change.stop_price is not None:
        if not order.type.has_stop or order.trail:
            raise unprocessable("only stop and stop_limit orders have stop price")
        instruction = replace(instruction, stop_price=change.stop_price)
    if order.trail is None:
        if change.trail is not None:
            raise unprocessable("only trailing_stop orders have trail")
        return instruction
    pips = order.trail.pips
    if change.trail is not None:
        pips = _on_tick(change.trail, instrument) / instrument.pip_size
    return replace(instruction, is_trailing=True, brackets=BracketsInstruction(trailing_pips=pips))


def to_duration(time_in_force: str) -> Duration:
    """Return the duration of a time in force. Raises AlpacaError for the auctions, opg and cls."""
    if time_in_force not in _DURATIONS:
        raise not_supported(f"time_in_force {time_in_force} is")
    return _DURATIONS[time_in_force]


def _check_supported(order: NewOrder) -> None:
    if order.order_class == "mleg":
        raise not_supported("orders of the class mleg are")
    if order.extended_hours:
        raise not_supported("extended_hours is")
    if order.position_intent and not order.position_intent.startswith(order.side):
        raise unprocessable(f"position intent mismatch: {order.position_intent} for {order.side}")


def _check_prices(order: NewOrder) -> None:
    for name in ("limit_price", "stop_price"):
        is_needed, words = name in _PRICES[order.type], name.replace("_", " ")
        if (getattr(order, name) is not None) != is_needed:
            wanted = "require" if is_needed else "must not have"
            raise unprocessable(f"{order.type} orders {wanted} {words}")
    trails = (order.trail_price, order.trail_percent)
    given = sum(each is not None for each in trails)
    if given != (order.type == "trailing_stop"):
        raise unprocessable(
            "trailing_stop orders require one of trail_price and trail_percent"
            if order.type == "trailing_stop"
            else f"{order.type} orders must not have trail_price or trail_percent"
        )


def _brackets(order: NewOrder) -> BracketsInstruction:
    order_class = order.order_class or "simple"
    profit, loss = order.take_profit, order.stop_loss
    if order_class == "simple":
        if profit or loss:
            raise unprocessable("simple orders must not have take_profit or stop_loss")
        return NO_PROTECTION
    limit_price = profit.limit_price if profit else None
    stop_price = loss.stop_price if loss else None
    if order_class == "bracket" and (limit_price is None or stop_price is None):
        raise unprocessable(
            "bracket orders require take_profit.limit_price and stop_loss.stop_price"
        )
    if order_class == "oto" and (limit_price is None) == (stop_price is None):
        raise unprocessable("oto orders require one of take_profit and stop_loss")
    if loss and loss.limit_price is not None:
        raise not_supported("stop_loss.limit_price is")
    if order.time_in_force not in ("day", "gtc"):
        raise unprocessable(f"invalid time_in_force for {order_class} order")
    return BracketsInstruction(take_profit=limit_price, stop_loss=stop_price)


def _quantity(order: NewOrder, side: Side, instrument: Instrument, quote: Quote | None) -> Decimal:
    """Return `qty`, or the quantity of `notional` at the limit price or else at the touch."""
    if (order.qty is None) == (order.notional is None):
        raise invalid_field("one of qty and notional is required")
    if order.qty is not None:
        if order.qty <= 0:
            raise unprocessable("qty must be > 0")
        if order.qty % 1 and not is_fractionable(instrument):
            raise _not_fractionable(instrument)
        return order.qty
    assert order.notional is not None
    if order.notional <= 0:
        raise unprocessable("notional must be > 0")
    if order.type not in ("market", "limit"):
        raise unprocessable("notional orders must be market or limit orders")
    if not is_fractionable(instrument):
        raise _not_fractionable(instrument)
    price = _touch(quote, side) if order.limit_price is None else order.limit_price
    if price <= 0:
        raise unprocessable("limit price must be > 0")
    quantity = floor_to_step(_EXACT.divide(order.notional, price), instrument.quantity_step)
    if not quantity:
        raise insufficient(f"notional {order.notional} is less than the smallest order")
    return quantity


def floor_to_step(quantity: Decimal, step: Decimal) -> Decimal:
    """Return the largest multiple of the step that is not above the quantity."""
    return _EXACT.multiply(_EXACT.divide_int(quantity, step), step)


def _trail_distance(
    order: NewOrder, side: Side, instrument: Instrument, quote: Quote | None
) -> Decimal:
    """Return the distance of the stop from the market; a percentage is of today's touch."""
    if order.trail_price is not None:
        distance = order.trail_price
    else:
        assert order.trail_percent is not None
        distance = _touch(quote, side) * order.trail_percent / HUNDRED
        distance = floor_to_step(distance, instrument.tick_size)
    if distance <= 0:
        raise unprocessable("the trail must be at least one tick")
    return _on_tick(distance, instrument)


def _on_tick(distance: Decimal, instrument: Instrument) -> Decimal:
    if distance <= 0 or distance % instrument.tick_size:
        raise unprocessable(f"the trail must be a multiple of {instrument.tick_size}")
    return distance


def _touch(quote: Quote | None, side: Side) -> Decimal:
    price = None if quote is None else quote.ask if side is Side.BUY else quote.bid
    if not price:
        raise unprocessable("the asset has no price yet")
    return price


def _not_fractionable(instrument: Instrument) -> AlpacaError:
    return insufficient(f'asset "{display_symbol(instrument)}" is not fractionable')
