"""One run: a deployment, a load, faults one after the other, and the judgement."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.chaos.faults import Target, schedule
from tests.chaos.judge import judge
from tests.chaos.ledger_view import AccountView
from tests.chaos.load import ACCOUNTS, Load, verify_ledger
from tests.chaos.recording import Recording
from tests.chaos.violation import Violation
from tests.kit.deployment import Deployment, running

WARM_UP_S = 3.0
RECOVERY_S_MAX = 45.0
SETTLE_S = 1.0


@dataclass(slots=True)
class FaultRow:
    """What a fault did, over all times that it was injected."""

    name: str
    times: int = 0
    outage_s: float = 0.0
    quote_gap_s: float = 0.0
    violations: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Report:
    """The result of a run. `accounts` is the ledger as REST showed it."""

    recording: Recording
    accounts: dict[str, AccountView]
    rows: list[FaultRow]
    violations: list[Violation]
    ended_s: float


async def run(
    deployment: Deployment,
    seconds: float,
    seed: int,
    fault_names: Sequence[str] = (),
    accounts: int = ACCOUNTS,
) -> Report:
    """Inject faults for `seconds`, and return what was lost or repeated. Raises
    DeploymentError."""
    async with running(deployment):
        load = Load(deployment.base_urls, seed, accounts)
        violations = await _inject(deployment, load, seconds, seed, list(fault_names))
        views, ended_s = await load.finish()
        violations += judge(load.recording, views, ended_s)
        violations += await asyncio.to_thread(verify_ledger, deployment)
    rows = _rows(load.recording, violations)
    return Report(load.recording, views, rows, violations, ended_s)


async def _inject(
    deployment: Deployment, load: Load, seconds: float, seed: int, fault_names: list[str]
) -> list[Violation]:
    """Inject one fault after the other, at least one, each once all accounts trade again."""
    violations: list[Violation] = []
    target = Target(deployment, random.Random(seed), load.recording)
    load.recording.begin_window("none")
    load.start()
    end_s = time.monotonic() + seconds
    await load.all_acknowledged(RECOVERY_S_MAX)
    await asyncio.sleep(WARM_UP_S)
    for fault in schedule(deployment, seed, fault_names):
        load.recording.begin_window(fault.name)
        await fault.inject(target)
        if not await load.all_acknowledged(RECOVERY_S_MAX):
            detail = f"no recovery within {RECOVERY_S_MAX} s"
            violations.append(Violation("unanswered", fault.name, detail))
        await asyncio.sleep(SETTLE_S)
        if time.monotonic() >= end_s:
            break
    return violations


def _rows(recording: Recording, violations: list[Violation]) -> list[FaultRow]:
    rows: dict[str, FaultRow] = {}
    for window in recording.windows:
        row = rows.setdefault(window.name, FaultRow(window.name))
        row.times += 1
        row.outage_s = max(row.outage_s, recording.longest_outage_s(window))
        row.quote_gap_s = max(row.quote_gap_s, recording.longest_quote_gap_s(window))
    for violation in violations:
        name = violation.fault or "unknown"
        rows.setdefault(name, FaultRow(name)).violations[violation.kind] += 1
    return list(rows.values())
