"""The result of a command in the terms of the broker port."""

from __future__ import annotations

from trading_api.domain.broker_commands import (
    BrokerCommand,
    CancelOrdersCommand,
    CommandResult,
    SetKillSwitchCommand,
)
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.engine import CommandAnswer, Duplicate
from trading_api.modules.broker.engine.events import (
    ORDER_ID_SEPARATOR,
    OrderCanceled,
    OrderPlaced,
)
from trading_api.modules.broker.translation.rejection_mapping import to_api_error


def to_command_result(command: BrokerCommand, answer: CommandAnswer) -> CommandResult:
    """Return the result of a command. Raises ApiError for a rejected command."""
    outcome = answer.outcome
    if isinstance(outcome, Rejection):
        raise to_api_error(outcome)
    if isinstance(outcome, Duplicate):
        if isinstance(command, CancelOrdersCommand | SetKillSwitchCommand):
            ids = outcome.order_id.split(ORDER_ID_SEPARATOR) if outcome.order_id else []
            return CommandResult(canceled=ids, is_duplicate=True, seq=outcome.seq)
        return CommandResult(outcome.order_id, is_duplicate=True, seq=outcome.seq)
    placed = next((event.order.id for event in outcome if isinstance(event, OrderPlaced)), "")
    canceled = [event.order.id for event in outcome if isinstance(event, OrderCanceled)]
    return CommandResult(placed, canceled, seq=answer.seq)
