"""The command `python -m trading_api_client export`, which writes an account's executions or cash
lines to a file."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from trading_api_client.async_client import AsyncClient
from trading_api_client.errors import TradingApiError
from trading_api_client.tables import MissingLibrary

TOKEN_VARIABLE = "TRADING_API_TOKEN"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return the exit status. A failed export prints a message and returns
    1."""
    options = _parser().parse_args(arguments)
    try:
        rows = asyncio.run(_export(options))
    except (TradingApiError, MissingLibrary, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{options.output}: {rows:,} {'row' if rows == 1 else 'rows'}", file=sys.stderr)
    return 0


async def _export(options: argparse.Namespace) -> int:
    token = os.environ.get(TOKEN_VARIABLE)
    async with AsyncClient(options.url, token, options.account) as client:
        export = {"executions": client.export_executions, "ledger": client.export_ledger}
        return await export[options.what](
            options.output, format=options.format, start=options.start, end=options.end
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m trading_api_client")
    commands = parser.add_subparsers(required=True, metavar="command")
    export = commands.add_parser(
        "export",
        help="write executions or cash lines as CSV or Parquet",
        description=f"Write executions or cash lines. The environment variable {TOKEN_VARIABLE} "
        "has the token, where the server needs one.",
    )
    export.add_argument("what", choices=("executions", "ledger"))
    export.add_argument("output", type=Path, help="the file, such as ledger.csv")
    export.add_argument("--url", default="http://127.0.0.1:8000", help="default: %(default)s")
    export.add_argument("--account", help="default: the server's default account")
    export.add_argument("--format", choices=("csv", "parquet"), help="default: the file's suffix")
    export.add_argument("--start", type=_day, metavar="DAY", help="the first day, in UTC")
    export.add_argument("--end", type=_day, metavar="DAY", help="the day after the last one")
    return parser


def _day(text: str) -> datetime:
    day = date.fromisoformat(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())
