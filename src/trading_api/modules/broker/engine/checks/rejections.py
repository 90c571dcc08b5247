"""Why a command is refused. The checks run in the order in which they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.domain.orders import (
    NO_BRACKETS,
    Brackets,
    Duration,
    OrderRequest,
    OrderType,
    Side,
    Trail,
)
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.events import IdempotencyKeyRecorded
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.fill_rules import closable_quantity
from trading_api.modules.broker.engine.margin import (
    OrderReplacement,
    equity,
    exposure_margin,
    leverage_of,
    margin_of_other_symbols,
    symbol_margin,
    used_margin,
)
from trading_api.modules.broker.engine.money import MONEY_STEP, ONE, ZERO
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.trading_rules import TradingRules, is_on_grid

# Up to here (and with quantities of a market's size) every sum of price * quantity is exact.
PRICE_MAX = Decimal("1E12")
AMOUNT_MAX = Decimal("1E12")
BALANCE_MAX = Decimal("1E15")
"""What deposits may bring a balance to: the wire's doubles still tell every cent of it."""

HOLDERS_NAMED_MAX = 3


class RejectionCode(StrEnum):
    ORDER_NOT_FOUND = "order_not_found"
    ORDER_NOT_WORKING = "order_not_working"
    ORDER_TRIGGERED = "order_triggered"
    NOT_MODIFIABLE = "not_modifiable"
    CLIENT_ID_TAKEN = "client_order_id_taken"
    KEY_REUSED = "idempotency_key_reused"
    QUANTITY_NOT_POSITIVE = "quantity_not_positive"
    QUANTITY_TOO_LARGE = "quantity_too_large"
    QUANTITY_OFF_GRID = "quantity_off_grid"
    QUANTITY_BELOW_FILLED = "quantity_below_filled"
    LIMIT_PRICE_MISSING = "limit_price_missing"
    STOP_PRICE_MISSING = "stop_price_missing"
    PRICE_NOT_POSITIVE = "price_not_positive"
    PRICE_TOO_LARGE = "price_too_large"
    PRICE_OFF_TICK = "price_off_tick"
    DURATION_NOT_ALLOWED = "duration_not_allowed"
    EXPIRY_MISSING = "expiry_missing"
    EXPIRY_PAST = "expiry_past"
    BRACKETS_NOT_ALLOWED = "brackets_not_allowed"
    BRACKET_PRICE_WRONG = "bracket_price_wrong"
    NO_PRICE = "no_price"
    POSITION_NOT_FOUND = "position_not_found"
    POSITION_REVERSING = "position_reversing"
    NOT_REDUCING = "not_reducing"
    EXCEEDS_POSITION = "exceeds_position"
    INSUFFICIENT_MARGIN = "insufficient_margin"
    AMOUNT_WRONG = "amount_wrong"
    LEVERAGE_WRONG = "leverage_wrong"


@dataclass(frozen=True, slots=True)
class Rejection:
    code: RejectionCode
    message: str


def reject_other_command(
    recorded_keys: IdempotencyKeyRecorded, key: IdempotencyKey
) -> Rejection | None:
    if recorded_keys.fingerprint == key.fingerprint:
        return None
    return Rejection(
        RejectionCode.KEY_REUSED,
        f"The idempotency key {key.key!r} stands for another {key.operation} command.",
    )


def reject_client_id(state: AccountState, request: OrderRequest) -> Rejection | None:
    taken = state.client_ids.get(request.client_id)
    if taken is None:
        return None
    return Rejection(
        RejectionCode.CLIENT_ID_TAKEN,
        f"The client order id {request.client_id!r} belongs to {taken}.",
    )


def reject_request(request: OrderRequest, market: Market) -> Rejection | None:
    """But for its quantity."""
    return (
        _reject_missing_price(request)
        or _reject_off_grid(
            [price for price in (request.limit_price, request.stop_price) if price is not None],
            market.trading_rules,
        )
        or _reject_trail(request, market)
        or _reject_duration(request, market.at_ms)
        or _reject_no_price(request, market)
        or _reject_request_brackets(request, market)
    )


