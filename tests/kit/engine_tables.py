"""Scenarios of the engine as tables: tick, command, expected events.

A tick is `bid x size / ask x size`. The same text twice is the same touch; a leading `later` makes
it a new one; None is a closed market. Row n happens at n ms. Orders have their numbers as names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

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
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    CancelOrders,
    ClosePosition,
    Command,
    DepositCash,
    EditBrackets,
    ExpireOrders,
    Market,
    MatchQuote,
    ModifyOrder,
    OpenAccount,
    PlaceOrder,
    ResetAccount,
    ReversePosition,
    SetKillSwitch,
    SetLeverage,
    SettlePosition,
    WithdrawCash,
)
from trading_api.modules.broker.engine.engine import Duplicate, Engine, Outcome
from trading_api.modules.broker.engine.events import (
    AccountNamed,
    AccountOpened,
    AccountReset,
    CashDeposited,
    CashWithdrawn,
    Event,
    IdempotencyKeyRecorded,
    LeverageSet,
    MarginLevelCrossed,
    NotificationRaised,
    OrderAccepted,
    OrderActivated,
    OrderCanceled,
    OrderFilled,
    OrderModified,
    OrderPlaced,
    OrderRested,
    OrderSuspended,
    OrderTriggered,
    PositionSettled,
    TrailingStopMoved,
)
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.trading_rules import TradingRules
from trading_api.modules.broker.engine.venue_events import KillSwitchSet, VenueEvent
from trading_api.modules.broker.journal.verify.event_checks import first_discrepancy

TRADING_RULES = TradingRules("AAPL", Decimal("0.01"), Decimal(1), Decimal(1000))
GONE = "The position it was to close is closed."
FREE = ExchangeRules(leverage_default=Decimal(1_000_000))
"""Rules for tables that are not about margin: the leverage is too high for it to matter."""
FIRST_MARK = Touch("AAPL", 0, Decimal(99), Decimal(100), Decimal(1), Decimal(1), Decimal(1))

CommandMaker = Callable[[Market], Command]
Row = tuple[str | None, CommandMaker, list[str]]


def _place(
    side: Side, quantity: str | int, *, key: IdempotencyKey | None = None, **fields: Any
) -> CommandMaker:
    placed = request(side, quantity, **fields)
    return lambda market: PlaceOrder(replace(placed, symbol=market.symbol), market, key)


def request(
    side: Side,
    quantity: str | int,
    limit: str | None = None,
    stop: str | None = None,
    type: OrderType | None = None,
    trail: str | None = None,
    duration: Duration | None = None,
    expires: int | None = None,
    brackets: Brackets = NO_BRACKETS,
    reduce_only: bool = False,
    client_id: str = "",
) -> OrderRequest:
    return OrderRequest(
        symbol="AAPL",
        side=side,
        type=type or _type(limit, stop or trail),
        quantity=Decimal(quantity),
        limit_price=None if limit is None else Decimal(limit),
        stop_price=None if stop is None else Decimal(stop),
        trail=trail_of(trail),
        duration=duration,
        expires_ms=expires,
        brackets=brackets,
        reduce_only=reduce_only,
        client_id=client_id,
    )


def _type(limit: str | None, stop: str | None) -> OrderType:
    if limit is None:
        return OrderType.MARKET if stop is None else OrderType.STOP
    return OrderType.LIMIT if stop is None else OrderType.STOP_LIMIT


buy = partial(_place, Side.BUY)
sell = partial(_place, Side.SELL)


def brackets(
    profit: str | None = None, loss: str | None = None, trail: str | None = None
) -> Brackets:
    return Brackets(
        take_profit=None if profit is None else Decimal(profit),
        stop_loss=None if loss is None else Decimal(loss),
        trail=trail_of(trail),
    )


def trail_of(distance: str | None) -> Trail | None:
    return None if distance is None else Trail(Decimal(distance) * 100, Decimal(distance))


def modify(
    number: int, make_command: CommandMaker, symbol: str = "AAPL", key: IdempotencyKey | None = None
) -> CommandMaker:
    def command(market: Market) -> ModifyOrder:
        placing = make_command(of(symbol, market))
        assert isinstance(placing, PlaceOrder)
        return ModifyOrder(f"order-{number}", placing.request, placing.market, key)

    return command


def cancel(number: int, key: IdempotencyKey | None = None) -> CommandMaker:
    return lambda market: CancelOrder(f"order-{number}", market.at_ms, key)


def cancel_many(*numbers: int) -> CommandMaker:
    ids = [f"order-{number}" for number in numbers]
    return lambda market: CancelOrders(ids, market.at_ms)


def cancel_all(market: Market) -> CancelOrders:
    return CancelOrders(None, market.at_ms)


def halt(market: Market) -> SetKillSwitch:
    return SetKillSwitch(True, "wild", market.at_ms)


def resume(market: Market) -> SetKillSwitch:
    return SetKillSwitch(False, "", market.at_ms)


def close(
    quantity: str | int | None = None, symbol: str = "AAPL", key: IdempotencyKey | None = None
) -> CommandMaker:
    amount = None if quantity is None else Decimal(quantity)
    return lambda market: ClosePosition(amount, of(symbol, market), key)


def reverse(market: Market) -> ReversePosition:
    return ReversePosition(market)


def protect(
    profit: str | None = None, loss: str | None = None, trail: str | None = None
) -> CommandMaker:
    return lambda market: EditBrackets(brackets(profit, loss, trail), market)


def leverage(times: str | int) -> CommandMaker:
    return lambda market: SetLeverage(Decimal(times), market)


def deposit(amount: str | int) -> CommandMaker:
    return lambda market: DepositCash(Decimal(amount), market.at_ms)


def withdraw(amount: str | int) -> CommandMaker:
    return lambda market: WithdrawCash(Decimal(amount), market.marks, market.at_ms)


def settle(price: str | int, symbol: str = "AAPL", rate: str | None = None) -> CommandMaker:
    converted = None if rate is None else Decimal(rate)
    return lambda market: SettlePosition(symbol, Decimal(price), converted, market.at_ms)


def reset(market: Market) -> ResetAccount:
    return ResetAccount(Decimal(1000), market.at_ms)


def reset_to(balance: str) -> CommandMaker:
    return lambda market: ResetAccount(Decimal(balance), market.at_ms)


def expire(market: Market) -> ExpireOrders:
    return ExpireOrders(market.at_ms)


def quote(market: Market) -> MatchQuote:
    assert market.touch is not None
    return MatchQuote(market)


def of(symbol: str, market: Market) -> Market:
    return replace(market, trading_rules=replace(market.trading_rules, symbol=symbol))


def play(
    *rows: Row,
    rate: str = "1",
    rules: ExchangeRules = FREE,
    balance: str | int = 1000,
    marks: Mapping[str, Touch] | None = None,
) -> Engine:
    engine = Engine(AccountState(), rules)
    engine.apply(OpenAccount("DEMO", "USD", Decimal(balance), 0))
    times: list[str] = []
    known = {"AAPL": FIRST_MARK} if marks is None else dict(marks)
    for at_ms, (tick, make_command, expected) in enumerate(rows, start=1):
        if tick is not None and (not times or times[-1] != tick):
            times.append(tick)
        touch = None if tick is None else touch_of(tick, len(times), rate)
        if touch is not None:
            known["AAPL"] = touch
        before = engine.state.copy()
        command = make_command(Market(TRADING_RULES, touch, at_ms, dict(known)))
        preview = engine.preview(command)
        assert engine.state == before, "a preview changes nothing"
        result = engine.apply(command)
        assert result == preview.outcome, "a preview returns what happens"
        assert_same_holdings(preview.after, engine.state)
        assert described(result) == expected, f"row {at_ms}: {described(result)}"
        if isinstance(result, Rejection):
            assert engine.state == before, "a rejection changes nothing"
        for event in result if isinstance(result, list) else ():
            assert not first_discrepancy(before, "DEMO", event), "verify-ledger would report it"
            before.evolve(event)
    return engine


def assert_same_holdings(preview: AccountState, state: AccountState) -> None:
    """Compare a preview's state, which lists only what ended during the preview, with another."""
    for name in ("seq", "balance", "positions", "working", "bracket_indexes", "leverages"):
        assert getattr(preview, name) == getattr(state, name), name


