"""The commands that an account accepts, and the market as they find it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.domain.notification import Notification
from trading_api.domain.orders import Brackets, OrderRequest
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.trading_rules import TradingRules


@dataclass(frozen=True, slots=True)
class Market:
    """The market of one symbol as a command finds it, at the time `at_ms`.

    `touch` is None while the market is closed or stale, or the conversion rate is unknown. Nothing
    triggers or fills then. `marks` are the last touches by symbol, this symbol's included, at
    which positions are valued."""

    trading_rules: TradingRules
    touch: Touch | None
    at_ms: int
    marks: Mapping[str, Touch] = field(default_factory=dict)

    @property
    def symbol(self) -> str:
        """The symbol of the instrument."""
        return self.trading_rules.symbol

    @property
    def tick_size(self) -> Decimal:
        """The tick size of the instrument."""
        return self.trading_rules.tick_size

    @property
    def mark(self) -> Touch | None:
        """The last touch that displays a price, or None if there was none."""
        touch = self.touch
        if touch is None or not touch.has_price:
            touch = self.marks.get(self.symbol)
        return touch if touch is not None and touch.has_price else None


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """Open the account; the first command of each account."""

    account_id: str
    currency: str
    balance: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True)
class DepositCash:
    """Add an amount to the balance."""

    amount: Decimal
    at_ms: int
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class WithdrawCash:
    """Take an amount from the balance. `marks` are the last touches, which value the positions."""

    amount: Decimal
    marks: Mapping[str, Touch]
    at_ms: int
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class ResetAccount:
    """Cancel all orders, end all positions, and set the balance."""

    balance: Decimal
    at_ms: int
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class NameAccount:
    """Give the account a name. None leaves it as it is; an empty text removes it.

    `is_id_of_other` is whether another account has the name as its id."""

    name: str | None
    at_ms: int
    key: IdempotencyKey | None = None
    is_id_of_other: bool = False


@dataclass(frozen=True, slots=True)
class SetLeverage:
    """Set the leverage of the market's symbol."""

    leverage: Decimal
    market: Market
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Place a new order."""

    request: OrderRequest
    market: Market
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class ModifyOrder:
    """Change a live order. The request repeats the whole order; symbol, side and type are fixed."""

    order_id: str
    request: OrderRequest
    market: Market
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Cancel one live order."""

    order_id: str
    at_ms: int
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class CancelOrders:
    """Cancel those of the orders that are live, or all live orders where `order_ids` is None."""

    order_ids: Sequence[str] | None
    at_ms: int
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class ClosePosition:
    """Close `quantity` of the position, or all that other closing orders leave of it."""

    quantity: Decimal | None
    market: Market
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class ReversePosition:
    """Turn the position into the opposite one, by one order of twice its quantity."""

    market: Market
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class SettlePosition:
    """End the position at a price that an operator states, without a trade.

    `rate` converts the price into the account's currency; None means the rate of the last fill."""

    symbol: str
    price: Decimal
    rate: Decimal | None
    at_ms: int
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class EditBrackets:
    """Replace everything that protects the position by new brackets."""

    brackets: Brackets
    market: Market
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class SetKillSwitch:
    """Refuse new orders and cancel the live ones, or accept orders again."""

    is_on: bool
    reason: str
    at_ms: int
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class Notify:
    """Store a notification in the account."""

    notification: Notification
    at_ms: int
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class MatchQuote:
    """Match the open orders of a symbol with a new quote, and check the margin."""

    market: Market


@dataclass(frozen=True, slots=True)
class ExpireOrders:
    """Cancel the orders of all symbols whose expiry time has come."""

    at_ms: int


Command = (
    OpenAccount
    | DepositCash
    | WithdrawCash
    | ResetAccount
    | NameAccount
    | SetLeverage
    | PlaceOrder
    | ModifyOrder
    | CancelOrder
    | CancelOrders
    | ClosePosition
    | ReversePosition
    | SettlePosition
    | EditBrackets
    | SetKillSwitch
    | Notify
    | MatchQuote
    | ExpireOrders
)


def symbol_of(command: Command) -> str | None:
    """Return the symbol in which the command trades, or None where it trades in none.

    A settlement trades in no market."""
    match command:
        case OpenAccount() | DepositCash() | WithdrawCash() | ResetAccount() | SettlePosition():
            return None
        case CancelOrder() | CancelOrders() | ExpireOrders() | Notify() | SetKillSwitch():
            return None
        case NameAccount():
            return None
        case _:
            return command.market.symbol


def key_of(command: Command) -> IdempotencyKey | None:
    """Return the idempotency key of the command, or None if it has none."""
    key: IdempotencyKey | None = getattr(command, "key", None)
    return key


def time_of(command: Command) -> int:
    """Return the time of the command, in milliseconds since 1970."""
    match command:
        case OpenAccount() | DepositCash() | WithdrawCash() | ResetAccount() | SettlePosition():
            return command.at_ms
        case CancelOrder() | CancelOrders() | ExpireOrders() | Notify() | SetKillSwitch():
            return command.at_ms
        case NameAccount():
            return command.at_ms
        case _:
            return command.market.at_ms
