"""What an account can be asked to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.domain.orders import Brackets, OrderRequest
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.trading_rules import TradingRules


@dataclass(frozen=True, slots=True)
class Market:
    """One symbol's market as a command meets it. `touch` is None while it gives no price to trade
    on (closed, silent, or the conversion unknown): then nothing triggers or fills. `marks` are
    the last touches there were, by symbol, this one's too: what positions are valued at."""

    trading_rules: TradingRules
    touch: Touch | None
    at_ms: int
    marks: Mapping[str, Touch] = field(default_factory=dict)

    @property
    def symbol(self) -> str:
        return self.trading_rules.symbol

    @property
    def tick_size(self) -> Decimal:
        return self.trading_rules.tick_size

    @property
    def mark(self) -> Touch | None:
        """The last touch that shows a price."""
        for touch in (self.touch, self.marks.get(self.symbol)):
            if touch is not None and touch.has_price:
                return touch
        return None


@dataclass(frozen=True, slots=True)
class OpenAccount:
    account_id: str
    currency: str
    balance: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True)
class DepositCash:
    amount: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True)
class ResetAccount:
    balance: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True)
class SetLeverage:
    leverage: Decimal
    market: Market


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    request: OrderRequest
    market: Market
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class ModifyOrder:
    """Repeats the whole order; symbol, side and type must be the order's own."""

    order_id: str
    request: OrderRequest
    market: Market
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class CancelOrder:
    order_id: str
    at_ms: int
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class CancelOrders:
    """Those of `order_ids` that are still live; all there are where it is None."""

    order_ids: Sequence[str] | None
    at_ms: int


@dataclass(frozen=True, slots=True)
class ClosePosition:
    """Without a quantity: all that working closing orders leave of it."""

    quantity: Decimal | None
    market: Market
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class ReversePosition:
    """By one order of twice the position."""

    market: Market
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class EditBrackets:
    """Of the position; they take the place of all that protected it."""

    brackets: Brackets
    market: Market


@dataclass(frozen=True, slots=True)
class MatchQuote:
    market: Market


@dataclass(frozen=True, slots=True)
class ExpireOrders:
    """Those whose time is over, in every symbol."""

    at_ms: int


KeyedCommand = PlaceOrder | ModifyOrder | CancelOrder | ClosePosition | ReversePosition
Command = (
    KeyedCommand
    | OpenAccount
    | DepositCash
    | ResetAccount
    | SetLeverage
    | CancelOrders
    | EditBrackets
    | MatchQuote
    | ExpireOrders
)


def symbol_of(command: Command) -> str | None:
    """Return the symbol in which the command trades, or None where it trades in none."""
    match command:
        case OpenAccount() | DepositCash() | ResetAccount() | CancelOrder() | CancelOrders():
            return None
        case ExpireOrders():
            return None
        case _:
            return command.market.symbol


def time_of(command: Command) -> int:
    match command:
        case OpenAccount() | DepositCash() | ResetAccount() | CancelOrder() | CancelOrders():
            return command.at_ms
        case ExpireOrders():
            return command.at_ms
        case _:
            return command.market.at_ms
