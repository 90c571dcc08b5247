"""The items of the command processor's inbox, and what it commits together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from trading_api.modules.broker.engine.commands import Command, ExpireOrders, MatchQuote
from trading_api.modules.broker.engine.engine import CommandAnswer
from trading_api.modules.broker.engine.events import Event


@dataclass(slots=True)
class PendingCommand:
    """A command whose caller waits for `answer`."""

    account_id: str
    command: Command
    answer: asyncio.Future[CommandAnswer]
    request_id: str
    client_request_id: str


@dataclass(slots=True)
class FlushMarker:
    """`action` is called, and `answer` is set, once everything before it in the inbox is committed
    and published."""

    action: Callable[[], None]
    answer: asyncio.Future[None]


InboxItem = PendingCommand | MatchQuote | ExpireOrders | FlushMarker


@dataclass(slots=True)
class CommandBatch:
    """What is committed together: events in the order they happened, and the callers that wait
    for them. `requests` gives the command that caused an event, by the event's index. `recalled`
    are the accounts that hold records for this batch."""

    events: list[tuple[str, Event]] = field(default_factory=list)
    answers: list[tuple[PendingCommand, CommandAnswer | Exception]] = field(default_factory=list)
    requests: dict[int, PendingCommand] = field(default_factory=dict)
    recalled: set[str] = field(default_factory=set)

    def changed(self) -> set[str]:
        """Return the accounts that have events in this batch."""
        return {account_id for account_id, _ in self.events}
