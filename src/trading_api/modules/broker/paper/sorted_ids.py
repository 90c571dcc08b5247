"""The ids of accounts in order, for lists in pages."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator

INSERTED_MAX = 1_000
"""New ids that are inserted one by one, within a millisecond. More are sorted with the others."""


class SortedIds:
    """A sorted set of ids. Sorts when it is read, and only what is new."""

    def __init__(self) -> None:
        self._sorted: list[str] = []
        self._new: list[str] = []

    def add(self, account_id: str) -> None:
        """Add an id, which may be in the set already."""
        self._new.append(account_id)

    def remove(self, account_ids: Collection[str]) -> None:
        """Remove ids, which need not be in the set."""
        self._merge()
        removed = set(account_ids)
        self._sorted = [each for each in self._sorted if each not in removed]

    def after(self, account_id: str) -> Iterator[str]:
        """Yield the ids after another one in order. Nothing may be added meanwhile."""
        self._merge()
        for place in range(bisect_right(self._sorted, account_id), len(self._sorted)):
            yield self._sorted[place]

    def equal_ignoring_case(self, text: str) -> Iterator[str]:
        """Yield the ids that equal a text but for the case of letters.

        It looks up the prefixes that ids begin with, each in logarithmic time. Nothing may be added
        meanwhile."""
        self._merge()
        prefixes = [""]
        for letter in text:
            cases = {letter.lower(), letter.upper()}
            longer = (prefix + each for prefix in prefixes for each in cases)
            prefixes = [each for each in longer if self._next(each).startswith(each)]
        return (each for each in prefixes if each and self._next(each) == each)

    def _next(self, prefix: str) -> str:
        """Return the first id that does not sort before a prefix, or an empty string."""
        place = bisect_left(self._sorted, prefix)
        return self._sorted[place] if place < len(self._sorted) else ""

    def _merge(self) -> None:
        if len(self._new) > INSERTED_MAX:
            self._sorted += self._new
            self._sorted.sort()
            self._sorted = list(dict.fromkeys(self._sorted))
        else:
            for account_id in self._new:
                place = bisect_left(self._sorted, account_id)
                if self._sorted[place : place + 1] != [account_id]:
                    self._sorted.insert(place, account_id)
        self._new.clear()
