"""Kills a process between the intent of an alert and its result, and checks what the next one does.

Run it as a process: `python -m tests.kit.killed_hooks FOLDER`. Each round is a fork that receives
one alert and is killed before or after a command of it. The next process, which receives the alert
once more, has to end with the orders of one alert.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401, imported once for all forks

from tests.kit.hooks import NOW_MS, RunningHooks, order, running_hooks, target
from trading_api.domain.broker_commands import BrokerCommand, CommandResult, IdempotencyKey
from trading_api.models.hooks import CreatedHook
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.hooks.store.store import HookStore

ROUNDS: Sequence[tuple[dict[str, Any], int, int]] = (
    (order("buy", 5, sequence=1), 1, 5),
    (target(-4, sequence=2), 0, -4),
    (target(6, sequence=3), 1, 6),
)
"""An alert, after how many of its commands the process is killed, and the position in the end."""
ORDERS = 5


def main(folder: Path) -> int:
    """Run the rounds on one ledger, and print how many alerts and orders there were."""
    for number in range(len(ROUNDS)):
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(_Process(folder).receive(number))
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the round was not killed"
    asyncio.run(_Process(folder).check_last())
    print(json.dumps({"alerts": len(ROUNDS), "orders": ORDERS}))
    return 0


class _Process:
    """What one process does: it checks what the killed one left, and is killed itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hook = folder / "hook.json"

    async def receive(self, number: int) -> None:
        """Receive the alert of a round, and be killed by it."""
        alert, commands, _ = ROUNDS[number]
        async with self._running() as hooks:
            if number:
                await self._check(hooks, number - 1)
            else:
                self._hook.write_text((await hooks.create()).model_dump_json(), encoding="utf-8")
            _kill_after(hooks, commands)
            await hooks.send(self._created(), alert)

    async def check_last(self) -> None:
        """Check what the last round left. Raises AssertionError."""
        async with self._running() as hooks:
            await self._check(hooks, len(ROUNDS) - 1)
            assert len(await hooks.orders()) == ORDERS
            assert await hooks.notifications() == []

    async def _check(self, hooks: RunningHooks, number: int) -> None:
        alert, _, position = ROUNDS[number]
        delivery = await hooks.send(self._created(), alert)
        assert delivery.result == "executed", delivery
        assert await hooks.position() == position, alert
        placed = await hooks.orders()
        assert list(delivery.order_ids) == placed[-len(delivery.order_ids) :], delivery

    def _created(self) -> CreatedHook:
        return CreatedHook.model_validate_json(self._hook.read_text(encoding="utf-8"))

    def _running(self) -> AbstractAsyncContextManager[RunningHooks]:
        return running_hooks(
            HookStore(self._folder / "trading-hooks.db"),
            SqlJournal(Database(f"sqlite:///{self._folder}/trading.db")),
            now_ms=NOW_MS,
        )


def _kill_after(hooks: RunningHooks, commands: int) -> None:
    """Kill the process before the first command, or after so many."""
    broker, done = hooks.exchange.broker, 0
    submit = broker.submit

    async def submit_until_killed(
        account_id: str, command: BrokerCommand, key: IdempotencyKey | None = None
    ) -> CommandResult:
        nonlocal done
        if done < commands:
            result = await submit(account_id, command, key)
            done += 1
        if done == commands:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    broker.submit = submit_until_killed  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