def reject_quantity(quantity: Decimal, trading_rules: TradingRules) -> Rejection | None:
    if quantity <= 0:
        return Rejection(
            RejectionCode.QUANTITY_NOT_POSITIVE, f"Quantity {quantity} is not above zero."
        )
    # Before the grid: a remainder is only computable for a bounded quantity.
    if quantity > trading_rules.quantity_max:
        return Rejection(
            RejectionCode.QUANTITY_TOO_LARGE,
            f"Quantity {quantity} is above {trading_rules.symbol}'s largest, "
            f"{trading_rules.quantity_max}.",
        )
    if not is_on_grid(quantity, trading_rules.quantity_step):
        return Rejection(
            RejectionCode.QUANTITY_OFF_GRID,
            f"Quantity {quantity} is not a multiple of {trading_rules.symbol}'s step, "
            f"{trading_rules.quantity_step}.",
        )
    return None


def reject_brackets(
    brackets: Brackets, side: Side, price: Decimal | None, trading_rules: TradingRules
) -> Rejection | None:
    """`price` is about where what they protect was or will be opened, on `side`."""
    trail = brackets.trail
    prices = [brackets.take_profit, brackets.stop_loss, trail]
    if rejection := _reject_off_grid([each for each in prices if each is not None], trading_rules):
        return rejection
    if trail is not None and price is None:
        return _no_price(trading_rules.symbol)
    above, below = brackets.take_profit, brackets.stop_loss
    names = "take-profit", "stop-loss"
    if side is Side.SELL:
        above, below, names = below, above, names[::-1]
    entry = price if price is not None else above
    if above is not None and price is not None and above <= price:
        return _bracket_price_wrong(names[0], above, "above", price)
    if below is not None and entry is not None and below >= entry:
        return _bracket_price_wrong(names[1], below, "below", entry)
    return None


def reject_reduction(
    position: Position, side: Side, quantity: Decimal, others: Sequence[Order]
) -> Rejection | None:
    """`others` work to close the position, too."""
    if not position.quantity:
        return reject_flat(position)
    if position.quantity * side > 0:
        return Rejection(
            RejectionCode.NOT_REDUCING, f"A {side.name.lower()} would add to the position."
        )
    return _reject_excess(position, quantity, others)


def reject_close(
    position: Position, quantity: Decimal, others: Sequence[Order], trading_rules: TradingRules
) -> Rejection | None:
    # All that is left may be closed, however large it grew and whatever its grid.
    is_all = quantity == closable_quantity(position, others)
    if not is_all and (rejection := reject_quantity(quantity, trading_rules)):
        return rejection
    return _reject_excess(position, quantity, others)


def _reject_excess(
    position: Position, quantity: Decimal, others: Sequence[Order]
) -> Rejection | None:
    closable = closable_quantity(position, others)
    if 0 < quantity <= closable:
        return None
    holding = [order for order in others if not order.is_bracket]
    holders = ", ".join(
        f"{order.id} is to close {order.remaining_quantity} of it"
        for order in holding[:HOLDERS_NAMED_MAX]
    )
    left = f"{max(closable, ZERO)} of {position.symbol} is left to close"
    sentence = f"{left}: {holders}; cancel that first." if holders else f"{left}."
    return Rejection(RejectionCode.EXCEEDS_POSITION, sentence)


def reject_flat(position: Position) -> Rejection:
    return Rejection(
        RejectionCode.POSITION_NOT_FOUND, f"There is no open position in {position.symbol}."
    )


def reject_reversing(state: AccountState, symbol: str) -> Rejection | None:
    """What closes the position beside a reversal would make it end beyond the opposite one."""
    reversal = state.live_reversal(symbol)
    if reversal is None:
        return None
    return Rejection(
        RejectionCode.POSITION_REVERSING,
        f"The position in {symbol} is being reversed by {reversal.id}.",
    )


def reject_closed(side: Side, market: Market) -> Rejection | None:
    """Unless an order of `side` could trade now."""
    if market.touch is not None and market.touch.is_tradable(side):
        return None
    return Rejection(
        RejectionCode.NO_PRICE,
        f"{market.symbol}'s market is closed, or shows nothing to trade on.",
    )


def reject_margin(
    state: AccountState, rules: ExchangeRules, order: Order, replaced: Order | None, market: Market
) -> Rejection | None:
    """Unless the account has what the order needs more. What only reduces needs nothing."""
    if order.reduce_only:
        return None
    if market.mark is None:
        return _no_price(order.symbol)
    before = symbol_margin(state, order.symbol, rules)
    after = symbol_margin(state, order.symbol, rules, OrderReplacement(order, replaced))
    if after <= before:
        return None
    used = before + margin_of_other_symbols(order.symbol, state, rules)
    return _reject_needed(state, after - before, used, market)


