"""The one writer of all accounts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from trading_api.errors import Unavailable
from trading_api.modules.broker.engine.commands import (
    Command,
    ExpireOrders,
    MatchQuote,
    OpenAccount,
    symbol_of,
    time_of,
)
from trading_api.modules.broker.engine.engine import Outcome
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.journal.ports import (
    Journal,
    JournalConflict,
    JournalEntry,
    JournalUnavailable,
)
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.observability.request_id import client_request_id, request_id

log = logging.getLogger(__name__)

INBOX_SIZE = 10_000
COMMANDS_WAITING_MAX = 8_000
"""The rest of the inbox is the market's: commands alone never crowd out a quote."""
BATCH_SIZE = 256


@dataclass(slots=True)
class _Request:
    account_id: str
    command: Command
    answer: asyncio.Future[Outcome]
    request_id: str
    client_request_id: str


@dataclass(slots=True)
class _Barrier:
    """Answered once everything before it was told."""

    answer: asyncio.Future[None]


_Item = _Request | MatchQuote | ExpireOrders | _Barrier


@dataclass(slots=True)
class _Batch:
    """What is committed together: events in the order they happened, and who waits for them."""

    events: list[tuple[str, Event]] = field(default_factory=list)
    answers: list[tuple[_Request, Outcome]] = field(default_factory=list)
    requests: dict[int, _Request] = field(default_factory=dict)
    """Which one caused an event, by its place in `events`."""
    barriers: list[_Barrier] = field(default_factory=list)

    def of(self, account_id: str) -> list[Event]:
        return [event for owner, event in self.events if owner == account_id]


