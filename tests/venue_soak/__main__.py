"""`make venue-soak`: follows a simulated venue with faults for a long time, and compares."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp

from tests.venue_soak.run import soak


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.venue_soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3_600)
    parser.add_argument("--rate", type=float, default=500, help="trades a second")
    parser.add_argument("--fault-every", type=float, default=60, help="seconds between faults")
    options = parser.parse_args()
    Path("var").mkdir(exist_ok=True)
    folder = Path(mkdtemp(prefix="venue-soak-", dir="var")).resolve()
    print(
        f"{options.seconds:g} s at {options.rate:g} trades a second, logs in {folder}", flush=True
    )
    report = asyncio.run(soak(folder, options.seconds, options.rate, options.fault_every))
    violations = (f"VIOLATION {each}" for each in report.violations)
    print(*report.figures, *violations, sep="\n")
    if report.violations:
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