def reject_leverage(
    state: AccountState, rules: ExchangeRules, leverage: Decimal, market: Market
) -> Rejection | None:
    if not ONE <= leverage <= rules.leverage_max or leverage % 1:
        return Rejection(
            RejectionCode.LEVERAGE_WRONG,
            f"Leverage {leverage} is not a whole number from 1 to {rules.leverage_max}.",
        )
    margin = exposure_margin(state, market.symbol, rules)
    needed = margin * leverage_of(state, market.symbol, rules) / leverage - margin
    used = used_margin(state, rules)
    return _reject_needed(state, needed, used, market) if needed > 0 else None


def reject_amount(amount: Decimal) -> Rejection | None:
    if amount <= AMOUNT_MAX and is_on_grid(amount, MONEY_STEP):
        return None
    return Rejection(
        RejectionCode.AMOUNT_WRONG,
        f"Amount {amount} is not above zero, at most {AMOUNT_MAX:f} and without fractions of "
        f"{MONEY_STEP:f}.",
    )


def reject_deposit(state: AccountState, amount: Decimal) -> Rejection | None:
    if rejection := reject_amount(amount):
        return rejection
    if state.balance + amount <= BALANCE_MAX:
        return None
    return Rejection(
        RejectionCode.AMOUNT_WRONG,
        f"Amount {amount} would bring the balance beyond {BALANCE_MAX:f}.",
    )


def find_live_order(orders: Mapping[str, Order], order_id: str) -> Order | Rejection:
    order = orders.get(order_id)
    if order is None:
        return Rejection(RejectionCode.ORDER_NOT_FOUND, f"There is no order {order_id!r}.")
    if not order.is_live:
        return Rejection(
            RejectionCode.ORDER_NOT_WORKING, f"{order_id} is {order.status.name.lower()}."
        )
    return order


def reject_fixed(order: Order, request: OrderRequest) -> Rejection | None:
    """What an order is for can't be changed."""
    for name in ("symbol", "side", "type"):
        if getattr(order, name) != getattr(request, name):
            return _not_modifiable(f"The {name} of {order.id} can't be changed.")
    if order.is_liquidation:
        return _not_modifiable(f"{order.id} is a liquidation and can't be changed.")
    if (order.trail is None) != (request.trail is None):
        return _not_modifiable(f"{order.id} can't become or cease to be a trailing stop.")
    immediate = {Duration.IOC, Duration.FOK} & {request.duration, order.duration}
    if immediate and request.duration is not order.duration:
        return _not_modifiable(f"The duration of {order.id} can't be changed.")
    return None


def reject_liquidation(order: Order | None) -> Rejection | None:
    """Only a reset ends one that its market has not."""
    if order is None or not order.is_liquidation:
        return None
    return _not_modifiable(f"{order.id} is a liquidation and can't be canceled.")


def reject_triggered_stop(order: Order, request: OrderRequest) -> Rejection | None:
    is_same = order.trail == request.trail
    if request.trail is None:
        is_same = order.stop_price == request.stop_price
    if not order.is_triggered or is_same:
        return None
    return _triggered(order)


def reject_triggered_bracket(live: Sequence[Order], wanted: Brackets) -> Rejection | None:
    """One of `live` that has triggered may stay or be canceled."""
    stop = wanted.trail or wanted.stop_loss
    for bracket in live:
        if stop and bracket.is_triggered and stop != (bracket.trail or bracket.stop_price):
            return _triggered(bracket)
    return None


def reject_below_filled(order: Order, quantity: Decimal) -> Rejection | None:
    if quantity > order.filled_quantity:
        return None
    return Rejection(
        RejectionCode.QUANTITY_BELOW_FILLED,
        f"{order.filled_quantity} of {order.id} is filled; its quantity must be larger.",
    )


def _reject_missing_price(request: OrderRequest) -> Rejection | None:
    if request.type.has_limit and request.limit_price is None:
        return Rejection(
            RejectionCode.LIMIT_PRICE_MISSING,
            f"A {_named(request.type)} order needs a limit price.",
        )
    if request.type.has_stop and request.stop_price is None and request.trail is None:
        return Rejection(
            RejectionCode.STOP_PRICE_MISSING, f"A {_named(request.type)} order needs a stop price."
        )
    return None


