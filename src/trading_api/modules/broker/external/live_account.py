"""One account's serialized changes: each decision is committed, then published, then answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from trading_api.errors import ApiError, Unavailable
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import AccountImage, image_of, restore
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.external.live_clock import LiveClock
from trading_api.modules.broker.journal.history import RecordQuery
from trading_api.modules.broker.journal.journal import (
    CommitUnknown,
    FencedOut,
    Journal,
    JournalConflict,
    JournalEntry,
    JournalUnavailable,
)
from trading_api.observability.request_id import client_request_id, request_id

log = logging.getLogger(__name__)
Result = TypeVar("Result")

INBOX_SIZE = 10_000
COMMANDS_WAITING_MAX = 1_000
BATCH_SIZE = 64
"""Reports that one commit may contain."""
IMAGE_INTERVAL = 2_000
"""Events after which an image is stored, so that recovery stays short."""
RETRY_S = 0.5
"""The time between two attempts to commit what the venue reported."""

Decision = Callable[[Transaction], Result]
"""Decides on a branch of the committed state: emits events and returns a result, or raises."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A decision that waits. One without an answer is made again until it is committed."""

    decide: Decision[Any]
    answer: asyncio.Future[Any] | None
    query: RecordQuery | None = None
    request_id: str = ""
    client_request_id: str = ""


class LiveAccount:
    """Makes decisions about an account one after the other.

    The events of a decision are committed before they change `state`, and `publish` is called with
    each of them. `after_commit` is called when all of them are published."""

    def __init__(
        self,
        account_id: str,
        journal: Journal,
        rules: ExchangeRules,
        clock: LiveClock,
        publish: Callable[[JournalEntry], None],
        after_commit: Callable[[], None],
    ) -> None:
        self.account_id = account_id
        self.state = AccountState()
        self.has_lost_reports = False
        """Whether the inbox was full, so that the venue has to be asked."""
        self.is_retrying = False
        """Whether decisions wait because the journal could not be written the last time."""
        self._journal = journal
        self._rules = rules
        self._clock = clock
        self._publish = publish
        self._after_commit = after_commit
        self._events_after_image = 0
        # Full: commands are refused before that, and reports are dropped. A query follows.
        self._inbox: asyncio.Queue[_Pending] = asyncio.Queue(INBOX_SIZE)

    def queue_depth(self) -> int:
        """Return how many decisions wait in the inbox."""
        return self._inbox.qsize()

    async def load(self) -> None:
        """Fold the account's events. Raises ConfigurationError."""
        async for step in self._journal.recover():
            for item in step.items:
                if item.account_id != self.account_id:
                    continue
                if isinstance(item, AccountImage):
                    self.state = restore(item)
                    continue
                self.state.evolve(item.event)
                self._events_after_image += 1
                self.state.discard_history()

    async def execute(
        self,
        decide: Decision[Result],
        query: RecordQuery | None = None,
        *,
        is_urgent: bool = False,
    ) -> Result:
        """Return the result of a decision once its events are committed and published.

        The decision finds in its state the records that `query` names. Whatever it raises is
        raised here, and nothing is committed then. An urgent one is accepted however many others
        wait. Raises Unavailable, also where the journal cannot be written."""
        waiting_max = INBOX_SIZE if is_urgent else COMMANDS_WAITING_MAX
        if self._inbox.qsize() >= waiting_max:
            raise Unavailable("Too many commands are waiting; try again.", "overloaded")
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        names = request_id.get(), client_request_id.get()
        self._inbox.put_nowait(_Pending(decide, answer, query, *names))
        return await answer

    def post(self, decide: Decision[object]) -> bool:
        """Make a decision about an execution report. It is committed as soon as the journal
        can be written. Return whether there was room for it."""
        try:
            self._inbox.put_nowait(_Pending(decide, None))
        except asyncio.QueueFull:
            self.has_lost_reports = True
            return False
        return True

    async def run(self) -> None:
        """Make the decisions until cancelled. Raises JournalConflict, FencedOut and CommitUnknown,
        which leave callers unanswered: the process has to end."""
        while True:
            first = await self._inbox.get()
            if first.answer is not None:
                await self._answer(first, first.answer)
                continue
            batch = [first]
            while len(batch) < BATCH_SIZE and not self._inbox.empty():
                following = self._inbox.get_nowait()
                if following.answer is not None:
                    await self._decide_all(batch)
                    batch = []
                    await self._answer(following, following.answer)
                    break
                batch.append(following)
            await self._decide_all(batch)

    async def _answer(self, pending: _Pending, answer: asyncio.Future[Any]) -> None:
        transaction = Transaction(self.state.branch(), self._rules)
        try:
            if pending.query is not None:
                (found,) = await self._journal.history.find([pending.query])
                transaction.state.recall(found.orders, found.client_ids, found.keys)
            result = pending.decide(transaction)
            await self._commit(transaction, pending)
        except JournalUnavailable as error:
            log.error("journal_unavailable", extra={"code": error.code, "reason": error.reason})
            refusal = Unavailable(f"{error.reason}; nothing was done.", error.code)
            if not answer.done():
                answer.set_exception(refusal)
        except (JournalConflict, FencedOut, CommitUnknown):
            raise  # no caller may receive an answer: the process ends
        except Exception as error:
            if not isinstance(error, ApiError):
                log.exception("command_failed", extra={"account": self.account_id})
            if not answer.done():
                answer.set_exception(error)
        else:
            if not answer.done():
                answer.set_result(result)

    async def _decide_all(self, batch: list[_Pending]) -> None:
        """Commit what follows from reports, together."""
        while batch:
            transaction = Transaction(self.state.branch(), self._rules)
            try:
                for pending in batch:
                    pending.decide(transaction)
            except Exception:  # a report must not end the account's task
                if len(batch) > 1:
                    for pending in batch:
                        await self._decide_all([pending])
                else:
                    log.exception("report_not_applied", extra={"account": self.account_id})
                    self.has_lost_reports = True
                return
            try:
                await self._commit(transaction, _NO_REQUEST)
                return
            except JournalUnavailable as error:
                log.error("journal_unavailable", extra={"code": error.code, "reason": error.reason})
            self.is_retrying = True
            try:
                await self._clock.sleep(RETRY_S)
            finally:
                self.is_retrying = False

    async def _commit(self, transaction: Transaction, cause: _Pending) -> None:
        events, state = transaction.events, self.state
        if not events:
            return
        entries = [
            JournalEntry(self.account_id, state.seq + number, event, cause.client_request_id)
            for number, event in enumerate(events, start=1)
        ]
        is_due = self._events_after_image + len(entries) >= IMAGE_INTERVAL
        images = [image_of(transaction.state)] if is_due else []
        await self._journal.append(entries, images)
        self._events_after_image = 0 if is_due else self._events_after_image + len(entries)
        request_id.set(cause.request_id)
        for entry in entries:
            self.state.evolve(entry.event)
            self._publish(entry)
        request_id.set("")
        self.state.discard_history()
        self._after_commit()


_NO_REQUEST = _Pending(lambda _: None, None)
