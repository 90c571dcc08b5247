"""Kills a server of alerts at random moments, and checks that each crossing was notified once.

Run it as a process: `python -m tests.kit.killed_alerts FOLDER ROUNDS [SEED]`. Each round is a fork
that recovers the ledger and the alerts, and moves the market while clients create and delete
alerts, until SIGKILL. Some rounds are killed while they recover. The price of one symbol only
rises, across all rounds: so it is known which alerts have to have fired in the end. The other
symbol swings, for alerts that repeat.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401, imported once for all forks

from tests.kit.alerts import RunningAlerts, request, running_alerts
from tests.kit.server import until
from trading_api.errors import Unavailable
from trading_api.modules.alerts.alert import REPEAT_INTERVAL_MS, AlertStatus, PriceAlert
from trading_api.modules.alerts.store.sqlite import SqliteAlertStore
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal

ACCOUNTS = ("A", "B", "C")
CLIENTS = 4
RISING, SWINGING = "AAPL", "MSFT"
ROUND_S_MAX = 0.3
"""The longest duration of a round, from its first quote on."""
EARLY = 0.2
"""The part of the rounds that may be killed while they recover."""
QUOTES_OF_LAST_ROUND = 20
ROUNDS_A_LEDGER = 10
"""With more, most rounds would be killed while they recover."""


@dataclass(slots=True)
class History:
    """What the rounds acknowledged, and the last price of the symbol that rises."""

    created: dict[str, Decimal] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    price: Decimal = Decimal(100)

    def add(self, line: Mapping[str, str]) -> None:
        match line["action"]:
            case "quoted":
                self.price = Decimal(line["value"])
            case "created":
                self.created[line["alert"]] = Decimal(line["value"])
            case "deleted":
                self.deleted.add(line["alert"])


@dataclass(frozen=True, slots=True)
class Found:
    """The stored alerts and the number of notifications of each, by account and id."""

    alerts: Mapping[str, PriceAlert]
    notifications: Mapping[str, int]


def main(folder: Path, rounds: int, seed: int | None = None) -> int:
    """Kill `rounds` rounds, and print how many alerts there were and how often they fired."""
    seed = random.randrange(10**6) if seed is None else seed
    print(f"seed {seed}", file=sys.stderr)
    chance = random.Random(seed)
    total: Counter[str] = Counter()
    for first in range(0, rounds, ROUNDS_A_LEDGER):
        path = folder / f"ledger-{first}"
        path.mkdir()
        total.update(_run(path, min(ROUNDS_A_LEDGER, rounds - first), chance))
    print(json.dumps(total))
    return 0


def _run(folder: Path, rounds: int, chance: random.Random) -> Counter[str]:
    """Kill the rounds of one ledger, let a last one finish, and return what there was."""
    history, total = History(), Counter(rounds=rounds, early=0, left_firing=0)
    for number in range(rounds):
        lines = _killed_round(folder, number, history.price, chance)
        for line in lines:
            history.add(line)
        found = asyncio.run(_found(folder))
        _check_while_interrupted(history, found)
        total["early"] += not lines
        is_firing = (each.status is AlertStatus.FIRING for each in found.alerts.values())
        total["left_firing"] += sum(is_firing)
    for line in asyncio.run(_last_round(folder, rounds, history.price, chance)):
        history.add(line)
    found = asyncio.run(_found(folder))
    _check_at_the_end(history, found)
    total["alerts"], total["deleted"] = len(found.alerts), len(history.deleted)
    total["notifications"] = sum(found.notifications.values())
    return total


def _check_while_interrupted(history: History, found: Found) -> None:
    for name in history.created:
        assert name in found.alerts or name in history.deleted or _may_be_deleted(name), name
    for name in history.deleted:
        assert name not in found.alerts, name
    for name, alert in found.alerts.items():
        notified = found.notifications.get(name, 0)
        # What is firing may be notified already, or not yet.
        least = alert.firings - (alert.status is AlertStatus.FIRING)
        assert least <= notified <= alert.firings, (name, alert, notified)


def _may_be_deleted(name: str) -> bool:
    """Return whether a client deletes the alert, so that only its answer may be missing."""
    return int(name.rpartition("-")[2]) % 5 == 0


def _check_at_the_end(history: History, found: Found) -> None:
    _check_while_interrupted(history, found)
    for name, alert in found.alerts.items():
        notified = found.notifications.get(name, 0)
        assert alert.status is not AlertStatus.FIRING, (name, alert)
        assert notified == alert.firings, (name, alert, notified)
        if alert.symbol == RISING:
            is_crossed = alert.price <= history.price
            assert alert.status is (AlertStatus.FIRED if is_crossed else AlertStatus.ACTIVE), alert
            assert notified == is_crossed, (name, alert, notified)


def _killed_round(
    folder: Path, number: int, price: Decimal, chance: random.Random
) -> list[dict[str, str]]:
    reading, writing = os.pipe()
    seed, round_s = chance.random(), chance.random() * ROUND_S_MAX
    is_early = chance.random() < EARLY
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            asyncio.run(_Round(folder, number, price, random.Random(seed), writing).run())
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        lines = [] if is_early else [pipe.readline()]
        time.sleep(round_s)
        os.kill(child, signal.SIGKILL)
        lines += pipe.read().splitlines()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the round failed by itself"
    return [json.loads(line) for line in lines]


async def _last_round(
    folder: Path, number: int, price: Decimal, chance: random.Random
) -> list[dict[str, str]]:
    """Recover once more, move the market a little, and let everything finish."""
    reading, writing = os.pipe()
    last = _Round(folder, number, price, chance, writing)
    async with _serving(folder, number) as alerts:
        for _ in range(QUOTES_OF_LAST_ROUND):
            last.quote(alerts)
            await alerts.engine.flush()
        # The broker may still load an account whose firings were left from an earlier round.
        await until(lambda: not _is_firing(alerts))
        await alerts.engine.flush()
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        return [json.loads(line) for line in pipe.read().splitlines()]


def _is_firing(alerts: RunningAlerts) -> bool:
    engine = alerts.engine
    stored = (each for account_id in ACCOUNTS for each in engine.alerts(account_id))
    return any(each.status is AlertStatus.FIRING for each in stored)


def _serving(folder: Path, number: int) -> Any:
    return running_alerts(
        SqliteAlertStore(folder / "trading-alerts.db"),
        SqlJournal(Database(f"sqlite:///{folder}/trading.db")),
        alerts_max=10**6,
        started_ms=10**12 + number * 10**9,
    )


class _Round:
    """Moves the market and trades until it is killed. Each line of the pipe `answers` tells what a
    client received, or the price that the market is about to have."""

    def __init__(
        self, folder: Path, number: int, price: Decimal, chance: random.Random, answers: int
    ) -> None:
        self._folder = folder
        self._number = number
        self._price = price
        self._chance = chance
        self._answers = answers
        self._keys = count()

    async def run(self) -> None:
        async with _serving(self._folder, self._number) as alerts, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._move(alerts))
            for _ in range(CLIENTS):
                tasks.create_task(self._change_alerts(alerts))

    async def _move(self, alerts: RunningAlerts) -> None:
        while True:
            self.quote(alerts)
            await asyncio.sleep(0.001)

    def quote(self, alerts: RunningAlerts) -> None:
        """Let one symbol rise and the other swing."""
        self._price += Decimal(self._chance.randrange(1, 50)) / 100
        self._record("quoted", "", self._price)
        alerts.market.move(RISING, str(self._price), str(self._price))
        alerts.market.now_ms += REPEAT_INTERVAL_MS // 4
        swing = str(self._chance.randrange(90, 111))
        alerts.market.move(SWINGING, swing, swing)

    async def _change_alerts(self, alerts: RunningAlerts) -> None:
        while True:
            account_id = self._chance.choice(ACCOUNTS)
            if self._chance.random() < 0.2:
                asked = request(
                    self._chance.randrange(92, 108),
                    symbol=SWINGING,
                    condition="either",
                    frequency="repeating",
                )
            else:
                # So far away that the price does not pass it before the alert is made.
                asked = request(float(self._price) + self._chance.randrange(30, 60))
            key = f"{self._number}-{next(self._keys)}"
            created = await alerts.service.create(account_id, asked, key)
            name = f"{account_id} {created.id}"
            self._record("created", name, Decimal(str(created.price)))
            if _may_be_deleted(name):
                await self._delete(alerts, account_id, created.id)

    async def _delete(self, alerts: RunningAlerts, account_id: str, alert_id: str) -> None:
        with suppress(Unavailable):  # it may fire at this moment
            await alerts.service.delete(account_id, alert_id)
            self._record("deleted", f"{account_id} {alert_id}", Decimal(0))

    def _record(self, action: str, alert: str, value: Decimal) -> None:
        line = {"action": action, "alert": alert, "value": str(value)}
        os.write(self._answers, json.dumps(line).encode() + b"\n")


async def _found(folder: Path) -> Found:
    store = SqliteAlertStore(folder / "trading-alerts.db")
    stored = await store.load()
    await store.close()
    notifications: Counter[str] = Counter()
    journal = SqlJournal(Database(f"sqlite:///{folder}/trading.db"))
    async for entry in journal.load():
        if (notification := entry.notification) is not None:
            notifications[f"{entry.account_id} {notification.reference['alertId']}"] += 1
    await journal.close()
    alerts = {f"{each.account_id} {each.id}": each for each in stored.alerts}
    return Found(alerts, notifications)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), *map(int, sys.argv[3:])))
