"""The pre-trade risk checks of a live account: pure functions that check a command against limits.

| command | kill switch | orders a minute | daily loss | price | distance | values |
| --- | --- | --- | --- | --- | --- | --- |
| cancel | passes | passes | passes | passes | passes | passes |
| close a position | passes | passes | passes | passes | passes | passes |
| an order that only reduces | checked | checked | passes | only with prices | checked | passes |
| every other order | checked | checked | checked | checked | checked | checked |

A close is an order like any other once it and the market orders on their way exceed the position.
An order only reduces when it and the account's other orders of its side cannot sell more than is
held, or buy more than is owed. The checks are made in the order of the columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from trading_api.domain.account_snapshot import AccountSnapshot, OrderView
from trading_api.domain.broker_commands import (
    ClosePositionCommand,
    ModifyOrderCommand,
    OrderInstruction,
    PlaceOrderCommand,
    ReversePositionCommand,
)
from trading_api.domain.instrument import Instrument, bare_symbol
from trading_api.domain.kill_switch import KILL_SWITCH_OFF, KillSwitch
from trading_api.domain.market_status import MarketState
from trading_api.domain.orders import OrderType, Side
from trading_api.domain.ports.market_data import MarketData

MINUTE_MS = 60_000
_ZERO = Decimal(0)

CheckedCommand = (
    PlaceOrderCommand | ModifyOrderCommand | ClosePositionCommand | ReversePositionCommand
)


class RiskCode(StrEnum):
    """The machine-readable reasons for which the gate refuses an order, in the order of the
    checks."""

    TRADING_HALTED = "trading_halted"
    ORDERS_PER_MINUTE = "risk_orders_per_minute"
    DAILY_LOSS = "risk_daily_loss"
    NO_PRICE = "risk_no_price"
    PRICE_DISTANCE = "risk_price_distance"
    ORDER_VALUE = "risk_order_value"
    POSITION_VALUE = "risk_position_value"


@dataclass(frozen=True, slots=True)
class RiskLimits:
    """The limits of one account. Values are in the account's currency, and each limit itself is
    still permitted.

    `price_distance_percent` is how far a limit or a stop price may be from the market, on either
    side, in percent of the market's price."""

    order_value_max: Decimal
    position_value_max: Decimal
    daily_loss_max: Decimal
    orders_per_minute: int
    price_distance_percent: Decimal


@dataclass(frozen=True, slots=True)
class RiskView:
    """The account and the market as the gate sees them. The gate changes nothing of them.

    `order_times_ms` are the times of the orders that were sent to the venue in the last minute at
    least: placed, modified, closed and reversed. `requested_quantities` are those that were
    requested for live orders and that the venue has not confirmed, by order id.
    `day_start_equity` is the account's equity when
    the present UTC day of market time began, without what was deposited since; None means that no
    loss is known yet. `enforces_reduce_only` means that the venue never lets a working order which
    only reduces trade more than the position. `held_brackets` are the ids of brackets that the
    venue has not received, which shrink with the position."""

    account: AccountSnapshot
    market: MarketData
    kill_switch: KillSwitch = KILL_SWITCH_OFF
    order_times_ms: Sequence[int] = ()
    day_start_equity: Decimal | None = None
    requested_quantities: Mapping[str, Decimal] = field(default_factory=dict)
    enforces_reduce_only: bool = False
    held_brackets: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class RiskBreach:
    """Why the gate refuses: a code for programs and a sentence for people. `symbol` is that of the
    order, or empty."""

    code: RiskCode
    text: str
    symbol: str = ""


def check(
    command: CheckedCommand, view: RiskView, limits: RiskLimits, now_ms: int
) -> RiskBreach | None:
    """Return the first check that the command fails, or None. `now_ms` is the time to which the
    times of the orders belong."""
    order = _checked_order(command, view)
    if order is None:
        return None
    return (
        _halted(order, view)
        or _too_many(order, view, limits, now_ms)
        or (None if order.only_reduces else daily_loss(view, limits, order.symbol))
        or _priced(order, view, limits)
    )


