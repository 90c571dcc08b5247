"""The sessions of assistants: who began one, what it confirmed and what it has spent."""

from __future__ import annotations

import secrets
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from trading_api.domain.account_snapshot import OrderView
from trading_api.domain.broker_commands import ModifyOrderCommand, PlaceOrderCommand
from trading_api.domain.instrument import Instrument
from trading_api.errors import Conflict, Invalid, TooManyRequests, Unavailable

SESSION_IDLE_S = 30 * 60.0
"""A session ends so long after its last request."""
SESSIONS_MAX = 1000
SESSIONS_PER_SUBJECT_MAX = 20
CONFIRMATION_S = 60.0
CONFIRMATIONS_MAX = 20
"""A session with so many unused confirmations forgets the oldest one for a new one."""

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
    """What one assistant may do. `value_used` is in the currency of the accounts and only grows,
    but for a command that was rejected."""

    subject: str
    value_max: Decimal
    used_s: float
    value_used: Decimal = Decimal(0)
    confirmations: OrderedDict[str, Confirmation] = field(default_factory=OrderedDict)

    @property
    def value_remaining(self) -> Decimal:
        return self.value_max - self.value_used

    def add_confirmation(self, confirmation: Confirmation) -> str:
        """Return the id by which the command may be submitted."""
        while len(self.confirmations) >= CONFIRMATIONS_MAX:
            self.confirmations.popitem(last=False)
        id = secrets.token_urlsafe(16)
        self.confirmations[id] = confirmation
        return id

    def use_confirmation(
        self, id: str, account_id: str, command: ConfirmedCommand, now_s: float
    ) -> Confirmation:
        """Use up a confirmation, whether or not it fits, and return it.

        Raises Conflict for an unknown, used or expired one, and Invalid for one of another
        command."""
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
        """Count the value of an order. Raises Conflict where the session's maximum is exceeded."""
        if value > self.value_remaining:
            raise Conflict(
                f"The order has a value of {value:f}, and this session may place another "
                f"{self.value_remaining:f} of {self.value_max:f} (MCP_SESSION_VALUE_MAX).",
                "session_value_exceeded",
            )
        self.value_used += value

    def refund(self, value: Decimal) -> None:
        """Take back what `spend` counted for a command that was rejected."""
        self.value_used -= value


class McpSessions:
    """The sessions that are open, each by its id. A session belongs to the subject that began it.

    `now_s` is a clock that only moves forward."""

    def __init__(self, value_max: Decimal, now_s: Callable[[], float]) -> None:
        self._value_max = value_max
        self._now_s = now_s
        self._sessions: OrderedDict[str, McpSession] = OrderedDict()
        """The one that was used longest ago first."""
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._sessions)

    def check_capacity(self, subject: str) -> None:
        """Raises TooManyRequests where the subject has too many sessions, and Unavailable where
        there are too many of all."""
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
        """Begin a session, whose capacity was checked."""
        session = McpSession(subject, self._value_max, self._now_s())
        self._sessions[id] = session
        self._counts[subject] += 1
        return session

    def find(self, id: str, subject: str) -> McpSession | None:
        """Return the subject's open session of this id, and count that as a use; else None."""
        self._end_idle()
        session = self._sessions.get(id)
        if session is None or session.subject != subject:
            return None
        session.used_s = self._now_s()
        self._sessions.move_to_end(id)
        return session

    def of_subject(self, subject: str) -> McpSession:
        """Return the one session of a subject whose protocol has none, and begin it where there is
        none. Raises what `check_capacity` raises."""
        id = f"subject:{subject}"  # no id of the protocol has a colon
        session = self.find(id, subject)
        if session is None:
            self.check_capacity(subject)
            session = self.begin(id, subject)
        return session

    def end(self, id: str) -> None:
        """End a session. Ignored where there is none of this id."""
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
