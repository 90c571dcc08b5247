"""The paper accounts in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import count

from trading_api.domain.shards import shard_of
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import AccountImage, image_of
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.paper.account_index import AccountIndex
from trading_api.modules.broker.paper.idle_accounts import IdleAccounts
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.modules.broker.paper.sorted_ids import SortedIds


class PaperAccount:
    """One account twice: `engine` decides, and is ahead of the journal while a commit runs;
    `committed` contains only what the journal holds, and is all that readers see."""

    def __init__(self, rules: ExchangeRules) -> None:
        self._rules = rules
        self._engine: Engine | None = None
        self.committed = AccountState()
        self.is_listed = False
        self._is_immediate = False

    @property
    def engine(self) -> Engine:
        """The engine, which is made at its first use: most accounts of a ledger are idle."""
        if self._engine is None:
            self._engine = Engine(self.committed.copy(), self._rules)
        return self._engine

    @property
    def state(self) -> AccountState:
        """The engine's state, to be read only."""
        return self.committed if self._engine is None else self._engine.state

    @property
    def is_idle(self) -> bool:
        """Whether no quote can change the account."""
        return not self.state.working and not self.state.positions

    def commit_immediately(self) -> None:
        """Let the engine change the committed state itself from now on.

        Its results count as committed, and `restore` is no longer possible."""
        assert self.state.seq == self.committed.seq, "an event waits for its commit"
        self._engine = Engine(self.committed, self._rules)
        self._is_immediate = True

    def restore(self, uncommitted: Sequence[Event]) -> None:
        """Set the engine back to the committed state plus the events that are still to be
        committed."""
        assert not self._is_immediate, "what the engine did is committed"
        self._engine = None
        for event in uncommitted:
            self.engine.state.evolve(event)

    def discard_history(self) -> None:
        """Remove the records that no later event depends on; the journal has them."""
        self.committed.discard_history()
        if self._engine is not None:
            self._engine.state.discard_history()


