"""`make chaos`: trades on a deployment while its processes fail, and prints what was lost."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import mkdtemp

from tests.chaos.runner import Report, run
from tests.kit.deployment import Deployment, DeploymentError
from tests.kit.deployment_layouts import cluster, embedded, workers

WORKERS = 2
VIOLATIONS_SHOWN_MAX = 40


def main() -> int:
    arguments = _parse()
    Path("var").mkdir(exist_ok=True)
    folder = Path(mkdtemp(prefix="chaos-", dir="var")).resolve()
    print(f"seed {arguments.seed}, {arguments.deployment}, logs in {folder}", file=sys.stderr)
    try:
        deployment = _deployment(arguments.deployment, arguments.bus, folder)
        faults = [name for name in arguments.faults.split(",") if name]
        report = asyncio.run(run(deployment, arguments.seconds, arguments.seed, faults))
    except DeploymentError as error:
        print(f"chaos: {error}", file=sys.stderr)
        return 2
    _print_report(report)
    if report.violations:
        return 1
    shutil.rmtree(folder)
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    choices = ("embedded", "workers", "cluster")
    parser.add_argument(
        "--deployment", choices=choices, default=os.environ.get("DEPLOYMENT") or "cluster"
    )
    parser.add_argument("--bus", choices=("nats", "valkey"), default="nats")
    parser.add_argument("--faults", default=os.environ.get("FAULTS", ""), help="all by default")
    return parser.parse_args()


def _deployment(name: str, bus: str, folder: Path) -> Deployment:
    match name:
        case "embedded":
            return embedded(folder)
        case "workers":
            return workers(folder, WORKERS)
        case _:
            return cluster(folder, "valkey" if bus == "valkey" else "nats")


def _print_report(report: Report) -> None:
    print("| fault | times | outage s | no quotes s | lost | repeated | other |")
    print("|---|---|---|---|---|---|---|")
    for row in report.rows:
        lost, repeated = row.violations["lost"], row.violations["repeated"]
        other = row.violations.total() - lost - repeated
        seconds = f"{row.outage_s:.1f} | {row.quote_gap_s:.1f}"
        print(f"| {row.name} | {row.times} | {seconds} | {lost} | {repeated} | {other} |")
    recording = report.recording
    commands = recording.commands.values()
    attempts = [attempt for command in commands for attempt in command.attempts]
    updates = sum(len(stream.updates) for stream in recording.streams)
    outcomes = Counter(command.outcome for command in commands)
    failed = Counter(f"{each.status} {each.code}" for each in attempts if each.status >= 500)
    failed.update(each.code for each in attempts if not each.status)
    refused = Counter(f"{a.status} {a.code}" for a in attempts if 400 <= a.status < 500)
    events = sum(len(view.events) for view in report.accounts.values())
    print(f"\n{events:,} events; {updates:,} numbered updates in {len(recording.streams)} streams")
    print(f"commands: {dict(outcomes)}; attempts without answer: {dict(failed)}")
    print(f"refusals: {dict(refused)}")
    closes = Counter(reason for _, _, reason in recording.closes)
    refusals = Counter(message for _, message in recording.refused_resumes)
    print(f"ends of sessions: {dict(closes)}; refused resumes: {dict(refusals)}")
    for violation in report.violations[:VIOLATIONS_SHOWN_MAX]:
        print(f"{violation.kind} [{violation.fault}] {violation.detail}")
    if len(report.violations) > VIOLATIONS_SHOWN_MAX:
        print(f"and {len(report.violations) - VIOLATIONS_SHOWN_MAX} more violations")


if __name__ == "__main__":
    sys.exit(main())