def _reject_off_grid(
    prices: Sequence[Decimal | Trail], trading_rules: TradingRules
) -> Rejection | None:
    for price in prices:
        if _distance(price) <= 0:
            return Rejection(
                RejectionCode.PRICE_NOT_POSITIVE, f"{_priced(price)} is not above zero."
            )
    for price in prices:
        if _distance(price) > PRICE_MAX:
            return Rejection(
                RejectionCode.PRICE_TOO_LARGE,
                f"{_priced(price)} is above the largest price, {PRICE_MAX:f}.",
            )
    for price in prices:
        if not is_on_grid(_distance(price), trading_rules.tick_size):
            return Rejection(
                RejectionCode.PRICE_OFF_TICK,
                f"{_priced(price)} is not a multiple of {trading_rules.symbol}'s tick, "
                f"{trading_rules.tick_size}.",
            )
    return None


def _distance(price: Decimal | Trail) -> Decimal:
    return price.distance if isinstance(price, Trail) else price


def _priced(price: Decimal | Trail) -> str:
    # A trail is asked for in pips, so its owner would not know the distance again.
    if isinstance(price, Trail):
        return f"trailingStopPips {price.pips}, {price.distance} in price,"
    return f"Price {price}"


def _reject_trail(request: OrderRequest, market: Market) -> Rejection | None:
    if request.trail is None:
        return None
    return _reject_off_grid([request.trail], market.trading_rules)


def _reject_duration(request: OrderRequest, at_ms: int) -> Rejection | None:
    duration = request.duration
    if duration is None:
        return None
    if duration.is_immediate and request.type.has_stop:
        return Rejection(
            RejectionCode.DURATION_NOT_ALLOWED,
            f"A {_named(request.type)} order has to wait, so it can't be {duration}.",
        )
    if duration.has_expiry:
        if request.expires_ms is None:
            return Rejection(
                RejectionCode.EXPIRY_MISSING, f"A {duration} order needs the time it is good till."
            )
        if request.expires_ms <= at_ms:
            return Rejection(
                RejectionCode.EXPIRY_PAST,
                f"The time {request.expires_ms} is not in the future; datetime is in milliseconds.",
            )
    return None


def _reject_no_price(request: OrderRequest, market: Market) -> Rejection | None:
    return _no_price(market.symbol) if request.trail and market.mark is None else None


def _reject_request_brackets(request: OrderRequest, market: Market) -> Rejection | None:
    if request.brackets == NO_BRACKETS:
        return None
    if request.reduce_only:
        return Rejection(
            RejectionCode.BRACKETS_NOT_ALLOWED, "An order that closes a position has no brackets."
        )
    price = request.limit_price or request.stop_price
    if price is None and market.mark is not None:
        price = market.mark.indicative_price(request.side)
    return reject_brackets(request.brackets, request.side, price, market.trading_rules)


def _reject_needed(
    state: AccountState, needed: Decimal, used: Decimal, market: Market
) -> Rejection | None:
    free = equity(state, market.marks) - used
    if needed <= free:
        return None
    return Rejection(
        RejectionCode.INSUFFICIENT_MARGIN,
        f"It needs {_money(needed)} {state.currency}, and {_money(free)} is free.",
    )


def _triggered(order: Order) -> Rejection:
    return Rejection(
        RejectionCode.ORDER_TRIGGERED,
        f"The stop of {order.id} can't be changed: it has triggered.",
    )


def _not_modifiable(message: str) -> Rejection:
    return Rejection(RejectionCode.NOT_MODIFIABLE, message)


def _no_price(symbol: str) -> Rejection:
    return Rejection(RejectionCode.NO_PRICE, f"{symbol} has no price yet; try again in a moment.")


def _bracket_price_wrong(name: str, price: Decimal, relation: str, entry: Decimal) -> Rejection:
    return Rejection(
        RejectionCode.BRACKET_PRICE_WRONG, f"The {name} {price} must be {relation} {entry}."
    )


def _money(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.01')):f}"


def _named(type: OrderType) -> str:
    return type.name.lower().replace("_", "-")
