"""`trading-api broker` without the locks of PostgreSQL: a second owner of what others own.

Only tests run it. It claims its share of the partitions from owners that are alive, as if their
locks did not exist. The epoch alone protects the ledger then."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from trading_api.cli import main
from trading_api.modules.broker.journal.postgres.ownership_table import OwnershipTable
from trading_api.modules.broker.ownership import postgres_ownership
from trading_api.modules.broker.ownership.ownership_session import OwnershipView


class UnlockedOwnership(postgres_ownership.PostgresOwnership):
    """Sees no locks, and takes none."""

    async def claim(self, partitions: Sequence[str]) -> Mapping[str, int]:
        async with self._locks() as holding:
            return await OwnershipTable(holding).take_all(list(partitions), self._owner)

    async def view(self) -> OwnershipView:
        view = await super().view()
        return replace(view, partitions=[replace(p, is_locked=False) for p in view.partitions])


if __name__ == "__main__":
    postgres_ownership.PostgresOwnership = UnlockedOwnership  # type: ignore[misc]
    sys.exit(main(["broker"]))
