"""The subcommands of `trading-api hook`."""

from __future__ import annotations

import argparse
from decimal import Decimal, InvalidOperation
from typing import Any

from trading_api.modules.hooks.hook import EXPIRES_AFTER_DAYS, ORDERS_PER_MINUTE


def add_hook_commands(commands: Any) -> None:
    """Add `create`, `list` and `delete` to argparse's subparsers of `hook`."""
    create = commands.add_parser("create", help="create a hook, and print its secret this once")
    create.add_argument("--account", help="DEFAULT_ACCOUNT_ID")
    create.add_argument(
        "--symbol",
        action="append",
        required=True,
        metavar="SYMBOL[=ALIAS,ALIAS]",
        help="AAPL=BATS:AAPL, with the other tickers that alerts use; may be repeated",
    )
    create.add_argument(
        "--max-quantity",
        required=True,
        type=_quantity,
        help="of an order, and of a target position, long or short",
    )
    create.add_argument("--orders-per-minute", type=int, default=ORDERS_PER_MINUTE, metavar="N")
    create.add_argument("--max-age", type=int, default=60, metavar="S", help="of an alert: 60")
    create.add_argument("--days", type=int, default=EXPIRES_AFTER_DAYS, help="how long it is valid")
    create.add_argument("--name", default="")
    create.add_argument("--live", action="store_true", help="permit a live account")
    create.set_defaults(run=_create)
    listing = commands.add_parser("list", help="list the hooks of an account")
    listing.add_argument("--account", help="DEFAULT_ACCOUNT_ID")
    listing.set_defaults(run=_list)
    delete = commands.add_parser("delete", help="delete a hook and its deliveries")
    delete.add_argument("hook", metavar="HOOK")
    delete.set_defaults(run=_delete)


def _quantity(text: str) -> Decimal:
    try:
        quantity = Decimal(text)
    except InvalidOperation:
        quantity = Decimal("NaN")
    if not (quantity.is_finite() and 0 < quantity <= 10**12):
        raise argparse.ArgumentTypeError(f"{text!r} is no quantity above zero")
    return quantity


# Imported when they run: the other commands, and a server without hooks, import nothing of hooks.


def _create(arguments: argparse.Namespace) -> None:
    from trading_api.modules.hooks.hook_commands import create

    create(arguments)


def _list(arguments: argparse.Namespace) -> None:
    from trading_api.modules.hooks.hook_commands import list_hooks

    list_hooks(arguments)


def _delete(arguments: argparse.Namespace) -> int:
    from trading_api.modules.hooks.hook_commands import delete

    return delete(arguments)
