"""Handle the command that stores a notification."""

from __future__ import annotations

from decimal import Decimal

from trading_api.modules.broker.engine.commands import Notify
from trading_api.modules.broker.engine.events import NotificationRaised
from trading_api.modules.broker.engine.transaction import Transaction


def notify(transaction: Transaction, command: Notify) -> None:
    """Store a notification."""
    transaction.emit(notification_raised(command))


def notification_raised(command: Notify) -> NotificationRaised:
    """Return the event of a notification, with the texts and the numbers of its reference apart."""
    notification = command.notification
    names: dict[str, str] = {}
    figures: dict[str, Decimal] = {}
    for field, value in notification.reference.items():
        if isinstance(value, str):
            names[field] = value
        else:
            figures[field] = Decimal(value)
    kind = notification.severity, notification.code, notification.text
    return NotificationRaised(*kind, names, figures, command.at_ms)
