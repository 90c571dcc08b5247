"""The command `trading-api alpaca-key`: create, list and revoke keys, also while a server runs."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from trading_api.auth.api_secrets import hash_secret, new_secret
from trading_api.auth.principal import Scope
from trading_api.clock import wall_clock_ms
from trading_api.domain.account_kind import AccountKind, account_kind
from trading_api.errors import ConfigurationError, truncate
from trading_api.models.common import AccountId
from trading_api.modules.alpaca.keys.api_key import ApiKey, new_key_id
from trading_api.modules.alpaca.keys.factory import keys_path
from trading_api.modules.alpaca.keys.sqlite import SqliteKeyStore
from trading_api.settings import Settings

TRADING_SCOPES = (Scope.MARKET_READ, Scope.ACCOUNT_READ, Scope.ACCOUNT_TRADE)
"""The scopes of a key, unless others are asked for."""
DAY_MS = 24 * 60 * 60 * 1000


def add_key_commands(commands: Any) -> None:
    """Add `create`, `list` and `revoke` to argparse's subparsers of `alpaca-key`."""
    create = commands.add_parser(
        "create", help="create a key, and print its secret, which is not stored"
    )
    create.add_argument("--account", help="the account of the key; by default DEFAULT_ACCOUNT_ID")
    create.add_argument(
        "--scope",
        action="append",
        choices=[each.value for each in (*TRADING_SCOPES, Scope.ACCOUNT_LIVE)],
        help="a scope of the key, by default all but account:live; may be repeated",
    )
    create.add_argument("--days", type=_days, help="how many days it is valid; by default for ever")
    create.set_defaults(run=_create)
    commands.add_parser("list", help="list the keys").set_defaults(run=_list)
    revoke = commands.add_parser("revoke", help="revoke a key: it can no longer authenticate")
    revoke.add_argument("id", metavar="KEY_ID")
    revoke.set_defaults(run=_revoke)


def _create(arguments: argparse.Namespace) -> None:
    settings = Settings()
    account_id = _account_id(arguments.account or settings.default_account_id)
    scopes = frozenset(Scope(each) for each in arguments.scope or TRADING_SCOPES)
    if account_kind(account_id) is AccountKind.LIVE and Scope.ACCOUNT_LIVE not in scopes:
        raise ConfigurationError(
            f"{account_id} trades real money, which needs `--scope account:live`, next to "
            "the other scopes of the key."
        )
    now_ms, secret = wall_clock_ms(), new_secret()
    expires_ms = None if arguments.days is None else now_ms + arguments.days * DAY_MS
    key = ApiKey(new_key_id(), hash_secret(secret), account_id, scopes, now_ms, expires_ms)
    _store(settings).add(key)
    print(f"APCA_API_KEY_ID={key.id}\nAPCA_API_SECRET_KEY={secret}")


def _list(_: argparse.Namespace) -> None:
    keys = _store(Settings()).list()
    if not keys:
        print("There are no keys; `trading-api alpaca-key create` makes one.")
    now_ms = wall_clock_ms()
    for key in keys:
        print(f"{key.id}  {key.account_id}  {' '.join(sorted(key.scopes))}  {_state(key, now_ms)}")


def _revoke(arguments: argparse.Namespace) -> None:
    if not _store(Settings()).revoke(arguments.id, wall_clock_ms()):
        raise ConfigurationError(
            f"There is no valid key {truncate(arguments.id)!r}; "
            "`trading-api alpaca-key list` lists the keys."
        )
    print(f"{arguments.id} is revoked.")


def _state(key: ApiKey, now_ms: int) -> str:
    if key.revoked_ms is not None:
        return f"revoked {_day(key.revoked_ms)}"
    if key.expires_ms is None:
        return "valid"
    return f"{'valid until' if key.is_valid(now_ms) else 'expired'} {_day(key.expires_ms)}"


def _day(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1_000, UTC):%Y-%m-%d}"


def _store(settings: Settings) -> SqliteKeyStore:
    """Return the store of the ledger at DATABASE_URL. Raises ConfigurationError."""
    return SqliteKeyStore(keys_path(settings))


def _account_id(text: str) -> str:
    try:
        return TypeAdapter(AccountId).validate_python(text)
    except ValidationError:
        raise ConfigurationError(
            f"{truncate(text)!r} is not an account id: write 1 to 64 of A-Z a-z 0-9 _ . and -."
        ) from None


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 36_500:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days from 1 to 36500")
    return int(text)
