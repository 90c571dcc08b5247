"""The log of commands, with their outcome and duration, and of committed events."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from prometheus_client import Histogram

from trading_api.domain.broker_commands import BrokerCommand, CommandResult
from trading_api.errors import ApiError, Unavailable
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import Command
from trading_api.modules.broker.engine.engine import CommandAnswer, Duplicate, Outcome
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.engine.venue_events import (
    CashAdjusted,
    KillSwitchSet,
    PositionAdjusted,
    RiskRejected,
)
from trading_api.modules.broker.journal.event_codec import kind_of
from trading_api.observability.metrics import Metrics

log = logging.getLogger(__name__)


class CommandLog:
    """Logs each command, and measures the commands' duration."""

    def __init__(self, metrics: Metrics) -> None:
        self._commands = metrics.commands
        # By command and outcome. Looking one up in the metric takes ten times as long.
        self._durations: dict[tuple[str, str], Histogram] = {}

    async def record(
        self, account_id: str, command: Command, execution: Awaitable[CommandAnswer]
    ) -> CommandAnswer:
        """Await the execution of a command, log the command and its outcome, and return the
        answer."""
        started_s = time.perf_counter()
        outcome: Outcome | None = None
        try:
            answer = await execution
            outcome = answer.outcome
            return answer
        finally:
            name, result = type(command).__name__, _result(outcome)
            self._note(account_id, name, result, started_s, partial(_detail, outcome))

    async def record_live(
        self, account_id: str, command: BrokerCommand, execution: Awaitable[CommandResult]
    ) -> CommandResult:
        """Await the execution of a live account's command, log the command and its outcome, and
        return the result."""
        started_s, outcome, fields = time.perf_counter(), "failed", dict[str, Any]()
        try:
            result = await execution
            outcome = "find_duplicate" if result.is_duplicate else "done"
            fields = {"orders": ",".join(filter(None, [result.order_id, *result.canceled]))}
            return result
        except Unavailable:
            raise
        except ApiError as error:
            outcome, fields = "rejected", {"code": error.code}
            raise
        finally:
            name = type(command).__name__.removesuffix("Command")
            self._note(account_id, name, outcome, started_s, lambda: fields)

    def _note(
        self,
        account_id: str,
        name: str,
        result: str,
        started_s: float,
        detail: Callable[[], dict[str, Any]],
    ) -> None:
        took_s = time.perf_counter() - started_s
        self._duration(name, result).observe(took_s)
        if log.isEnabledFor(logging.INFO):
            fields = {"account": account_id, "command": name, "outcome": result}
            log.info("command", extra=fields | detail() | {"ms": round(took_s * 1000, 1)})

    def _duration(self, command: str, result: str) -> Histogram:
        duration = self._durations.get((command, result))
        if duration is None:
            duration = self._durations[command, result] = self._commands.labels(command, result)
        return duration


def log_event(account_id: str, event: Event) -> None:
    """Log a committed event. A kill switch that is set is a warning."""
    is_halt = isinstance(event, KillSwitchSet) and event.is_on
    level = logging.WARNING if is_halt else logging.INFO
    if not log.isEnabledFor(level):
        return
    order = getattr(event, "order", None)
    fields: dict[str, Any] = {"account": account_id, "kind": kind_of(event)}
    if order is not None:
        fields |= {"order_id": order.id, "symbol": order.symbol, "status": order.status.name}
    match event:
        case KillSwitchSet():
            fields |= {"is_on": event.is_on, "reason": event.reason}
        case RiskRejected():
            fields |= {"symbol": event.symbol, "code": event.code, "reason": event.text}
        case PositionAdjusted():
            fields |= {"symbol": event.symbol, "code": event.code, "reason": event.text}
        case CashAdjusted():
            fields |= {"code": event.code, "reason": event.text}
    log.log(level, "event", extra=fields)


def _result(outcome: Outcome | None) -> str:
    match outcome:
        case None:
            return "failed"
        case Rejection():
            return "rejected"
        case Duplicate():
            return "find_duplicate"
    return "done"


def _detail(outcome: Outcome | None) -> dict[str, Any]:
    match outcome:
        case None:
            return {}
        case Rejection():
            return {"code": outcome.code.value}
        case Duplicate():
            return {"order_id": outcome.order_id}
    orders = [order.id for event in outcome if (order := getattr(event, "order", None))]
    return {"orders": ",".join(dict.fromkeys(orders))}
