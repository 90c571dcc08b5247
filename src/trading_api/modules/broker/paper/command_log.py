"""The log of commands, with their outcome and duration, and of committed events."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable

from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import Command
from trading_api.modules.broker.engine.engine import Duplicate, Outcome
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.journal.event_codec import kind_of
from trading_api.observability.metrics import Metrics

log = logging.getLogger(__name__)


class CommandLog:
    """Logs each command and event, and measures the commands' duration."""

    def __init__(self, metrics: Metrics) -> None:
        self._commands = metrics.commands

    async def record(
        self, account_id: str, command: Command, execution: Awaitable[Outcome]
    ) -> Outcome:
        """Await a command's execution, return its outcome, and log both."""
        name, started_s = type(command).__name__, time.perf_counter()
        result = "failed"
        detail: dict[str, str] = {}
        try:
            outcome = await execution
            result, detail = _result(outcome)
            return outcome
        finally:
            took_s = time.perf_counter() - started_s
            self._commands.labels(name, result).observe(took_s)
            fields = {"account": account_id, "command": name, "outcome": result, **detail}
            log.info("command", extra=fields | {"ms": round(took_s * 1000, 1)})

    def record_event(self, account_id: str, event: Event) -> None:
        """Log a committed event."""
        if not log.isEnabledFor(logging.INFO):
            return
        order = getattr(event, "order", None)
        fields = {"account": account_id, "kind": kind_of(event)}
        if order is not None:
            fields |= {"order_id": order.id, "symbol": order.symbol, "status": order.status.name}
        log.info("event", extra=fields)


def _result(outcome: Outcome) -> tuple[str, dict[str, str]]:
    if isinstance(outcome, Rejection):
        return "rejected", {"code": outcome.code.value}
    if isinstance(outcome, Duplicate):
        return "find_duplicate", {"order_id": outcome.order_id}
    orders = [order.id for event in outcome if (order := getattr(event, "order", None))]
    return "done", {"orders": ",".join(dict.fromkeys(orders))}
