"""Positions, equity, cash and the connection status as the wire shows them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from trading_api.domain.account_kind import AccountKind, account_kind
from trading_api.domain.account_snapshot import (
    AccountSnapshot,
    CashLineView,
    OrderView,
    PositionValuation,
    PositionView,
)
from trading_api.domain.broker_connection import BrokerConnection
from trading_api.domain.kill_switch import KillSwitch
from trading_api.domain.orders import OrderType
from trading_api.models import broker as wire
from trading_api.modules.broker.presenters.numbers import difference, optional_float


def to_position(
    position: PositionView,
    side: wire.Side,
    profit: Decimal | None,
    brackets: Sequence[OrderView] = (),
) -> wire.Position:
    """`side` is given because a closed position has no side of its own. `brackets` holds at most
    one working order of each type."""
    prices = {order.type: order.limit_price or order.stop_price for order in brackets}
    return wire.Position(
        id=position.symbol,
        symbol=position.symbol,
        qty=float(abs(position.quantity)),
        side=side,
        avg_price=float(position.average_price),
        update_time=position.updated_ms,
        pl=optional_float(profit),
        take_profit=optional_float(prices.get(OrderType.LIMIT)),
        stop_loss=optional_float(prices.get(OrderType.STOP)),
    )


def to_open_position(account: AccountSnapshot, position: PositionView) -> wire.Position:
    """Return an open position with its profit at the last price and its brackets."""
    value = account.valuation(position)
    brackets = account.position_brackets(position.symbol)
    return to_position(position, open_side(position), value.profit if value else None, brackets)


def to_open_positions(account: AccountSnapshot) -> Sequence[wire.Position]:
    """Return all open positions of an account."""
    return [to_open_position(account, position) for position in account.positions()]


def to_position_pls(account: AccountSnapshot) -> Sequence[wire.PositionPL]:
    """Return the profit of all open positions of an account that have a price."""
    valuations = ((each.symbol, account.valuation(each)) for each in account.positions())
    return [to_position_pl(symbol, value) for symbol, value in valuations if value]


def to_position_pl(symbol: str, value: PositionValuation) -> wire.PositionPL:
    """Return a position's profit, also in percent of its cost."""
    percent = value.profit / value.cost * 100 if value.cost else Decimal(0)
    return wire.PositionPL(
        symbol=symbol,
        pl=float(value.profit),
        pl_percent=float(percent),
        price=float(value.price),
    )


def open_side(position: PositionView) -> wire.Side:
    """Return the side of an open position."""
    return wire.Side.BUY if position.quantity > 0 else wire.Side.SELL


def to_equity(account: AccountSnapshot) -> wire.EquityData:
    """Return an account's equity, balance, profit and margin."""
    balance, equity, used_margin = account.balance, account.equity(), account.used_margin()
    return wire.EquityData(
        equity=float(equity),
        balance=float(balance),
        unrealized_pl=float(difference(equity, balance)),
        realized_pl=float(account.realized_pl),
        used_margin=float(used_margin),
        free_margin=float(difference(equity, used_margin)),
        deposited=float(account.deposited),
        seq=account.seq,
    )


def to_account_state(account: AccountSnapshot) -> wire.AccountState:
    """Return an account's money, with its margin level and what was realized today."""
    balance, equity, used_margin = account.balance, account.equity(), account.used_margin()
    return wire.AccountState(
        balance=float(balance),
        equity=float(equity),
        used_margin=float(used_margin),
        free_margin=float(difference(equity, used_margin)),
        margin_level=float(equity / used_margin * 100) if used_margin else None,
        open_pl=float(difference(equity, balance)),
        realized_pl_today=float(account.realized_pl_today),
        currency=account.currency,
        halted=account.kill_switch.is_on,
        maintenance_margin=optional_float(account.maintenance_margin()),
    )


def to_account(account_id: str, name: str, currency: str) -> wire.AccountMetainfo:
    """Return an account's id, name, kind and currency. Without a name, its id is shown as one."""
    kind = account_kind(account_id)
    return wire.AccountMetainfo(
        id=account_id,
        name=name or account_id,
        type="live" if kind is AccountKind.LIVE else "demo",
        kind=kind.value,
        currency=currency,
    )


def to_kill_switch(switch: KillSwitch) -> wire.KillSwitchState:
    """Return whether an account is halted."""
    return wire.KillSwitchState(on=switch.is_on, reason=switch.reason, time=switch.at_ms or None)


def to_cash_line(line: CashLineView) -> wire.CashLine:
    """Return one line of the cash ledger."""
    return wire.CashLine(
        seq=line.seq,
        kind=line.kind,
        amount=float(line.amount),
        balance=float(line.balance),
        time=line.at_ms,
        symbol=line.symbol or None,
        order_id=line.order_id or None,
        execution_id=line.execution_id or None,
    )


def to_connection_status(connection: BrokerConnection, at_ms: int) -> wire.BrokerConnectionStatus:
    """Return the state of the connection to the venue at the time `at_ms`."""
    cause = connection.cause
    return wire.BrokerConnectionStatus(
        status=wire.ConnectionStatus(connection.state),
        message=connection.reason or None,
        disconnect_type=None if cause is None else wire.DisconnectType(cause),
        timestamp=at_ms,
    )
