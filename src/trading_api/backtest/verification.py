"""Runs a recorded account again, and finds the first event that differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from trading_api.backtest.recorded_commands import causing_command, symbol_of_event
from trading_api.backtest.session import BacktestSession
from trading_api.errors import ApiError, ConfigurationError
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.events import (
    AccountOpened,
    IdempotencyKeyRecorded,
    NotificationRaised,
    OrderFilled,
)
from trading_api.modules.broker.journal.journal import JournalEntry

_NOT_COMPARED = (AccountOpened, IdempotencyKeyRecorded, NotificationRaised)


@dataclass(frozen=True, slots=True)
class VerifiedPeriod:
    """The result of a verification: the numbers of events and executions, and the first difference
    as a sentence, or None."""

    events: int
    executions: int
    difference: str | None = None


def verify_account(session: BacktestSession, recorded: Sequence[JournalEntry]) -> VerifiedPeriod:
    """Run the commands of a recorded account again, at their instants, on the data and settings of
    a session. Compare the events.

    Executions must be equal in all fields. Other events must have the same kind and order.
    Idempotency keys and notifications are not compared. Raises ConfigurationError for an account
    whose first events were removed."""
    if recorded and recorded[0].seq != 1:
        raise ConfigurationError(
            f"The events before number {recorded[0].seq} were removed from the ledger, so the "
            "account cannot be run again from its beginning."
        )
    return _Verification(session, recorded).run()


class _Verification:
    def __init__(self, session: BacktestSession, recorded: Sequence[JournalEntry]) -> None:
        self._session = session
        self._recorded = [each for each in recorded if not isinstance(each.event, _NOT_COMPARED)]
        self._repeated: list[JournalEntry] = []
        self._seen = 0

    def run(self) -> VerifiedPeriod:
        executions = 0
        for number, entry in enumerate(self._recorded):
            if difference := self._repeat(number, entry):
                return VerifiedPeriod(number, executions, difference)
            executions += isinstance(entry.event, OrderFilled)
        self._take_new()
        if len(self._repeated) > len(self._recorded):
            extra = _text(self._repeated[len(self._recorded)])
            difference = f"The re-run goes on with {extra}, which the ledger does not have."
            return VerifiedPeriod(len(self._recorded), executions, difference)
        return VerifiedPeriod(len(self._recorded), executions)

    def _repeat(self, number: int, entry: JournalEntry) -> str | None:
        """Run until the next event, and return its difference from the recorded one."""
        self._move(number, entry.at_ms)
        reason = "nothing happens there"
        if len(self._repeated) == number:
            reason = self._execute(number, entry) or reason
            self._take_new()
        if len(self._repeated) == number:
            # A quote of the simulated market has the time of the last millisecond of its step.
            self._move(number, entry.at_ms + 1)
        if len(self._repeated) == number:
            return f"Event {entry.seq} is {_text(entry)}. In the re-run {reason}."
        repeated = self._repeated[number]
        if _is_same(entry, repeated):
            return None
        return f"Event {entry.seq} is {_text(entry)}, and in the re-run {_text(repeated)}."

    def _move(self, number: int, instant_ms: int) -> None:
        if len(self._repeated) == number and self._session.now_ms < instant_ms:
            self._session.advance_to(instant_ms)
            self._take_new()

    def _execute(self, number: int, entry: JournalEntry) -> str | None:
        """Run the command that caused an event, if there is one. Return the reason if it was
        rejected."""
        broker = self._session.broker
        symbol = symbol_of_event(entry.event) or self._session.instruments()[0].symbol
        following = takewhile(lambda each: each.at_ms == entry.at_ms, self._recorded[number:])
        try:
            command = causing_command(
                [each.event for each in following], broker.state, broker.market_of(symbol)
            )
            answer = broker.execute(command) if command is not None else None
        except ApiError as error:
            return f"the command is refused: {error.detail}"
        if answer is not None and isinstance(answer.outcome, Rejection):
            return f"the command is refused: {answer.outcome.message}"
        return None

    def _take_new(self) -> None:
        entries = self._session.events()
        self._repeated += [
            each for each in entries[self._seen :] if not isinstance(each.event, _NOT_COMPARED)
        ]
        self._seen = len(entries)


def _is_same(recorded: JournalEntry, repeated: JournalEntry) -> bool:
    if isinstance(recorded.event, OrderFilled) and isinstance(repeated.event, OrderFilled):
        return recorded.event.execution == repeated.event.execution
    return (
        type(recorded.event) is type(repeated.event)
        and recorded.at_ms == repeated.at_ms
        and (recorded.order and recorded.order.id) == (repeated.order and repeated.order.id)
    )


def _text(entry: JournalEntry) -> str:
    """Return a description of an event for people."""
    execution = entry.execution
    if execution is not None:
        return (
            f"{execution.id} of {execution.order_id} ({execution.side.name.lower()} "
            f"{execution.quantity.normalize():f} {execution.symbol} at {execution.price:f}, "
            f"commission {execution.commission:f}, at {execution.time_ms})"
        )
    order = f" of {entry.order.id}" if entry.order else ""
    return f"{entry.type}{order} at {entry.at_ms}"