def touch_of(tick: str, time_ms: int, rate: str = "1", symbol: str = "AAPL") -> Touch:
    bid, ask = tick.removeprefix("later ").split(" / ")
    bid_price, bid_size = map(Decimal, bid.split("x"))
    ask_price, ask_size = map(Decimal, ask.split("x"))
    return Touch(symbol, time_ms, bid_price, ask_price, bid_size, ask_size, Decimal(rate))


def described(result: Outcome) -> list[str]:
    if isinstance(result, Rejection):
        return [f"rejected: {result.code}"]
    if isinstance(result, Duplicate):
        return [f"duplicate: {result.order_id}"]
    return [_described(event) for event in result]


WORDS = {
    OrderPlaced: "placed",
    OrderAccepted: "accepted",
    OrderModified: "modified",
    OrderTriggered: "triggered",
    OrderRested: "rested",
    OrderSuspended: "suspended",
}


def _described(event: Event) -> str:
    match event:
        case CashDeposited():
            return f"deposited {_plain(event.amount)}"
        case CashWithdrawn():
            return f"withdrew {_plain(event.amount)}"
        case PositionSettled():
            return f"settled @ {_plain(event.price)}, realized {_plain(event.realized_pl)}"
        case AccountReset():
            return f"reset to {_plain(event.balance)}"
        case AccountNamed():
            return f"named {event.name}"
        case LeverageSet():
            return f"leverage {_plain(event.leverage)}"
        case IdempotencyKeyRecorded():
            return f"keyed {event.operation} {event.key}"
        case NotificationRaised():
            return f"notified {event.code}"
        case MarginLevelCrossed():
            return f"margin level {_plain(event.before)} -> {_plain(event.after)}"
        case KillSwitchSet():
            return "halted" if event.is_on else "resumed"
    assert not isinstance(event, AccountOpened | VenueEvent)
    number = event.order.id.removeprefix("order-")
    match event:
        case OrderActivated():
            return f"activated {number}: {_plain(event.order.remaining_quantity)}"
        case TrailingStopMoved():
            return f"trailed {number}: {_plain(event.order.stop_price)}"
        case OrderCanceled():
            return f"canceled {number}" + (f": {event.order.message}" * bool(event.order.message))
        case OrderFilled(execution=execution):
            profit = f", realized {_plain(execution.realized_pl)}"
            return (
                f"filled {number}: {_plain(execution.quantity)} @ {_plain(execution.price)}, "
                f"{_held(event.position)}{profit if execution.realized_pl else ''}"
            )
    return f"{WORDS[type(event)]} {number}"


def _held(position: Position) -> str:
    if not position.quantity:
        return "flat"
    return f"holds {_plain(position.quantity)} @ {_plain(position.average_price)}"


def _plain(value: Decimal | None) -> str:
    """Return the number without trailing zeros and without an exponent."""
    assert value is not None
    return f"{value.normalize():f}"