class Writer:
    """Applies commands and quotes in the order they came; commits together what waits together;
    and only then tells anyone, by `committed(entry)` and the answers."""

    def __init__(
        self,
        accounts: Accounts,
        interest: PriceInterest,
        journal: Journal,
        opening: Callable[[str, int], OpenAccount],
        committed: Callable[[JournalEntry], None],
    ) -> None:
        self._accounts = accounts
        self._interest = interest
        self._journal = journal
        self._opening = opening
        self._committed = committed
        # Full: quotes are passed over (a newer one follows), barriers wait; commands are refused
        # before.
        self._inbox: asyncio.Queue[_Item] = asyncio.Queue(INBOX_SIZE)
        self._is_idle = False

    def waiting(self) -> int:
        """Commands and quotes that it has not come to yet."""
        return self._inbox.qsize()

    async def execute(self, account_id: str, command: Command) -> Outcome:
        """Opens the account first, where it is its first command that is not rejected. The
        command takes its place among the quotes at once, so the touch it carries has to be the
        last one that `match` was given. Raises Unavailable."""
        if self._inbox.qsize() >= COMMANDS_WAITING_MAX:
            raise Unavailable("Too many commands are waiting; try again.", "overloaded")
        answer: asyncio.Future[Outcome] = asyncio.Future()
        names = request_id.get(), client_request_id.get()
        self._inbox.put_nowait(_Request(account_id, command, answer, *names))
        # The command may give an account a stake in its symbol: quotes of it have to follow.
        if symbol := symbol_of(command):
            self._interest.add(symbol)
        return await answer

    def match(self, quote: MatchQuote) -> None:
        """For every account with a stake in its symbol."""
        if not self._inbox.full():
            self._inbox.put_nowait(quote)

    def pass_time(self, at_ms: int) -> None:
        """Ends the orders whose time is over, also where no quote comes."""
        if self._accounts.with_expired(at_ms) and not self._inbox.full():
            self._inbox.put_nowait(ExpireOrders(at_ms))

    async def flush(self) -> None:
        """Everything up to now is committed and told, or failed."""
        if self._is_idle and self._inbox.empty():
            return
        answer: asyncio.Future[None] = asyncio.Future()
        await self._inbox.put(_Barrier(answer))
        await answer

    async def run(self) -> None:
        while True:
            self._is_idle = True
            waiting = [await self._inbox.get()]
            self._is_idle = False
            while len(waiting) < BATCH_SIZE and not self._inbox.empty():
                waiting.append(self._inbox.get_nowait())
            batch = _Batch()
            for item in waiting:
                match item:
                    case MatchQuote():
                        stakes = self._accounts.with_stake_in(item.market.symbol)
                        self._apply_to_each(stakes, item, batch)
                    case ExpireOrders():
                        expired = self._accounts.with_expired(item.at_ms)
                        self._apply_to_each(expired, item, batch)
                    case _Barrier():
                        batch.barriers.append(item)
                    case _Request():
                        self._apply_request(item, batch)
            await self._commit(batch)
            for barrier in batch.barriers:
                if not barrier.answer.done():
                    barrier.answer.set_result(None)

    def _apply_to_each(
        self, account_ids: Sequence[str], command: MatchQuote | ExpireOrders, batch: _Batch
    ) -> None:
        for account_id in account_ids:
            try:
                self._apply(account_id, command, batch)
            except Exception:
                log.exception("quote_not_applied", extra={"account": account_id})

    def _apply_request(self, request: _Request, batch: _Batch) -> None:
        first = len(batch.events)
        try:
            outcome = self._apply(request.account_id, request.command, batch)
        except Exception as error:
            log.exception("command_failed", extra={"account": request.account_id})
            if not request.answer.done():
                request.answer.set_exception(error)
        else:
            batch.answers.append((request, outcome))
            places = range(first, len(batch.events))
            batch.requests.update(dict.fromkeys(places, request))
        finally:
            if symbol := symbol_of(request.command):
                self._interest.remove(symbol)

    def _apply(self, account_id: str, command: Command, batch: _Batch) -> Outcome:
        account = self._accounts[account_id]
        events: list[Event] = []
        try:
            if not account.engine.state.is_open:
                opening = self._opening(account_id, time_of(command))
                events += _events(account.engine.apply(opening))
            outcome = account.engine.apply(command)
        except Exception:
            self._undo(account_id, batch)
            raise
        if not isinstance(outcome, list):
            if events:
                self._undo(account_id, batch)
            return outcome
        if events or outcome:
            events += outcome
            batch.events += [(account_id, event) for event in events]
            self._accounts.follow(account_id)
        return outcome

    def _undo(self, account_id: str, batch: _Batch) -> None:
        self._restore(account_id, batch.of(account_id))

    def _restore(self, account_id: str, uncommitted: Sequence[Event]) -> None:
        self._accounts[account_id].restore(uncommitted)
        self._accounts.follow(account_id)
        self._accounts.forget_unopened(account_id)

    async def _commit(self, batch: _Batch) -> None:
        entries = self._entries(batch)
        try:
            if entries:
                await self._journal.append(entries)
        except JournalUnavailable as fault:
            log.error("journal_unavailable", extra={"code": fault.code, "reason": fault.reason})
            self._roll_back(batch, fault)
            return
        except JournalConflict:
            # The accounts in memory are not those of the journal: only a new start mends that.
            self._roll_back(batch, _FAILED)
            raise
        except Exception:
            log.exception("journal_failed")
            self._roll_back(batch, _FAILED)
            return
        for place, entry in enumerate(entries):
            self._accounts[entry.account_id].view.evolve(entry.event)
            request = batch.requests.get(place)
            request_id.set(request.request_id if request else "")
            self._tell(entry)
        request_id.set("")
        for request, outcome in batch.answers:
            if not request.answer.done():
                request.answer.set_result(outcome)

    def _tell(self, entry: JournalEntry) -> None:
        try:
            self._committed(entry)
        except Exception:  # what is committed stands, told or not
            log.exception("event_not_told", extra={"account": entry.account_id})

    def _entries(self, batch: _Batch) -> list[JournalEntry]:
        last_seqs: dict[str, int] = {}
        entries = []
        for place, (account_id, event) in enumerate(batch.events):
            seq = last_seqs.get(account_id, self._accounts[account_id].view.seq) + 1
            last_seqs[account_id] = seq
            request = batch.requests.get(place)
            named = request.client_request_id if request else ""
            entries.append(JournalEntry(account_id, seq, event, named))
        return entries

    def _roll_back(self, batch: _Batch, fault: JournalUnavailable) -> None:
        for account_id in {account_id for account_id, _ in batch.events}:
            self._restore(account_id, [])
        for request, _ in batch.answers:
            if not request.answer.done():
                request.answer.set_exception(
                    Unavailable(f"{fault.reason}; nothing was done.", fault.code)
                )


_FAILED = JournalUnavailable("The ledger can't be written", "ledger_failed")


def _events(outcome: Outcome) -> list[Event]:
    assert isinstance(outcome, list), outcome
    return outcome
