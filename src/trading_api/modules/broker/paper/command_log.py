"""What whoever is on call reads of orders: each command, how it ended, and every event."""

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
    def __init__(self, metrics: Metrics) -> None:
        self._commands = metrics.commands

    async def watch(
        self, account_id: str, command: Command, execution: Awaitable[Outcome]
    ) -> Outcome:
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

    def tell(self, account_id: str, event: Event) -> None:
        """It was committed."""
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
        return "repeated", {"order_id": outcome.order_id}
    orders = [order.id for event in outcome if (order := getattr(event, "order", None))]
    return "done", {"orders": ",".join(dict.fromkeys(orders))}
