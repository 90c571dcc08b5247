"""The accounts in memory that could leave it, in the order of their last use."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable, Sequence
from itertools import islice


class IdleAccounts:
    """Orders the idle accounts by their last use, and chooses those beyond `count_max`. None is
    chosen if that is None.

    A pinned account stays in memory. Pins are counted, and outlast the account's removal."""

    def __init__(self, count_max: int | None = None) -> None:
        self.count_max = count_max
        # The one that was used longest ago is the first.
        self._idle: OrderedDict[str, None] = OrderedDict()
        self._pins: Counter[str] = Counter()
        self._chosen: set[str] = set()

    def __len__(self) -> int:
        return len(self._idle)

    @property
    def pinned(self) -> Collection[str]:
        """The accounts that are pinned, whether or not they are in memory."""
        return self._pins.keys()

    def update(self, account_id: str, *, is_idle: bool) -> None:
        """Take note of a change of an account, which is a use of it."""
        if self.count_max is None:
            return
        self._chosen.discard(account_id)
        if is_idle and account_id not in self._pins:
            self._idle[account_id] = None
            self._idle.move_to_end(account_id)
        else:
            self._idle.pop(account_id, None)

    def use(self, account_id: str) -> None:
        """Take note that an account is read or commanded."""
        if account_id in self._idle:
            self._idle.move_to_end(account_id)
            self._chosen.discard(account_id)

    def remove(self, account_ids: Iterable[str]) -> None:
        """Remove accounts that have left the memory."""
        for account_id in account_ids:
            self._idle.pop(account_id, None)
            self._chosen.discard(account_id)

    def pin(self, account_id: str) -> None:
        """Keep an account in memory until `unpin`."""
        self._pins[account_id] += 1
        self.remove([account_id])

    def unpin(self, account_id: str) -> bool:
        """Undo one `pin`, and return whether it was the last. Then call `update`."""
        self._pins[account_id] -= 1
        if self._pins[account_id]:
            return False
        del self._pins[account_id]
        return True

    def choose_excess(self) -> Sequence[str]:
        """Return the accounts that were chosen by the call before this one and not used since, and
        choose those that were used longest ago beyond `count_max`."""
        unused = list(self._chosen)
        excess = 0 if self.count_max is None else len(self._idle) - self.count_max
        self._chosen = set(islice(self._idle, max(0, excess)))
        return unused
