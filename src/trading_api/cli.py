"""The `trading-api` command."""

from __future__ import annotations

import argparse
import importlib
import socket
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import available_timezones

import uvicorn
from pydantic import ValidationError

from trading_api.auth.principal import Scope
from trading_api.auth.tokens import issue_token, signing_secret
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.memory import MEMORY
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.verify.verification import Disagreement, verify
from trading_api.modules.datafeed.importing.bar_builder import duration
from trading_api.modules.datafeed.importing.csv_reader import FaultyRowsError, RecordingError
from trading_api.modules.datafeed.importing.importer import ImportOrder, import_files
from trading_api.modules.datafeed.importing.number_parsing import DECIMALS_MAX
from trading_api.modules.datafeed.storage.store import Store
from trading_api.server.process_limits import raise_open_files_limit
from trading_api.server.uvicorn_options import server_options
from trading_api.settings import Settings, check_exposure

_TICK_MAX = 1_000_000


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="trading-api", description=__doc__)
    commands = parser.add_subparsers(required=True)
    serve = commands.add_parser("serve", help="start the backend; settings are in the environment")
    serve.add_argument("--reload", action="store_true", help="start again when the code changes")
    serve.set_defaults(run=_serve)
    token = commands.add_parser("token", help="make a token for development, with AUTH_SECRET")
    token.add_argument("--subject", default="developer")
    token.add_argument("--scope", action="append", choices=list(Scope), help="all but admin")
    token.add_argument("--account", action="append", help="DEFAULT_ACCOUNT_ID; may be repeated")
    token.add_argument("--hours", type=float, default=12.0, help="how long it is valid: 12")
    token.set_defaults(run=_token)
    data = commands.add_parser("data", help="the market data of your own, in DATA_DIR")
    _add_data_commands(data.add_subparsers(required=True))
    verify_ledger = commands.add_parser(
        "verify-ledger", help="rebuild every account from its events and compare; a server may run"
    )
    verify_ledger.set_defaults(run=_verify_ledger)
    arguments = parser.parse_args(argv)
    try:
        status: int | None = arguments.run(arguments)
    except Disagreement as disagreement:
        print(f"trading-api: The ledger does not agree. {disagreement}", file=sys.stderr)
        return 1
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(str(part) for part in fault["loc"]).upper()
            print(f"trading-api: {name}: {fault['msg']}", file=sys.stderr)
        return 2
    except ConfigurationError as error:
        print(f"trading-api: {error}", file=sys.stderr)
        return 2
    return status or 0


def _add_data_commands(commands: Any) -> None:
    command = commands.add_parser("import", help="put CSV files of bars or ticks into the store")
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command.add_argument("--symbol", required=True, type=str.upper)
    command.add_argument(
        "--timezone", required=True, type=_timezone, help="of the exchange: America/New_York"
    )
    command.add_argument("--session", help="0930-1600; without it, round the clock")
    command.add_argument("--calendar", help="of exchange_calendars, for its holidays: XNYS")
    command.add_argument("--currency", type=str.upper, help="USD")
    command.add_argument("--exchange", type=str.upper, help="RECORDED")
    command.add_argument("--type", help="stock, forex, crypto, futures, index")
    command.add_argument("--replace", action="store_true", help="forget what is stored of it")
    command.add_argument(
        "--tick", type=_tick, help="the price step: 0.25; without it, as fine as the prices are"
    )
    command.set_defaults(run=_import)
    command = commands.add_parser("list", help="what is in the store")
    command.set_defaults(run=_list)
    command = commands.add_parser("delete", help="forget a symbol and its bars, without asking")
    command.add_argument("symbol", type=str.upper, metavar="SYMBOL")
    command.set_defaults(run=_delete)


def _tick(text: str) -> Decimal:
    try:
        tick = Decimal(text)
    except InvalidOperation:
        tick = Decimal("NaN")
    if not (tick.is_finite() and Decimal(1).scaleb(-DECIMALS_MAX) <= tick <= _TICK_MAX):
        raise argparse.ArgumentTypeError(f"{text!r} is no price step; one is 0.01")
    return tick


def _timezone(name: str) -> str:
    if name not in available_timezones():
        raise argparse.ArgumentTypeError(f"{name!r} is no time zone; one is America/New_York")
    return name


def _import(arguments: argparse.Namespace) -> None:
    order = ImportOrder(
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
    )
    progress = ProgressBar(sys.stderr) if sys.stderr.isatty() else None
    try:
        report = import_files(Store(Settings().data_dir), order, progress)
    except FaultyRowsError as error:
        rows = "1 row" if error.count == 1 else f"{error.count:,} rows"
        lines = [f"{rows} cannot be taken as written, and nothing is repaired; from the first on:"]
        lines += [f"  {fault}" for fault in error.faults]
        if error.count > len(error.faults):
            lines.append(f"  and {error.count - len(error.faults):,} more.")
        raise ConfigurationError("\n".join([*lines, "Nothing was imported."])) from error
    except (RecordingError, OSError) as error:
        raise ConfigurationError(f"{error} Nothing was imported.") from error
    print("\n".join(report.lines()))


