"""Sessions have owners, and are bounded in number and time."""

from __future__ import annotations

from decimal import Decimal

import pytest

from trading_api.errors import ApiError
from trading_api.modules.mcp.elapsed_clock import ElapsedClock
from trading_api.modules.mcp.sessions import (
    SESSION_IDLE_S,
    SESSIONS_MAX,
    SESSIONS_PER_SUBJECT_MAX,
    McpSessions,
)


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(clock: Clock) -> McpSessions:
    return McpSessions(Decimal(100), clock)


def test_a_session_is_found_by_the_subject_that_began_it(sessions: McpSessions) -> None:
    begun = sessions.begin("a", "alice")
    assert sessions.find("a", "alice") is begun
    assert sessions.find("a", "bob") is None
    sessions.end("a")
    sessions.end("a")
    assert sessions.find("a", "alice") is None
    assert len(sessions) == 0


def test_a_session_ends_when_it_is_idle(sessions: McpSessions, clock: Clock) -> None:
    sessions.begin("a", "alice")
    sessions.begin("b", "alice")
    clock.now_s = SESSION_IDLE_S - 1
    assert sessions.find("a", "alice")
    clock.now_s = SESSION_IDLE_S
    assert sessions.find("b", "alice") is None
    assert sessions.find("a", "alice")
    clock.now_s = 2 * SESSION_IDLE_S
    sessions.check_capacity("alice")
    assert len(sessions) == 0


def test_a_subject_without_sessions_of_the_protocol_has_one(
    sessions: McpSessions, clock: Clock
) -> None:
    session = sessions.of_subject("alice")
    session.spend(Decimal(60))
    assert sessions.of_subject("alice") is session
    assert sessions.of_subject("bob") is not session
    clock.now_s = SESSION_IDLE_S
    assert sessions.of_subject("alice").value_used == 0


def test_sessions_are_bounded(sessions: McpSessions, clock: Clock) -> None:
    def code(subject: str) -> str:
        try:
            sessions.of_subject(subject)
        except ApiError as error:
            return error.code
        return ""

    for number in range(SESSIONS_PER_SUBJECT_MAX):
        sessions.begin(f"a{number}", "alice")
    assert (code("alice"), code("bob")) == ("too_many_sessions", "")
    sessions.end("a0")
    assert code("alice") == ""
    while len(sessions) < SESSIONS_MAX:
        sessions.of_subject(f"subject-{len(sessions)}")
    assert (code("carol"), code("bob")) == ("too_many_sessions", "")
    clock.now_s = SESSION_IDLE_S
    assert code("carol") == ""
    assert len(sessions) == 1


def test_the_value_of_a_session_is_not_exceeded(sessions: McpSessions) -> None:
    session = sessions.begin("a", "alice")
    session.spend(Decimal("99.99"))
    with pytest.raises(ApiError, match=r"value of 0\.02, and this session may place another 0\.01"):
        session.spend(Decimal("0.02"))
    session.spend(Decimal("0.01"))
    assert session.value_remaining == 0
    session.refund(Decimal("0.01"))
    assert session.value_remaining == Decimal("0.01")


def test_the_clock_counts_a_suspended_machine_and_no_step_back() -> None:
    times = {"monotonic": 50.0, "wall": 1000.0}
    clock = ElapsedClock(lambda: times["monotonic"], lambda: times["wall"])
    for step, now_s in (
        ({"monotonic": 52.0, "wall": 1002.0}, 2.0),
        ({"monotonic": 52.5, "wall": 1062.0}, 62.0),  # suspended
        ({"monotonic": 53.5, "wall": 100.0}, 63.0),  # set back
        ({"monotonic": 53.5, "wall": 99.0}, 63.0),
    ):
        times |= step
        assert clock.now_s() == now_s
