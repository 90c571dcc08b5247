"""What can be done in an account, which depends on its venue."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.orders import Duration, OrderType


@dataclass(frozen=True, slots=True)
class BrokerFeatures:
    """The commands, order types and durations that an account's venue accepts.

    | field | what it permits |
    | --- | --- |
    | `modifies_orders` | replace the prices and the quantity of a working order |
    | `has_order_brackets` | a take-profit and a stop-loss with an order |
    | `has_position_brackets` | a take-profit and a stop-loss for a position |
    | `has_trailing_stops` | a stop that follows the market |
    | `has_leverage` | margin, and a leverage of each symbol that can be set |
    | `sells_short` | sell more than is held |
    | `modifies_durations` | replace the duration of a working order |
    | `moves_cash` | deposit, withdraw, settle and reset, which only a simulation can do |

    `margin_warning_levels` are those below which the account is warned, in percent of the used
    margin, descending.
    """

    order_types: frozenset[OrderType]
    durations: frozenset[Duration]
    modifies_orders: bool
    has_order_brackets: bool
    has_position_brackets: bool
    has_trailing_stops: bool
    has_leverage: bool
    sells_short: bool
    moves_cash: bool
    modifies_durations: bool = False
    margin_warning_levels: tuple[Decimal, ...] = ()


ALL_FEATURES = BrokerFeatures(
    order_types=frozenset(OrderType),
    durations=frozenset(Duration),
    modifies_orders=True,
    has_order_brackets=True,
    has_position_brackets=True,
    has_trailing_stops=True,
    has_leverage=True,
    sells_short=True,
    moves_cash=True,
    modifies_durations=True,
)