def _list(_: argparse.Namespace) -> None:
    data_dir = Settings().data_dir
    try:
        stored = Store(data_dir).listed()
    except (RecordingError, OSError) as error:
        raise ConfigurationError(str(error)) from error
    if not stored:
        print(f"Nothing is stored in {data_dir}; `trading-api data import` puts symbols there.")
        return
    rows = [["symbol", "kind", "rows", "from", "to", "session", "tick"]]
    for symbol, columns in stored:
        first, last = (datetime.fromtimestamp(columns[n].time_ms / 1_000, UTC) for n in (0, -1))
        rows.append(
            [
                symbol.symbol,
                f"{duration(symbol.step_ms)}{' of ticks' if symbol.are_ticks else ''}",
                f"{len(columns):,}",
                f"{first:%Y-%m-%d %H:%M:%S}",
                f"{last:%Y-%m-%d %H:%M:%S}",
                f"{symbol.session} {symbol.timezone}",
                f"{symbol.instrument().tick_size:f}",
            ]
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(map(str.ljust, row, widths)).rstrip())


def _delete(arguments: argparse.Namespace) -> int:
    store = Store(Settings().data_dir)
    try:
        if store.delete(arguments.symbol):
            print(f"{arguments.symbol} is deleted.")
            return 0
    except (RecordingError, OSError) as error:
        raise ConfigurationError(str(error)) from error
    there_are = ", ".join(store.symbols())
    print(
        f"trading-api: {arguments.symbol} is not stored; "
        + (f"there are {there_are}." if there_are else "nothing is."),
        file=sys.stderr,
    )
    return 1


def _verify_ledger(_: argparse.Namespace) -> None:
    url = Settings().database_url
    if url == MEMORY:
        raise ConfigurationError(f"DATABASE_URL={url} keeps nothing that could be verified.")
    database = Database(url)
    show = ProgressBar(sys.stderr) if sys.stderr.isatty() else None
    summary = verify(database, partial(show, database.path) if show else None)
    print(
        f"{database.path} agrees. Accounts: {summary.accounts:,}; events: {summary.events:,}. "
        "Every balance, order, execution, position and cash line follows from them."
    )


class ProgressBar:
    """One line, drawn over itself."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, path: Path, done: int, size: int) -> None:
        share = done / max(1, size)
        bar = ("#" * round(share * 30)).ljust(30, ".")
        end = "\n" if done >= size else ""
        self._stream.write(f"\r{path.name[:40]} [{bar}] {share:4.0%}{end}")
        self._stream.flush()


def _token(arguments: argparse.Namespace) -> None:
    settings = Settings()
    scopes = arguments.scope or [scope for scope in Scope if scope is not Scope.ADMIN]
    now_s = int(time.time())
    claims = {
        "sub": arguments.subject,
        "scope": " ".join(scopes),
        "accounts": arguments.account or [settings.default_account_id],
        "iat": now_s,
        "exp": now_s + round(arguments.hours * 3600),
    }
    print(issue_token(signing_secret(settings), claims))


def _serve(arguments: argparse.Namespace) -> None:
    settings = Settings()
    if arguments.reload and "log_format" not in settings.model_fields_set:
        settings = settings.model_copy(update={"log_format": "text"})
    check_exposure(settings)
    # What can't start stops here with a sentence, not in a server's traceback.
    importlib.import_module("trading_api.main")
    _check_port(settings)
    # Imported already; what only reads or imports data starts without the application.
    from trading_api.app_factory import check_ledger

    check_ledger(settings)
    raise_open_files_limit()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = f"{host}:{settings.port}"
    print(
        f"Terminal    http://{base}/\n"
        f"REST        http://{base}/api/v1   documented at http://{base}/api/v1/docs\n"
        f"WebSocket   ws://{base}/api/v1/ws   documented at http://{base}/api/v1/ws/asyncapi",
        flush=True,
    )
    uvicorn.run(
        "trading_api.main:app",
        reload=arguments.reload,
        reload_dirs=[str(Path(__file__).parent)] if arguments.reload else None,
        **server_options(settings),
    )


def _check_port(settings: Settings) -> None:
    """Said before the addresses are, which would be somebody else's."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise ConfigurationError(
                f"HOST={settings.host} PORT={settings.port} cannot be listened on "
                f"({error.strerror}); try another, as in PORT={settings.port + 1}."
            ) from error
