"""What a client can ask a broker to do, and what the broker answers; the same for every venue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from trading_api.domain.notification import Notification
from trading_api.domain.orders import Duration, OrderType, Side

GATEWAY_KEY_PREFIX = "from-gateway-"
"""How the keys begin that gateways give to commands without one, so that they can repeat them. They
matter for minutes, and are removed after that. A client learns such a key where an answer is lost,
and repeats its command with it."""


def is_gateway_key(key: str) -> bool:
    """Return whether a gateway gave the key."""
    return key.startswith(GATEWAY_KEY_PREFIX)


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's own name for one command.

    A command is the same as an earlier one when `operation` and `key` are equal. `fingerprint` is
    a digest of the command's content: a key that is used again with another fingerprint is an
    error."""

    operation: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class BracketsInstruction:
    """The protection that a client asks for, before a venue has resolved it.

    `trailing_pips` is the distance of a trailing stop, which takes the place of `stop_loss`.
    `is_guaranteed` asks for a stop that fills at its own price even if the market gaps."""

    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    trailing_pips: Decimal | None = None
    is_guaranteed: bool = False


NO_PROTECTION = BracketsInstruction()


@dataclass(frozen=True, slots=True)
class OrderInstruction:
    """An order as a client writes it, before a venue has resolved it.

    `symbol` may carry its exchange (`NASDAQ:AAPL`). `expires_ms` belongs to GTD; the venue knows
    when DAY ends. If `is_trailing`, the brackets' `trailing_pips` are required: they move the
    price of a STOP order, and the stop loss of any other."""

    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    is_trailing: bool = False
    duration: Duration | None = None
    expires_ms: int | None = None
    brackets: BracketsInstruction = NO_PROTECTION
    reduce_only: bool = False
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class PlaceOrderCommand:
    """Place a new order."""

    order: OrderInstruction


@dataclass(frozen=True, slots=True)
class ModifyOrderCommand:
    """Replace a live order's prices, quantity, duration and brackets by those of `order`."""

    order_id: str
    order: OrderInstruction


@dataclass(frozen=True, slots=True)
class CancelOrderCommand:
    """Cancel one live order."""

    order_id: str


@dataclass(frozen=True, slots=True)
class CancelOrdersCommand:
    """Cancel those of `order_ids` that are live, or every live order if it is None."""

    order_ids: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class ClosePositionCommand:
    """Close `quantity` of a position at the market, or all of it if `quantity` is None."""

    symbol: str
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ReversePositionCommand:
    """Replace a position by one of the same size on the other side."""

    symbol: str


@dataclass(frozen=True, slots=True)
class EditBracketsCommand:
    """Replace everything that protects a position by `brackets`."""

    symbol: str
    brackets: BracketsInstruction


@dataclass(frozen=True, slots=True)
class SetLeverageCommand:
    """Set the leverage of one symbol."""

    symbol: str
    leverage: Decimal


@dataclass(frozen=True, slots=True)
class DepositCommand:
    """Add `amount` of the account's currency. Only a paper account accepts it."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class WithdrawCommand:
    """Take `amount` of the account's currency. Only a paper account accepts it."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class SettlePositionCommand:
    """End a position at a stated price, without a trade. Only a paper account accepts it.

    It is for an operator, where a position cannot be closed because its symbol has left the
    market. The orders of the symbol are canceled."""

    symbol: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class ResetAccountCommand:
    """Cancel the orders, drop the positions and start again with `balance`.

    None means the initial balance. Only a paper account accepts it."""

    balance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class NameAccountCommand:
    """Open the account unless it is open, and give it a name.

    None leaves its name as it is; an empty text removes it. Only a paper account accepts it. A name
    is refused that is the id of another account: of any, or of those that the caller may know."""

    name: str | None = None
    known_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class SetKillSwitchCommand:
    """Stop an account from trading, or let it trade again.

    Switching on cancels every live order, and refuses new ones until it is switched off. `reason`
    is stored with the event. A venue commits the switch before it cancels."""

    is_on: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NotifyCommand:
    """Store a notification in the account, as one of its events. It changes nothing else.

    Every venue accepts it. An idempotency key makes it one notification, however often the
    command is repeated."""

    notification: Notification


BrokerCommand = (
    PlaceOrderCommand
    | ModifyOrderCommand
    | CancelOrderCommand
    | CancelOrdersCommand
    | ClosePositionCommand
    | ReversePositionCommand
    | EditBracketsCommand
    | SetLeverageCommand
    | DepositCommand
    | WithdrawCommand
    | SettlePositionCommand
    | ResetAccountCommand
    | NameAccountCommand
    | SetKillSwitchCommand
    | NotifyCommand
)


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The effects of a committed command.

    `order_id` is the first order that it placed, or empty. `canceled` are the orders that it
    canceled. `is_duplicate` means that an earlier command with the same idempotency key was
    executed instead; then `canceled` is known only for a command that cancels several orders. `seq`
    is the number of the account's last event after the command. A duplicate has the number of the
    earlier command."""

    order_id: str = ""
    canceled: Sequence[str] = ()
    is_duplicate: bool = False
    seq: int = field(kw_only=True)
