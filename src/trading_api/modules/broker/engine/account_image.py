"""What an account's later events depend on, as one value that can be stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal

from msgspec import UNSET, UnsetType

from trading_api.domain.kill_switch import KillSwitch
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.money import ZERO
from trading_api.modules.broker.engine.order import Order, order_number
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.touch import LiquidityUsed
from trading_api.modules.broker.engine.venue_state import VenueImage, restore_venue


@dataclass(frozen=True, slots=True)
class AccountImage:
    """The state of an account after its event `seq`, without its history.

    `orders` are the live orders, the parents of live brackets, and the ended brackets of both that
    were filled in part, in the order in which they were placed. Two states that
    continue in the same way have equal images. An image that an earlier version stored lacks the
    fields with defaults. Only an account at a real venue has a `venue`, only one
    whose kill switch was ever set has a `kill_switch`, and only one with a name has a `name`.
    """

    account_id: str
    currency: str
    deposited: Decimal
    balance: Decimal
    realized_pl: Decimal
    commission: Decimal
    seq: int
    order_count: int
    execution_count: int
    sequence_last: int
    orders: tuple[Order, ...]
    positions: tuple[Position, ...]
    liquidity_used: Mapping[str, LiquidityUsed]
    leverages: Mapping[str, Decimal]
    margin_warned: Decimal = ZERO
    realized_by_day: Mapping[int, Decimal] = field(default_factory=dict)
    kill_switch: KillSwitch | UnsetType = UNSET
    venue: VenueImage | UnsetType = UNSET
    name: str | UnsetType = UNSET


def image_of(state: AccountState) -> AccountImage:
    """Return the image of a state."""
    kept = {order.id: order for order in _kept_orders(state)}
    return AccountImage(
        **{name: getattr(state, name) for name in _SCALARS},
        orders=tuple(sorted(kept.values(), key=_number)),
        positions=tuple(state.positions.values()),
        liquidity_used=dict(state.liquidity_used),
        leverages=dict(state.leverages),
        realized_by_day=dict(state.realized_by_day),
        kill_switch=state.kill_switch if state.kill_switch.at_ms else UNSET,
        venue=UNSET if state.venue is None else state.venue.image(),
        name=state.name or UNSET,
    )


def restore(image: AccountImage) -> AccountState:
    """Return the state that the image shows."""
    state = AccountState(**{name: getattr(image, name) for name in _SCALARS})
    state.positions.update((position.symbol, position) for position in image.positions)
    state.liquidity_used.update(image.liquidity_used)
    state.leverages.update(image.leverages)
    state.realized_by_day.update(image.realized_by_day)
    for order in image.orders:
        state.restore_order(order)
    if not isinstance(image.kill_switch, UnsetType):
        state.kill_switch = image.kill_switch
    if not isinstance(image.name, UnsetType):
        state.name = image.name
    if not isinstance(image.venue, UnsetType):
        state.venue = restore_venue(image.venue)
    return state


_COMPOSED = {
    *("orders", "positions", "liquidity_used", "leverages", "realized_by_day"),
    *("kill_switch", "venue", "name"),
}
_SCALARS = [each.name for each in fields(AccountImage) if each.name not in _COMPOSED]


def _kept_orders(state: AccountState) -> Iterator[Order]:
    for order in state.live_orders():
        root = state.orders.get(order.parent_id, order)
        yield from (order, root)
        brackets = (state.orders[each] for each in state.brackets_of.get(root.id, ()))
        yield from (each for each in brackets if each.is_live or each.filled_quantity)


def _number(order: Order) -> int:
    return order_number(order.id)
