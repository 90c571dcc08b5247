"""What clients sent and received during a run, as they saw it. Times are seconds of the monotonic
clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

Kind = Literal["place", "modify", "cancel", "close", "deposit"]
Outcome = Literal["open", "acknowledged", "refused"]

QUOTE_GAP_S = 1.0
"""The simulator moves each symbol several times a second; a longer silence is an outage."""
SEQUENCED_ROUTES = ("orders", "positions", "executions")


@dataclass(slots=True)
class Attempt:
    """One request of a command. `status` is 0 where no answer came."""

    at_s: float
    base_url: str
    status: int = 0
    code: str = ""


@dataclass(slots=True)
class Command:
    """A command with its idempotency key, which is also its request id. `order_id` is the order
    that it placed, changed or canceled."""

    account_id: str
    key: str
    kind: Kind
    started_s: float
    order_id: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    outcome: Outcome = "open"
    answered_s: float = 0.0

    @property
    def was_uncertain(self) -> bool:
        """Return whether an attempt may have reached the exchange without an answer."""
        return any(each.status in (0, 502, 503, 504) for each in self.attempts)


@dataclass(slots=True)
class Received:
    """One update of a topic. An update of the state after a subscription has no `prev`.

    `name` and `version` tell which order, symbol or execution it is about."""

    at_s: float
    seq: int
    prev: int | None
    name: str
    version: int


@dataclass(slots=True)
class Stream:
    """What one client received of one topic without a gap: from a subscription until the next one.
    Resuming continues a stream. `is_over` once the client had to subscribe again."""

    client: str
    account_id: str
    route: str
    started_s: float
    updates: list[Received] = field(default_factory=list)
    sessions: int = 1
    is_over: bool = False

    @property
    def last_seq(self) -> int | None:
        return self.updates[-1].seq if self.updates else None


@dataclass(slots=True)
class ClientState:
    """What a client shows at the end: the newest version of each order, open positions,
    executions, the last equity, the profits, when the last quote arrived, and each time
    without one that was longer than QUOTE_GAP_S."""

    account_id: str
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    positions: dict[str, dict[str, Any]] = field(default_factory=dict)
    executions: dict[str, dict[str, Any]] = field(default_factory=dict)
    equity: dict[str, Any] = field(default_factory=dict)
    equity_seq: int = 0
    profits: dict[str, dict[str, Any]] = field(default_factory=dict)
    last_quote_s: float = 0.0
    quote_gaps: list[tuple[float, float]] = field(default_factory=list)

    def note_quote(self, now_s: float) -> None:
        """Note that a quote arrived, and the time without one before it if that was long."""
        if self.last_quote_s and now_s > self.last_quote_s + QUOTE_GAP_S:
            self.quote_gaps.append((self.last_quote_s, now_s))
        self.last_quote_s = now_s


@dataclass(frozen=True, slots=True)
class UnreadClose:
    """How the server closed the connection of a client that did not read. `code` is None if the
    client never connected."""

    at_s: float
    code: int | None
    reason: str


@dataclass(slots=True)
class FaultWindow:
    """The time that an injected fault can influence, until the next fault or the end of trading."""

    name: str
    started_s: float
    ended_s: float = float("inf")


@dataclass(slots=True)
class Recording:
    """Everything that the clients of a run recorded."""

    commands: dict[str, Command] = field(default_factory=dict)
    streams: list[Stream] = field(default_factory=list)
    clients: dict[str, ClientState] = field(default_factory=dict)
    windows: list[FaultWindow] = field(default_factory=list)
    closes: list[tuple[float, str, str]] = field(default_factory=list)
    """Each end of a session: the time, the client, and the close code or error."""
    unread_closes: list[UnreadClose] = field(default_factory=list)
    refused_resumes: list[tuple[float, str]] = field(default_factory=list)
    """The time and the message of each reply that refused to resume."""

    def acknowledged(self) -> Iterator[Command]:
        return (each for each in self.commands.values() if each.outcome == "acknowledged")

    def begin_window(self, name: str) -> FaultWindow:
        """Let a fault's window begin, and the one before it end."""
        self.end_window()
        self.windows.append(FaultWindow(name, time.monotonic()))
        return self.windows[-1]

    def end_window(self) -> None:
        """Let the last window end now."""
        if self.windows:
            self.windows[-1].ended_s = time.monotonic()

    def fault_at(self, at_s: float) -> str:
        """Return the fault whose window includes the time, or the last one."""
        names = [each.name for each in self.windows if each.started_s <= at_s]
        return names[-1] if names else "none"

    def longest_outage_s(self, window: FaultWindow) -> float:
        """Return the longest time in the window in which an account had no acknowledged command. A
        command that was refused counts as none."""
        end_s = window.ended_s
        longest_s = 0.0
        for account_id in {each.account_id for each in self.commands.values()}:
            times = [
                each.answered_s
                for each in self.acknowledged()
                if each.account_id == account_id and window.started_s <= each.answered_s < end_s
            ]
            points = sorted([window.started_s, *times, end_s])
            gaps = (after - before for before, after in pairwise(points))
            longest_s = max(longest_s, *gaps)
        return longest_s

    def longest_quote_gap_s(self, window: FaultWindow) -> float:
        """Return the longest time without a quote whose middle lies in the window."""
        return max(
            (
                end_s - start_s
                for client in self.clients.values()
                for start_s, end_s in client.quote_gaps
                if window.started_s <= (start_s + end_s) / 2 < window.ended_s
            ),
            default=0.0,
        )
