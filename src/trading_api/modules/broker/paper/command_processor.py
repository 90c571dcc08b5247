"""Sequences the commands and quotes of all accounts, and commits what they cause."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence, Set
from typing import TypeVar

from trading_api.errors import Unavailable
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import (
    Command,
    ExpireOrders,
    MatchQuote,
    OpenAccount,
    key_of,
    symbol_of,
)
from trading_api.modules.broker.engine.engine import CommandAnswer
from trading_api.modules.broker.journal.journal import (
    CommitUnknown,
    DuplicateKey,
    FencedOut,
    Journal,
    JournalConflict,
    JournalEntry,
    JournalUnavailable,
)
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.modules.broker.paper.command_batch import (
    CommandBatch,
    FlushMarker,
    InboxItem,
    PendingCommand,
)
from trading_api.modules.broker.paper.command_execution import CommandExecution
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.modules.broker.paper.record_recall import RecordRecall
from trading_api.modules.broker.paper.snapshot_schedule import SnapshotSchedule
from trading_api.observability.request_id import client_request_id, request_id

log = logging.getLogger(__name__)
Result = TypeVar("Result")

INBOX_SIZE = 10_000
COMMANDS_WAITING_MAX = 8_000
"""The rest of the inbox is kept free for quotes, so that commands alone never displace one."""
BATCH_SIZE = 256
REPEATING_MAX = 10_000
"""Accounts with repeated keys that are remembered."""


class CommandProcessor:
    """Apply commands and quotes in the order of their arrival, and commit together what waits
    together. Only then call `publish` with each entry, and answer the callers.

    `opening` makes the command that opens an account. `publish` must not raise."""

    def __init__(
        self,
        accounts: Accounts,
        interest: PriceInterest,
        journal: Journal,
        opening: Callable[[str, int], OpenAccount],
        publish: Callable[[JournalEntry], None],
        snapshots: SnapshotSchedule,
    ) -> None:
        self._accounts = accounts
        self._snapshots = snapshots
        self._interest = interest
        self._journal = journal
        self._records = RecordRecall(accounts, journal.history)
        self._execution = CommandExecution(accounts, opening)
        self._publish = publish
        # Full: quotes are skipped, because newer ones follow; flush markers wait. Commands are
        # rejected before that.
        self._inbox: asyncio.Queue[InboxItem] = asyncio.Queue(INBOX_SIZE)
        self._is_idle = False
        # Accounts that have repeated a key: their keys are looked up first.
        self._repeating: set[str] = set()

    def queue_depth(self) -> int:
        """Return how many commands and quotes wait in the inbox."""
        return self._inbox.qsize()

    @property
    def is_idle(self) -> bool:
        """Whether everything enqueued is committed and published, or has failed."""
        return self._is_idle and self._inbox.empty()

    async def execute(self, account_id: str, command: Command) -> CommandAnswer:
        """Return the outcome once it is committed. The account's first command opens it, unless
        it is rejected.

        The command is enqueued before the first await, so its market must be of the last quote
        that `match_quote` received. Raises Unavailable."""
        if self._inbox.qsize() >= COMMANDS_WAITING_MAX:
            raise Unavailable("Too many commands are waiting; try again.", "overloaded")
        answer: asyncio.Future[CommandAnswer] = asyncio.Future()
        names = request_id.get(), client_request_id.get()
        self._inbox.put_nowait(PendingCommand(account_id, command, answer, *names))
        # The command may open an order in its symbol: its next quotes have to follow it.
        if symbol := symbol_of(command):
            self._interest.add(symbol)
        return await answer

    def match_quote(self, quote: MatchQuote) -> None:
        """Match a quote for every account that it can change."""
        if not self._inbox.full():
            self._inbox.put_nowait(quote)

    def expire_orders(self, at_ms: int) -> None:
        """Expire the orders whose time is over at `at_ms`, also in symbols without quotes."""
        if self._accounts.index.has_expired_orders(at_ms) and not self._inbox.full():
            self._inbox.put_nowait(ExpireOrders(at_ms))

    async def flush(self) -> None:
        """Return once everything enqueued so far is committed and published, or has failed."""
        await self.between_commits(_do_nothing)

    async def between_commits(self, action: Callable[[], None]) -> None:
        """Call `action` once everything enqueued so far is committed and published, or has failed,
        while nothing is being committed. It must not raise."""
        if self.is_idle:
            action()
            return
        answer: asyncio.Future[None] = asyncio.Future()
        await self._inbox.put(FlushMarker(action, answer))
        await answer

    async def run(self) -> None:
        """Process the inbox until cancelled. Raises JournalConflict if another process has
        written the journal, and FencedOut and CommitUnknown, which leave callers unanswered."""
        while True:
            self._is_idle = True
            waiting = [await self._inbox.get()]
            self._is_idle = False
            while len(waiting) < BATCH_SIZE and not self._inbox.empty():
                waiting.append(self._inbox.get_nowait())
            commands = [item for item in waiting if isinstance(item, PendingCommand)]
            await self._process(waiting)
            for command in commands:
                self._release_interest(command)
            for item in waiting:
                if isinstance(item, FlushMarker):
                    item.action()
                    if not item.answer.done():
                        item.answer.set_result(None)

    async def _process(self, waiting: list[InboxItem]) -> None:
        """Apply the items and commit what they cause.

        The journal rejects a key that it has recorded, so that a new key costs no look-up. Then
        nothing of the batch remains, and all of it is applied again with the recorded keys."""
        batch = CommandBatch()
        try:
            await self._recall(waiting, batch)
            self._apply_all(waiting, batch)
            await self._find_duplicates(batch)
            await self._commit(batch)
            return
        except DuplicateKey as error:
            self._restore_all(batch)
            self._expect_duplicates(error.account_ids)
        finally:
            for account_id in batch.recalled | batch.changed():
                self._accounts.discard_history(account_id)
        await self._process(waiting)

    def _expect_duplicates(self, account_ids: Set[str]) -> None:
        assert not account_ids <= self._repeating, account_ids
        if len(self._repeating) > REPEATING_MAX:
            self._repeating.clear()
        self._repeating |= account_ids

    async def _recall(self, waiting: list[InboxItem], batch: CommandBatch) -> None:
        """Bring back the records that the commands refer to.

        Nothing is committed until they are applied, so the records stay right. If the journal
        cannot be read, the commands that need it are answered and removed from `waiting`."""
        commands = [
            (item.account_id, item.command) for item in waiting if isinstance(item, PendingCommand)
        ]
        recalled = await _read(self._records.recall(commands, self._repeating))
        if not isinstance(recalled, JournalUnavailable):
            batch.recalled = recalled
            return
        for item in waiting[:]:
            if isinstance(item, PendingCommand):
                _answer(item, _nothing_done(recalled))
                waiting.remove(item)

    async def _find_duplicates(self, batch: CommandBatch) -> None:
        """Replace the answer to each command that is not done, but whose key is recorded."""
        places, requests = [], []
        for place, (request, answer) in enumerate(batch.answers):
            key, account_id = key_of(request.command), request.account_id
            is_open = self._accounts.committed(account_id) is not None
            if key and is_open and _is_not_done(answer):
                places.append(place)
                requests.append((account_id, key))
        if not requests:
            return
        found = await _read(self._records.find_duplicates(requests))
        for number, place in enumerate(places):
            request, answer = batch.answers[place]
            if isinstance(found, JournalUnavailable):
                batch.answers[place] = request, _nothing_done(found)
            else:
                if (known := found[number]) is not None:
                    batch.answers[place] = request, CommandAnswer(known)

    def _apply_all(self, waiting: Sequence[InboxItem], batch: CommandBatch) -> None:
        for item in waiting:
            match item:
                case MatchQuote():
                    self._execution.match(item, batch.events)
                case ExpireOrders():
                    self._execution.expire(item, batch.events)
                case PendingCommand():
                    self._apply_request(item, batch)

    def _release_interest(self, request: PendingCommand) -> None:
        if symbol := symbol_of(request.command):
            self._interest.remove(symbol)

    def _apply_request(self, request: PendingCommand, batch: CommandBatch) -> None:
        first = len(batch.events)
        try:
            answer = self._execution.execute(request.account_id, request.command, batch.events)
        except Exception as error:
            log.exception("command_failed", extra={"account": request.account_id})
            batch.answers.append((request, error))
        else:
            batch.answers.append((request, answer))
            indexes = range(first, len(batch.events))
            batch.requests.update(dict.fromkeys(indexes, request))

    def _restore_all(self, batch: CommandBatch) -> None:
        for account_id in batch.changed():
            self._execution.restore(account_id, [])

    async def _commit(self, batch: CommandBatch) -> None:
        entries = self._entries(batch)
        imaged = self._snapshots.due() if entries else ()
        try:
            if entries:
                await self._journal.append(entries, self._accounts.images(imaged))
        except JournalUnavailable as error:
            log.error("journal_unavailable", extra={"code": error.code, "reason": error.reason})
            await self._roll_back(batch, error)
            return
        except DuplicateKey:
            raise
        except JournalConflict:
            # The accounts in memory differ from those of the journal; only a restart repairs that.
            await self._roll_back(batch, _FAILED)
            raise
        except (FencedOut, CommitUnknown):
            raise  # no caller may receive an answer: the process ends
        except Exception:
            log.exception("journal_failed")
            await self._roll_back(batch, _FAILED)
            return
        for index, entry in enumerate(entries):
            self._accounts[entry.account_id].committed.evolve(entry.event)
            self._snapshots.add(entry.account_id)
            request = batch.requests.get(index)
            request_id.set(request.request_id if request else "")
            self._publish(entry)
        request_id.set("")
        for account_id in imaged:
            self._snapshots.stored(account_id)
        for request, answer in batch.answers:
            _answer(request, answer)

    def _entries(self, batch: CommandBatch) -> list[JournalEntry]:
        last_seqs: dict[str, int] = {}
        entries = []
        for index, (account_id, event) in enumerate(batch.events):
            seq = last_seqs.get(account_id, self._accounts[account_id].committed.seq) + 1
            last_seqs[account_id] = seq
            request = batch.requests.get(index)
            name = request.client_request_id if request else ""
            entries.append(JournalEntry(account_id, seq, event, name))
        return entries

    async def _roll_back(self, batch: CommandBatch, error: JournalUnavailable) -> None:
        self._restore_all(batch)
        batch.answers = [(request, _nothing_done(error)) for request, _ in batch.answers]
        await self._find_duplicates(batch)
        for request, answer in batch.answers:
            _answer(request, answer)


def _do_nothing() -> None:
    """Do nothing between two commits."""


_FAILED = JournalUnavailable("The ledger can't be written", "ledger_failed")


async def _read(reading: Awaitable[Result]) -> Result | JournalUnavailable:
    """Return what is read from the journal, or why it cannot be read."""
    try:
        return await reading
    except JournalUnavailable as error:
        log.error("journal_unreadable", extra={"code": error.code, "reason": error.reason})
        return error
    except Exception:
        log.exception("journal_unreadable")
        return _FAILED


def _answer(request: PendingCommand, answer: CommandAnswer | Exception) -> None:
    if request.answer.done():
        return
    if isinstance(answer, Exception):
        request.answer.set_exception(answer)
    else:
        request.answer.set_result(answer)


def _is_not_done(answer: CommandAnswer | Exception) -> bool:
    return isinstance(answer, Exception) or isinstance(answer.outcome, Rejection)


def _nothing_done(error: JournalUnavailable) -> Unavailable:
    return Unavailable(f"{error.reason}; nothing was done.", error.code)
