"""The `trading-api` command: serve, manage what is stored, and make tokens, keys and hooks."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import uvicorn
from pydantic import ValidationError

from trading_api.auth.principal import Scope
from trading_api.auth.tokens import issue_token, signing_secret
from trading_api.errors import ConfigurationError
from trading_api.modules.alpaca.keys.command_line import add_key_commands
from trading_api.modules.broker.command_line import add_broker_commands
from trading_api.modules.broker.external.check.check_command import add_check_command
from trading_api.modules.broker.journal.commands import add_ledger_commands
from trading_api.modules.broker.journal.verify.verification import VerificationError
from trading_api.modules.datafeed.importing.bar_length import format_duration, parse_bar_length
from trading_api.modules.datafeed.importing.csv_rows import FaultyRowsError
from trading_api.modules.datafeed.importing.importer import ImportRequest, import_symbols
from trading_api.modules.datafeed.importing.number_parsing import DECIMALS_MAX
from trading_api.modules.datafeed.importing.symbol_names import to_symbol
from trading_api.modules.datafeed.recording.listing import list_recordings
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.hooks.command_line import add_hook_commands
from trading_api.modules.mcp.command_line import add_mcp_command
from trading_api.observability.progress_bar import ProgressBar
from trading_api.server.bound_socket import bound_socket
from trading_api.server.gc_policy import GcPolicy
from trading_api.server.listening_server import ListeningServer
from trading_api.server.process_count import check_process_count
from trading_api.server.process_limits import raise_open_files_limit
from trading_api.server.uvicorn_options import server_options
from trading_api.settings import Settings, check_exposure
from trading_api.version import VERSION

_TICK_MAX = 1_000_000
WORKERS_MAX = 64
_NAMED_SCOPES = (Scope.ADMIN, Scope.ACCOUNT_LIVE)
"""A token has these scopes only if they are asked for."""
LEDGER_COMPANIONS = {"alerts": "alerts", "alpaca": "keys of Alpaca's clients", "hooks": "hooks"}
"""The databases of modules next to the ledger `trading.db`: their contents, by the suffix of the
name, as in `trading-alerts.db`."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand and return the exit status.

    The status is 1 where the ledger does not verify or a symbol is missing, and 2 for arguments or
    settings that are not valid. Errors are one sentence on stderr.
    """
    arguments = _create_parser().parse_args(argv)
    try:
        status: int | None = arguments.run(arguments)
    except VerificationError as disagreement:
        _print_error(f"The ledger does not agree. {disagreement}")
        return 1
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(str(part) for part in fault["loc"]).upper()
            _print_error(f"{name}: {fault['msg']}")
        return 2
    except ConfigurationError as error:
        _print_error(str(error))
        return 2
    return status or 0


def _print_error(sentence: str) -> None:
    print(f"trading-api: {sentence}", file=sys.stderr)


def _create_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="trading-api", description=__doc__)
    parser.add_argument("--version", action="version", version=f"trading-api {VERSION}")
    commands = parser.add_subparsers(required=True)
    _add_serve(commands)
    _add_roles(commands)
    _add_token(commands)
    data = commands.add_parser("data", help="your own market data, in DATA_DIR")
    data_commands = data.add_subparsers(required=True)
    _add_import(data_commands)
    _add_list(data_commands)
    _add_delete(data_commands)
    add_ledger_commands(commands, LEDGER_COMPANIONS)
    _add_backtest(commands)
    alpaca_key = commands.add_parser("alpaca-key", help="manage the keys of Alpaca's clients")
    add_key_commands(alpaca_key.add_subparsers(required=True))
    hook = commands.add_parser("hook", help="manage the webhooks of TradingView alerts")
    add_hook_commands(hook.add_subparsers(required=True))
    add_mcp_command(commands)
    return parser


def _add_backtest(commands: Any) -> None:
    backtest = commands.add_parser("backtest", help="what a paper account did, run again")
    verify = backtest.add_subparsers(required=True).add_parser(
        "verify", help="run an account again that traded with DATAFEED_CLOCK=step, and compare"
    )
    verify.add_argument("--account", help="DEFAULT_ACCOUNT_ID")
    verify.set_defaults(run=_verify_backtest)


def _verify_backtest(arguments: argparse.Namespace) -> int:
    # Imported here: the other subcommands start faster without it.
    from trading_api.backtest.verify_command import verify

    return verify(Settings(), arguments.account)


def _add_serve(commands: Any) -> None:
    command = commands.add_parser("serve", help="start the backend; the environment configures it")
    command.add_argument("--reload", action="store_true", help="restart when the code changes")
    command.add_argument(
        "--workers",
        type=_workers,
        metavar="N",
        help="serve clients by N processes, with one more for the market and the accounts",
    )
    command.set_defaults(run=_serve)


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= WORKERS_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {WORKERS_MAX}")
    return int(text)


def _add_roles(commands: Any) -> None:
    """Add a subcommand for each role of a deployment with several processes (docs/scale.md)."""
    for role, summary in (
        ("gateway", "serve clients; the accounts and the market are in other processes"),
        ("core", "own the market and all accounts, for the gateways of one machine"),
        ("market", "own the market, or stand by"),
        ("broker", "own a share of the accounts, in PostgreSQL"),
    ):
        command = commands.add_parser(role, help=summary)
        command.set_defaults(run=_serve_role, role=role)
        if role == "broker":
            # `trading-api broker` is the role; its subcommands are for the account's owner.
            broker_commands = command.add_subparsers(title="commands for the account")
            add_broker_commands(broker_commands)
            add_check_command(broker_commands)


def _serve_role(arguments: argparse.Namespace) -> int:
    # Imported here, so that a single process imports nothing of a bus.
    with GcPolicy().paused():
        from trading_api.roles.serve import serve_gateway, serve_owner

    settings = Settings()
    check_exposure(settings)
    check_process_count(os.environ, sys.argv)
    if arguments.role == "gateway":
        return serve_gateway(settings)
    return serve_owner(settings, arguments.role)


def _serve_workers(settings: Settings, workers: int) -> int:
    from trading_api.roles.scalable_settings import check_scalable
    from trading_api.roles.supervisor import run_supervisor

    check_process_count(os.environ, [])
    check_scalable(settings, "core")
    _print_addresses(settings)
    return run_supervisor(settings, workers)


def _serve(arguments: argparse.Namespace) -> int | None:
    settings = Settings()
    if arguments.workers:
        return _serve_workers(settings, arguments.workers)
    if arguments.reload and "log_format" not in settings.model_fields_set:
        settings = settings.model_copy(update={"log_format": "text"})
    check_exposure(settings)
    check_process_count(os.environ, sys.argv)
    # An error of the settings ends the start here, with one sentence instead of a traceback.
    with GcPolicy().paused():
        importlib.import_module("trading_api.main")
    # Already imported above. The other subcommands start faster without it.
    from trading_api.modules.alerts.store.factory import check_store
    from trading_api.modules.broker.journal.factory import check_ledger
    from trading_api.modules.broker.journal.live_ledger import live_settings

    app, options = "trading_api.main:app", server_options(settings)
    # uvicorn would report a port in use only after the addresses are printed.
    with bound_socket(settings) as listening:
        check_ledger(settings)
        if settings.broker != "paper":
            check_ledger(live_settings(settings))
        check_store(settings)
        raise_open_files_limit()
        _print_addresses(settings)
        if not arguments.reload:
            return ListeningServer(uvicorn.Config(app, **options)).run_on(listening)
    # Each process that uvicorn starts opens a socket of its own.
    uvicorn.run(app, reload=True, reload_dirs=[str(Path(__file__).parent)], **options)
    return None


def _print_addresses(settings: Settings) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = f"{host}:{settings.port}"
    print(
        f"Terminal    http://{base}/\n"
        f"REST        http://{base}/api/v1   documented at http://{base}/api/v1/docs\n"
        f"WebSocket   ws://{base}/api/v1/ws   documented at http://{base}/api/v1/ws/asyncapi",
        flush=True,
    )


def _add_token(commands: Any) -> None:
    command = commands.add_parser("token", help="make a development token, with AUTH_SECRET")
    command.add_argument("--subject", default="developer")
    scopes = [scope.value for scope in Scope]
    help = "all but admin and account:live"
    command.add_argument("--scope", action="append", choices=scopes, help=help)
    command.add_argument("--account", action="append", help="DEFAULT_ACCOUNT_ID; may be repeated")
    command.add_argument("--hours", type=float, default=12.0, help="how long it is valid: 12")
    command.set_defaults(run=_token)


def _token(arguments: argparse.Namespace) -> None:
    settings = Settings()
    scopes = arguments.scope or [scope for scope in Scope if scope not in _NAMED_SCOPES]
    now_s = int(time.time())
    claims = {
        "sub": arguments.subject,
        "scope": " ".join(scopes),
        "accounts": arguments.account or [settings.default_account_id],
        "iat": now_s,
        "exp": now_s + round(arguments.hours * 3600),
    }
    print(issue_token(signing_secret(settings), claims))


def _add_import(commands: Any) -> None:
    command = commands.add_parser("import", help="put files of bars or ticks into the store")
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV or Parquet")
    command.add_argument(
        "--symbol", type=str.upper, help="AAPL or BTC/USDT; the default is all that the files name"
    )
    command.add_argument(
        "--timezone",
        type=_timezone,
        help="of times without an offset, and of the session: America/New_York",
    )
    command.add_argument(
        "--time-format", help="s, ms, us or ns since 1970, excel, or a pattern as in %%d/%%m/%%Y"
    )
    command.add_argument(
        "--bar", type=_bar, help="the length of the bars: 1m, 1h, 1d; the default is what they have"
    )
    command.add_argument(
        "--label", choices=("open", "close"), default="open", help="which end of a bar its time is"
    )
    command.add_argument("--session", help="0930-1600; the default is round the clock")
    command.add_argument("--calendar", help="of exchange_calendars, for its holidays: XNYS")
    command.add_argument("--currency", type=str.upper, help="USD")
    command.add_argument("--exchange", type=str.upper, help="RECORDED")
    command.add_argument("--type", help="stock, forex, crypto, futures, index")
    command.add_argument("--replace", action="store_true", help="delete the stored data first")
    command.add_argument(
        "--tick", type=_tick, help="round prices to this step: 0.25; the default is their own step"
    )
    command.set_defaults(run=_import)


def _tick(text: str) -> Decimal:
    try:
        tick = Decimal(text)
    except InvalidOperation:
        tick = Decimal("NaN")
    if not (tick.is_finite() and Decimal(1).scaleb(-DECIMALS_MAX) <= tick <= _TICK_MAX):
        raise argparse.ArgumentTypeError(f"{text!r} is no price step; one is 0.01")
    return tick


def _bar(text: str) -> int:
    try:
        return parse_bar_length(text)
    except ValueError:
        message = f"{text!r} is no length of bars; one is 30s, 5m, 1h, 1d, 1w or 1mo"
        raise argparse.ArgumentTypeError(message) from None


def _timezone(name: str) -> str:
    if name not in available_timezones():
        raise argparse.ArgumentTypeError(f"{name!r} is no time zone; one is America/New_York")
    return name


def _import(arguments: argparse.Namespace) -> None:
    order = ImportRequest(
        paths=arguments.files,
        symbol=arguments.symbol,
        timezone=arguments.timezone,
        session=arguments.session,
        calendar=arguments.calendar,
        currency=arguments.currency,
        exchange=arguments.exchange,
        type=arguments.type,
        tick=arguments.tick,
        is_replacing=arguments.replace,
        bar_ms=arguments.bar,
        time_format=arguments.time_format,
        is_close_labelled=arguments.label == "close",
    )
    progress = ProgressBar(sys.stderr) if sys.stderr.isatty() else None
    try:
        reports = import_symbols(BarStore(Settings().data_dir), order, progress)
    except FaultyRowsError as error:
        rows = "1 row" if error.count == 1 else f"{error.count:,} rows"
        lines = [f"{rows} cannot be taken as written, and nothing is repaired; from the first on:"]
        lines += [f"  {fault}" for fault in error.faults]
        if error.count > len(error.faults):
            lines.append(f"  and {error.count - len(error.faults):,} more.")
        raise ConfigurationError("\n".join([*lines, "Nothing was imported."])) from error
    except (RecordingError, OSError) as error:
        raise ConfigurationError(f"{error} Nothing was imported.") from error
    print("\n".join(line for report in reports for line in report.lines()))


def _add_list(commands: Any) -> None:
    command = commands.add_parser("list", help="list what is in the store")
    command.set_defaults(run=_list)


def _list(_: argparse.Namespace) -> None:
    data_dir = Settings().data_dir
    try:
        stored = BarStore(data_dir).list_symbols()
        recorded = list_recordings(data_dir)
    except (RecordingError, OSError) as error:
        raise ConfigurationError(str(error)) from error
    if recorded:
        _print_table(recorded)
    if not stored and not recorded:
        print(f"Nothing is stored in {data_dir}; `trading-api data import` puts symbols there.")
        return
    if not stored:
        return
    rows = [["symbol", "kind", "rows", "from", "to", "session", "tick"]]
    for symbol, columns in stored:
        first, last = (datetime.fromtimestamp(columns[n].time_ms / 1_000, UTC) for n in (0, -1))
        rows.append(
            [
                symbol.symbol + (f" ({symbol.alias})" if symbol.alias else ""),
                f"{format_duration(symbol.step_ms)}{' of ticks' if symbol.are_ticks else ''}",
                f"{len(columns):,}",
                f"{first:%Y-%m-%d %H:%M:%S}",
                f"{last:%Y-%m-%d %H:%M:%S}",
                f"{symbol.session} {symbol.timezone}",
                f"{symbol.instrument().tick_size:f}",
            ]
        )
    if recorded:
        print()
    _print_table(rows)


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(map(str.ljust, row, widths)).rstrip())


def _add_delete(commands: Any) -> None:
    command = commands.add_parser("delete", help="delete a symbol and its bars, without asking")
    command.add_argument("symbol", type=str.upper, metavar="SYMBOL")
    command.set_defaults(run=_delete)


def _delete(arguments: argparse.Namespace) -> int:
    store = BarStore(Settings().data_dir)
    try:
        symbol = to_symbol(arguments.symbol) or arguments.symbol
        if store.delete(symbol):
            print(f"{symbol} is deleted.")
            return 0
    except (RecordingError, OSError) as error:
        raise ConfigurationError(str(error)) from error
    stored = ", ".join(store.symbols())
    _print_error(
        f"{arguments.symbol} is not stored; "
        + (f"there are {stored}." if stored else "nothing is.")
    )
    return 1