def daily_loss(view: RiskView, limits: RiskLimits, symbol: str = "") -> RiskBreach | None:
    """Return the breach once the account has lost its limit of one day, open positions included."""
    if view.day_start_equity is None:
        return None
    loss = view.day_start_equity - view.account.equity()
    if loss < limits.daily_loss_max:
        return None
    text = (
        f"The account has lost {_text(loss)} {view.account.currency} since 00:00 UTC; the limit "
        f"of a day is {_text(limits.daily_loss_max)} (RISK_DAILY_LOSS_MAX)."
    )
    return RiskBreach(RiskCode.DAILY_LOSS, text, symbol)


# The order that a command asks for


@dataclass(frozen=True, slots=True)
class _Order:
    """What may be traded. `open_quantity` is what is not filled yet. `worst_position` is the
    position if this order and the others of its side are filled completely, none of the other
    side."""

    symbol: str
    instrument: Instrument | None
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    only_reduces: bool
    worst_position: Decimal

    @property
    def prices(self) -> list[Decimal]:
        return [price for price in (self.limit_price, self.stop_price) if price is not None]


def _checked_order(command: CheckedCommand, view: RiskView) -> _Order | None:
    """Return the order of the command, or None for one that no check applies to."""
    match command:
        case PlaceOrderCommand(order):
            return _order(order, view, None)
        case ModifyOrderCommand(order_id, order):
            live = view.account.live_orders()
            return _order(order, view, next((each for each in live if each.id == order_id), None))
        case ClosePositionCommand(symbol, quantity):
            held = _held(view, symbol)
            closed = abs(held) if quantity is None else abs(quantity)
            if closed + _pending_market_orders(view, symbol, _closing_side(held)) <= abs(held):
                return None
            return _market_order(symbol, _closing_side(held), closed, view)
        case ReversePositionCommand(symbol):
            held = _held(view, symbol)
            return _market_order(symbol, _closing_side(held), 2 * abs(held), view)


def _market_order(symbol: str, side: Side, quantity: Decimal, view: RiskView) -> _Order:
    return _order(OrderInstruction(symbol, side, OrderType.MARKET, quantity), view, None)


def _order(order: OrderInstruction, view: RiskView, replaced: OrderView | None) -> _Order:
    instrument = view.market.instrument(order.symbol)
    symbol = instrument.symbol if instrument else bare_symbol(order.symbol)
    filled = replaced.filled_quantity if replaced else _ZERO
    quantity = abs(order.quantity)
    open_quantity = max(quantity - filled, _ZERO)
    competing = _competing(view, symbol, order.side, replaced)
    others = sum((_open(each, view) for each in competing), _ZERO)
    held, traded = _held(view, symbol), open_quantity + others
    return _Order(
        symbol=symbol,
        instrument=instrument,
        side=order.side,
        type=order.type,
        quantity=quantity,
        limit_price=order.limit_price if order.type.has_limit else None,
        stop_price=order.stop_price if order.type.has_stop else None,
        only_reduces=held * order.side < 0 and traded <= abs(held),
        worst_position=held + order.side * traded,
    )


def _pending_market_orders(view: RiskView, symbol: str, side: Side) -> Decimal:
    """Return what market orders of the side have not traded yet: those that close it already."""
    return sum(
        (
            _open(each, view)
            for each in view.account.live_orders()
            if each.symbol == bare_symbol(symbol)
            and each.side is side
            and each.type is OrderType.MARKET
        ),
        _ZERO,
    )


def _competing(
    view: RiskView, symbol: str, side: Side, replaced: OrderView | None
) -> list[OrderView]:
    """Return the live orders that trade in the same direction. Those that the venue never lets
    trade more than the position count for nothing."""
    return [
        each
        for each in view.account.live_orders()
        if each.symbol == symbol
        and each.side is side
        and not (view.enforces_reduce_only and (each.reduce_only or each.is_bracket))
        and each.id not in view.held_brackets
        and (replaced is None or each.id != replaced.id)
    ]


def _open(order: OrderView, view: RiskView) -> Decimal:
    """Return how much an order may still trade, with a change on its way to the venue."""
    requested = view.requested_quantities.get(order.id, order.quantity)
    return max(order.quantity, requested) - order.filled_quantity


def _held(view: RiskView, symbol: str) -> Decimal:
    position = view.account.position(bare_symbol(symbol))
    return position.quantity if position else _ZERO


def _closing_side(held: Decimal) -> Side:
    return Side.SELL if held > 0 else Side.BUY


# The checks


