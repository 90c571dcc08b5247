"""Checks of the simulated venue by the unmodified ccxt, run together in one process.

`python -m tests.kit.venue.checks` prints one JSON object for each check: its name and its
traceback, empty for one that passed. Importing this package does not import ccxt.
"""

from tests.kit.venue.checks import fault_checks, market_checks, trading_checks
from tests.kit.venue.checks.check import Check, checks_of

CHECKS: dict[str, Check] = {
    name: check
    for module in (market_checks, trading_checks, fault_checks)
    for name, check in checks_of(module).items()
}