class Accounts:
    """The accounts in memory, with an index of what each waits for, and the ids of all others that
    the journal has. Call `reindex` after each use of an engine.

    With a `shard_count` the accounts of each shard can be found. `idle_max` is how many idle
    accounts stay in memory, or None if all do."""

    def __init__(
        self,
        rules: ExchangeRules,
        interest: PriceInterest,
        foreign_currency: Callable[[str], str],
        shard_count: int | None = None,
        idle_max: int | None = None,
    ) -> None:
        self.rules = rules
        self.idle = IdleAccounts(idle_max)
        self._accounts: dict[str, PaperAccount] = {}
        # Accounts that the journal has and the memory has not, each with the number of the time
        # at which it was left out or removed.
        self._unloaded: dict[str, int] = {}
        self._unloadings = count(1)
        self._ids = SortedIds()
        self._shard_count = shard_count
        self._shards: dict[int, set[str]] = {}
        self.index = AccountIndex(
            rules, interest, foreign_currency, lambda account_id: self[account_id].state
        )

    def add(self, accounts: Mapping[str, PaperAccount]) -> None:
        """Hold accounts that were recovered. Call `reindex` with each: a quote reaches it from
        then on."""
        self._accounts.update(accounts)
        for account_id, account in accounts.items():
            if self._unloaded.pop(account_id, None) is not None:
                account.is_listed = True
            self._list(account_id, account)

    def leave_out(self, account_ids: Iterable[str]) -> None:
        """List accounts that the journal has, without their states."""
        number = next(self._unloadings)
        for account_id in account_ids:
            assert account_id not in self._accounts, account_id
            self._unloaded[account_id] = number
            self._add_id(account_id)

    def is_unloaded(self, account_id: str) -> bool:
        """Return whether the journal has the account and the memory has not."""
        return account_id in self._unloaded

    def unloading_of(self, account_id: str) -> int | None:
        """Return a number that an account has until it is loaded, or leaves this process."""
        return self._unloaded.get(account_id)

    def can_unload(self, account_id: str) -> bool:
        """Return whether the account is idle, and the journal has all of it."""
        account = self._accounts.get(account_id)
        if account is None or account_id in self.idle.pinned or not account.committed.is_open:
            return False
        return account.is_idle and account.state.seq == account.committed.seq

    def unload(self, account_ids: Collection[str]) -> None:
        """Remove the states of accounts, which stay listed."""
        number = next(self._unloadings)
        for account_id in account_ids:
            del self._accounts[account_id]
            self._unloaded[account_id] = number
        self.idle.remove(account_ids)

    def unpin(self, account_id: str) -> None:
        """Undo one pin of an account in `idle`."""
        account = self._accounts.get(account_id)
        if self.idle.unpin(account_id) and account is not None and account.state.is_open:
            self.idle.update(account_id, is_idle=account.is_idle)

    def stop_matching(self, account_id: str) -> None:
        """Keep quotes and the time from an account, until its next `reindex`."""
        self.index.update(account_id, AccountState())

    def of_shard(self, shard: int) -> list[str]:
        """Return the ids of those of a shard's accounts that are in memory."""
        return [each for each in self._shards.get(shard, ()) if each in self._accounts]

    def take_shard(self, shard: int) -> list[PaperAccount]:
        """Remove a shard's accounts, all of which `stop_matching` was called with, and return
        them."""
        account_ids = self._shards.pop(shard, set())
        self._ids.remove(account_ids)
        self.idle.remove(account_ids)
        for account_id in account_ids:
            self._unloaded.pop(account_id, None)
        taken = (self._accounts.pop(each, None) for each in account_ids)
        return [account for account in taken if account is not None]

    def images(self, account_ids: Iterable[str]) -> list[AccountImage]:
        """Return the images of accounts, with what is not committed yet."""
        return [image_of(self._accounts[each].state) for each in account_ids]

    def __getitem__(self, account_id: str) -> PaperAccount:
        account = self._accounts.get(account_id)
        if account is None:
            assert account_id not in self._unloaded, f"{account_id} is not loaded"
            account = self._accounts[account_id] = PaperAccount(self.rules)
        return account

    def ids(self, after: str = "") -> Iterator[str]:
        """Yield the ids after `after` of the accounts that a command has opened, in order. No
        account may be opened meanwhile."""
        listed = self._ids.after(after)
        return (each for each in listed if each in self._unloaded or self.committed(each))

    def ids_like(self, text: str) -> Iterator[str]:
        """Yield the ids of the accounts that a command has opened and that equal a text but for
        the case of letters. No account may be opened meanwhile."""
        listed = self._ids.equal_ignoring_case(text)
        return (each for each in listed if each in self._unloaded or self.committed(each))

    def discard_unopened(self, account_id: str) -> None:
        """Remove an account whose commands were all rejected, so that it takes no memory."""
        state = self._accounts[account_id].state
        if not state.is_open:
            del self._accounts[account_id]
            self.index.update(account_id, state)
            self.idle.remove([account_id])

    def discard_history(self, account_id: str) -> None:
        """Remove what the journal holds of an account and no later event depends on."""
        if account := self._accounts.get(account_id):
            account.discard_history()

    def committed(self, account_id: str) -> AccountState | None:
        """Return an account's committed state, or None if no command has opened it."""
        assert account_id not in self._unloaded, f"{account_id} is not loaded"
        account = self._accounts.get(account_id)
        return account.committed if account and account.committed.is_open else None

    def reindex(self, account_id: str) -> None:
        """Update the index after an account's engine has changed."""
        account = self._accounts[account_id]
        self._list(account_id, account)
        self.index.update(account_id, account.state)
        self.idle.update(account_id, is_idle=account.is_idle)

    def _list(self, account_id: str, account: PaperAccount) -> None:
        if account.is_listed or not account.state.is_open:
            return
        account.is_listed = True
        self._add_id(account_id)

    def _add_id(self, account_id: str) -> None:
        self._ids.add(account_id)
        if self._shard_count is not None:
            shard = shard_of(account_id, self._shard_count)
            self._shards.setdefault(shard, set()).add(account_id)