def _halted(order: _Order, view: RiskView) -> RiskBreach | None:
    if not view.kill_switch.is_on:
        return None
    reason = f" ({view.kill_switch.reason})" if view.kill_switch.reason else ""
    text = f"Trading is halted in this account{reason}: it only cancels orders and closes positions"
    return RiskBreach(RiskCode.TRADING_HALTED, f"{text}.", order.symbol)


def _too_many(order: _Order, view: RiskView, limits: RiskLimits, now_ms: int) -> RiskBreach | None:
    recent = sum(1 for time_ms in view.order_times_ms if now_ms - time_ms < MINUTE_MS)
    if recent < limits.orders_per_minute:
        return None
    text = (
        f"{recent} orders were sent within a minute; the limit is {limits.orders_per_minute} "
        "(RISK_ORDERS_PER_MINUTE)."
    )
    return RiskBreach(RiskCode.ORDERS_PER_MINUTE, text, order.symbol)


def _priced(order: _Order, view: RiskView, limits: RiskLimits) -> RiskBreach | None:
    """Check what depends on the market's price."""
    if order.only_reduces and not order.prices:
        return None
    price, rate = _market_price(order, view), _rate(order, view)
    if price is None or rate is None:
        text = f"{order.symbol} has no fresh price to check the order by; try again in a moment."
        return RiskBreach(RiskCode.NO_PRICE, text, order.symbol)
    breach = _too_far(order, price, limits)
    if breach or order.only_reduces:
        return breach
    return _too_large(order, price, rate, view.account.currency, limits)


def _too_far(order: _Order, price: Decimal, limits: RiskLimits) -> RiskBreach | None:
    for each in order.prices:
        if abs(each - price) * 100 > price * limits.price_distance_percent:
            text = (
                f"{_text(each)} is {_percent(each, price)} % away from {_text(price)}, the "
                f"market's price of {order.symbol}; the limit is "
                f"{_text(limits.price_distance_percent)} % (RISK_PRICE_DISTANCE_PERCENT)."
            )
            return RiskBreach(RiskCode.PRICE_DISTANCE, text, order.symbol)
    return None


def _too_large(
    order: _Order, price: Decimal, rate: Decimal, currency: str, limits: RiskLimits
) -> RiskBreach | None:
    value = order.quantity * _traded_price(order, price) * rate
    if value > limits.order_value_max:
        text = (
            f"The order is worth {_text(value)} {currency}; the limit is "
            f"{_text(limits.order_value_max)} (RISK_ORDER_VALUE_MAX)."
        )
        return RiskBreach(RiskCode.ORDER_VALUE, text, order.symbol)
    value = abs(order.worst_position) * max([price, *order.prices]) * rate
    if value > limits.position_value_max:
        text = (
            f"The position in {order.symbol} could become worth {_text(value)} {currency}; the "
            f"limit is {_text(limits.position_value_max)} (RISK_POSITION_VALUE_MAX)."
        )
        return RiskBreach(RiskCode.POSITION_VALUE, text, order.symbol)
    return None


# Prices


def _market_price(order: _Order, view: RiskView) -> Decimal | None:
    """Return the price at which a market order of the side would trade, or None without a fresh
    one. A closed market has its last price."""
    if order.instrument is None:
        return None
    if view.market.status_of(order.symbol).state not in (MarketState.OPEN, MarketState.CLOSED):
        return None
    quote = view.market.quote(order.symbol)
    if quote is None:
        return None
    price = quote.ask if order.side is Side.BUY else quote.bid
    return price if price > 0 else None


def _rate(order: _Order, view: RiskView) -> Decimal | None:
    instrument = order.instrument
    return view.account.conversion_rate(instrument.currency) if instrument else None


def _traded_price(order: _Order, price: Decimal) -> Decimal:
    """Return the highest price at which the order may trade, as far as that is known: a buyer
    never pays more than the limit; a stop may trade at its own price or at the market's."""
    if order.side is Side.BUY and order.limit_price is not None:
        return order.limit_price
    return max([price, *order.prices])


# Texts


def _text(value: Decimal) -> str:
    """Return a number with at most eight decimals, and without an exponent."""
    return f"{value:.8f}".rstrip("0").rstrip(".")


def _percent(value: Decimal, price: Decimal) -> str:
    return f"{abs(value - price) / price * 100:.1f}"
