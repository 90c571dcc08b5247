"""The subcommand `trading-api broker check`."""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from trading_api.connectors.ccxt_exchange import our_symbol
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.external.check.check_report import CheckReport, report_answers
from trading_api.modules.broker.external.check.check_text import check_text
from trading_api.modules.broker.external.check.live_ledger import LiveLedger, read_live_ledger
from trading_api.modules.broker.external.check.venue_answers import CannotConnect, ask_venue
from trading_api.modules.broker.external.venue_factory import create_venue_client, venue_name
from trading_api.settings import Settings

TIMEOUT_S = 60.0
PASSES_MAX = 3


def add_check_command(broker_commands: Any) -> None:
    """Add `broker check` to argparse's subparsers of `broker`."""
    command = broker_commands.add_parser(
        "check",
        help="connect to the live account's venue, read it and compare its ledger; places nothing",
    )
    command.add_argument("--json", action="store_true", help="print the report as one JSON object")
    command.add_argument(
        "--timeout",
        type=float,
        default=TIMEOUT_S,
        metavar="SECONDS",
        help="how long to try to connect (default: %(default)s)",
    )
    command.set_defaults(run=_check)


def _check(arguments: argparse.Namespace) -> int:
    """Print the report. Return 0 where the ledger agrees or is not there, 1 where it differs, and 2
    where the venue is not reached. Raises ConfigurationError."""
    with _no_log():
        report = check(Settings(), arguments.timeout)
    if arguments.json:
        print(msgspec.json.format(msgspec.json.encode(report)).decode())
    else:
        print(check_text(report))
    return report.exit_status


def check(settings: Settings, timeout_s: float) -> CheckReport:
    """Return what the venue states, compared with the ledger. Raises ConfigurationError."""
    if settings.broker == "paper":
        raise ConfigurationError("BROKER=paper has no venue that could be checked.")
    names = (name.strip() for name in settings.datafeed_symbols.split(","))
    symbols = [our_symbol(name) for name in names if name]
    client = create_venue_client(settings, symbols)
    account_id, venue = settings.live_account_id or "(no LIVE_ACCOUNT_ID)", venue_name(settings)
    ledger = read_live_ledger(settings)
    for _ in range(PASSES_MAX):
        before = ledger
        try:
            answers = asyncio.run(ask_venue(client, symbols, timeout_s))
        except CannotConnect as error:
            return CheckReport(account_id, venue, is_connected=False, reason=str(error))
        ledger = read_live_ledger(settings)
        if _seq(before) == _seq(ledger):
            break  # no server wrote while the venue was asked
    return report_answers(account_id, venue, answers, ledger)


def _seq(ledger: LiveLedger | None) -> int:
    return 0 if ledger is None else ledger.state.seq


@contextmanager
def _no_log() -> Iterator[None]:
    """Keep log lines of the connection out of the report: it states the reason itself."""
    log, handler = logging.getLogger("trading_api"), logging.NullHandler()
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
