"""A committed fact about an account, as a broker reports it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from trading_api.domain.account_snapshot import ExecutionView, OrderView, PositionView
from trading_api.domain.kill_switch import KillSwitch
from trading_api.domain.notification import Notification
from trading_api.domain.orders import Side


class MarginLevelView(Protocol):
    """A change of the lowest margin level that a warning is in force for, from `before` to `after`.

    Both are equity in percent of the used margin, or 0 for none. A lower `after` is a warning, a
    higher one or 0 a recovery. Money is in the account's currency."""

    @property
    def before(self) -> Decimal: ...
    @property
    def after(self) -> Decimal: ...
    @property
    def equity(self) -> Decimal: ...
    @property
    def used_margin(self) -> Decimal: ...


class AccountEvent(Protocol):
    """One event of an account. Fields that do not belong to its `type` are None or empty.

    `seq` counts an account's events from 1 without gaps. `type` is the event's name on the wire,
    such as `orderPlaced`; EVENT_TYPES lists them. `request_id` is the client's name for the
    request that caused the event, or empty."""

    @property
    def account_id(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def type(self) -> str: ...
    @property
    def at_ms(self) -> int: ...
    @property
    def request_id(self) -> str: ...

    @property
    def order(self) -> OrderView | None:
        """The order that changed, as the event leaves it."""
        ...

    @property
    def execution(self) -> ExecutionView | None:
        """The fill, in `orderFilled`."""
        ...

    @property
    def position(self) -> PositionView | None:
        """The position after the fill; its quantity is 0 if the fill closed it. In
        `positionAdjusted` the position that is left, if there is one."""
        ...

    @property
    def closed_positions(self) -> Sequence[tuple[PositionView, Side]]:
        """The positions that the event ended without a fill, and the side that each had."""
        ...

    @property
    def balance(self) -> Decimal | None:
        """The cash balance after the event, if the event can change it."""
        ...

    @property
    def symbol(self) -> str | None:
        """The symbol of `leverageSet` and `positionSettled`."""
        ...

    @property
    def price(self) -> Decimal | None:
        """The stated price, in `positionSettled`."""
        ...

    @property
    def leverage(self) -> Decimal | None:
        """The new leverage, in `leverageSet`."""
        ...

    @property
    def name(self) -> str | None:
        """The account's new name, in `accountNamed`; empty if it has none any more."""
        ...

    @property
    def margin_level(self) -> MarginLevelView | None:
        """How the margin level changed, in `marginLevelCrossed`."""
        ...

    @property
    def code(self) -> str | None:
        """The machine-readable reason, in an event that has one."""
        ...

    @property
    def text(self) -> str | None:
        """The reason in one sentence, in an event that has one."""
        ...

    @property
    def kill_switch(self) -> KillSwitch | None:
        """The switch as the event leaves it, in `killSwitchSet`."""
        ...

    @property
    def notification(self) -> Notification | None:
        """The notification, in `notificationRaised`."""
        ...


NOTIFYING_TYPES = frozenset(
    {"marginLevelCrossed", "notificationRaised", "orderCanceled", "orderFilled", "positionSettled"}
)
"""The types of events that may notify the owner of the account. A cancellation notifies only if
the message of its order gives a reason."""


EVENT_TYPES = frozenset(
    {
        "accountNamed",
        "accountOpened",
        "accountReset",
        "cashAdjusted",
        "cashDeposited",
        "cashWithdrawn",
        "commandBound",
        "killSwitchSet",
        "leverageSet",
        "marginLevelCrossed",
        "notificationRaised",
        "orderActivated",
        "orderArrived",
        "orderCancelRequested",
        "orderCanceled",
        "orderFilled",
        "orderModified",
        "orderPlaced",
        "orderRejected",
        "orderReplaceRequested",
        "orderRequestRejected",
        "orderRested",
        "orderStateUnknown",
        "orderSuspended",
        "orderTrailed",
        "orderTriggered",
        "positionAdjusted",
        "positionSettled",
        "riskRejected",
        "venueAssigned",
        "venueReported",
    }
)
