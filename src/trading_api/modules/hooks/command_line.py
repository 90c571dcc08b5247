"""The subcommands of `trading-api hook`."""

from __future__ import annotations

import argparse
from decimal import Decimal, InvalidOperation
from typing import Any

from trading_api.modules.hooks.hook import EXPIRES_AFTER_DAYS, ORDERS_PER_MINUTE


def add_hook_commands(commands: Any) -> None:
    """Add `create`, `list` and `delete` to argparse's subparsers of `hook`."""
    create = commands.add_parser(
        "create", help="create a hook, and print its secret, which is not stored"
    )
    create.add_argument("--account", help="where alerts trade; by default DEFAULT_ACCOUNT_ID")
    create.add_argument(
        "--symbol",
        action="append",
        required=True,
        metavar="SYMBOL[=ALIAS,ALIAS]",
        help="a permitted symbol, with other tickers that alerts use for it; may be repeated",
    )
    create.add_argument(
        "--max-quantity",
        required=True,
        type=_quantity,
        help="the largest order, and the largest target position, long or short",
    )
    create.add_argument("--orders-per-minute", type=int, default=ORDERS_PER_MINUTE, metavar="N")
    create.add_argument(
        "--max-age",
        type=int,
        default=60,
        metavar="S",
        help="the seconds after which an alert is refused",
    )
    create.add_argument(
        "--days", type=int, default=EXPIRES_AFTER_DAYS, help="how many days it is valid"
    )
    create.add_argument("--name", default="")
    create.add_argument(
        "--live", action="store_true", help="permit a live account, with real money"
    )
    create.set_defaults(run=_create)
    listing = commands.add_parser("list", help="list the hooks of an account")
    listing.add_argument("--account", help="by default DEFAULT_ACCOUNT_ID")
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
        raise argparse.ArgumentTypeError(f"{text!r} is not a quantity from above 0 to 10^12")
    return quantity


# Imported when they run, so that other commands start fast, without the packages of hooks.


def _create(arguments: argparse.Namespace) -> None:
    from trading_api.modules.hooks.hook_commands import create

    create(arguments)


def _list(arguments: argparse.Namespace) -> None:
    from trading_api.modules.hooks.hook_commands import list_hooks

    list_hooks(arguments)


def _delete(arguments: argparse.Namespace) -> int:
    from trading_api.modules.hooks.hook_commands import delete

    return delete(arguments)
