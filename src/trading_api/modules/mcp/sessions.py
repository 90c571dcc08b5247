"""The sessions of assistants: their subjects, confirmations, and the value that they used."""

from __future__ import annotations

import secrets
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from trading_api.domain.account_snapshot import OrderView
from trading_api.domain.broker_commands import ModifyOrderCommand, PlaceOrderCommand
from trading_api.domain.instrument import Instrument
from trading_api.errors import Conflict, Invalid, TooManyRequests, Unavailable

SESSION_IDLE_S = 30 * 60.0
"""How long after its last request a session ends."""
SESSIONS_MAX = 1000
SESSIONS_PER_SUBJECT_MAX = 20
CONFIRMATION_S = 60.0
CONFIRMATIONS_MAX = 20
"""The most unused confirmations of a session; a further one replaces the oldest."""

ConfirmedCommand = PlaceOrderCommand | ModifyOrderCommand


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A previewed command, which may be submitted once before `expires_s`.

    `order` is the order as the command would have left it at the time of the preview."""

    account_id: str
    command: ConfirmedCommand
    instrument: Instrument
    order: OrderView
    expires_s: float


@dataclass(slots=True)
class McpSession:
    """The limits of one assistant: its confirmations, and the value of orders that it may still
    use.

    Values are in the currency of the accounts. `value_used` decreases only for a rejected command.
    """

    subject: str
    value_max: Decimal
    used_s: float
    value_used: Decimal = Decimal(0)
    confirmations: OrderedDict[str, Confirmation] = field(default_factory=OrderedDict)

    request_ids: set[str] = field(default_factory=set)
    """The ids of the requests that are not answered yet."""

    @contextmanager
    def open_request(self, id: str | None) -> Iterator[None]:
        """Hold the id of a request until it is answered. None is that of a notification.

        Raises Conflict for an id in use: the SDK would answer only one of the two requests."""
        if id is None:
            yield
            return
        if id in self.request_ids:
            raise Conflict("Another request of this id is not answered yet.", "request_id_in_use")
        self.request_ids.add(id)
        try:
            yield
        finally:
            self.request_ids.remove(id)

    @property
    def value_remaining(self) -> Decimal:
        return self.value_max - self.value_used

    def add_confirmation(self, confirmation: Confirmation) -> str:
        """Store a confirmation, and return the id by which its command may be submitted."""
        while len(self.confirmations) >= CONFIRMATIONS_MAX:
            self.confirmations.popitem(last=False)
        id = secrets.token_urlsafe(16)
        self.confirmations[id] = confirmation
        return id

    def use_confirmation(
        self, id: str, account_id: str, command: ConfirmedCommand, now_s: float
    ) -> Confirmation:
        """Remove a confirmation and return it. It is removed even if an error is raised.

        Raises Conflict for an unknown, used or expired one, and Invalid for a command that differs
        from the previewed one."""
        confirmation = self.confirmations.pop(id, None)
        if confirmation is None:
            raise Conflict(
                "This session has no such confirmation: each is valid for one call. Look at the "
                "orders, then preview again.",
                "confirmation_unknown",
            )
        if now_s >= confirmation.expires_s:
            raise Conflict(
                f"The preview is more than {CONFIRMATION_S:.0f} seconds old; preview again.",
                "confirmation_expired",
            )
        if (confirmation.account_id, confirmation.command) != (account_id, command):
            raise Invalid(
                "The order is not the one that was previewed; preview this one.",
                "confirmation_mismatch",
            )
        return confirmation

    def spend(self, value: Decimal) -> None:
        """Count the value of an order. Raises Conflict if it exceeds what remains of the
        maximum."""
        if value > self.value_remaining:
            raise Conflict(
                f"The order has a value of {value:f}, and this session may place another "
                f"{self.value_remaining:f} of {self.value_max:f} (MCP_SESSION_VALUE_MAX).",
                "session_value_exceeded",
            )
        self.value_used += value

    def refund(self, value: Decimal) -> None:
        """Subtract what `spend` counted for a command that was then rejected."""
        self.value_used -= value


class McpSessions:
    """The open sessions by their ids. A session belongs to the subject that began it.

    `now_s` is a clock in seconds that never moves back."""

    def __init__(self, value_max: Decimal, now_s: Callable[[], float]) -> None:
        self._value_max = value_max
        self._now_s = now_s
        self._sessions: OrderedDict[str, McpSession] = OrderedDict()
        """In the order of their last use."""
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._sessions)

    def check_capacity(self, subject: str) -> None:
        """Raises TooManyRequests if the subject has too many sessions, and Unavailable if the
        server has."""
        self._end_idle()
        if self._counts[subject] >= SESSIONS_PER_SUBJECT_MAX:
            raise TooManyRequests(
                f"You have {SESSIONS_PER_SUBJECT_MAX} open sessions; end one.",
                retry_after_s=60,
                code="too_many_sessions",
            )
        if len(self._sessions) >= SESSIONS_MAX:
            raise Unavailable(
                "There are too many open sessions.", "too_many_sessions", retry_after_s=60
            )

    def begin(self, id: str, subject: str) -> McpSession:
        """Begin a session. Call `check_capacity` before."""
        session = McpSession(subject, self._value_max, self._now_s())
        self._sessions[id] = session
        self._counts[subject] += 1
        return session

    def find(self, id: str, subject: str) -> McpSession | None:
        """Return the subject's open session of this id, which postpones its end, or None."""
        self._end_idle()
        session = self._sessions.get(id)
        if session is None or session.subject != subject:
            return None
        session.used_s = self._now_s()
        self._sessions.move_to_end(id)
        return session

    def of_subject(self, subject: str) -> McpSession:
        """Return the one session of a subject whose version of the protocol has no sessions, and
        begin it at the first call. Raises what `check_capacity` raises."""
        id = f"subject:{subject}"  # no id of the protocol has a colon
        session = self.find(id, subject)
        if session is None:
            self.check_capacity(subject)
            session = self.begin(id, subject)
        return session

    def end(self, id: str) -> None:
        """End a session. An unknown id is ignored."""
        session = self._sessions.pop(id, None)
        if session is not None:
            self._counts[session.subject] -= 1
            if not self._counts[session.subject]:
                del self._counts[session.subject]

    def _end_idle(self) -> None:
        limit_s = self._now_s() - SESSION_IDLE_S
        while self._sessions:
            id, oldest = next(iter(self._sessions.items()))
            if oldest.used_s > limit_s:
                break
            self.end(id)
