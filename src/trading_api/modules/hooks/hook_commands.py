"""Creates, lists and deletes hooks from the command line.

They are stored in a file that a running server reads for each alert."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from trading_api.auth.api_secrets import hash_secret, new_secret
from trading_api.auth.principal import Principal, Scope
from trading_api.clock import wall_clock_ms
from trading_api.domain.instrument import bare_symbol
from trading_api.errors import ApiError, ConfigurationError
from trading_api.modules.hooks.hook import (
    DAY_MS,
    HOOKS_PER_ACCOUNT_MAX,
    PATH,
    Hook,
    check_aliases,
    new_hook_id,
)
from trading_api.modules.hooks.store.factory import MEMORY, create_store
from trading_api.modules.hooks.store.store import HookStore
from trading_api.settings import Settings

DAYS_MAX = 3_650
_MESSAGE = {
    "mode": "target",
    "ticker": "{{ticker}}",
    "position_size": "{{strategy.position_size}}",
    "timenow": "{{timenow}}",
}


def create(arguments: argparse.Namespace) -> None:
    """Store a hook, and print its secret. Raises ConfigurationError."""
    settings = Settings()
    hook, secret = _new_hook(arguments, settings)

    async def add(store: HookStore) -> bool:
        return await store.add_hook(hook, HOOKS_PER_ACCOUNT_MAX)

    if not _run(settings, add):
        raise ConfigurationError(
            f"{hook.account_id} has {HOOKS_PER_ACCOUNT_MAX} hooks already; delete some first."
        )
    ticker = next(iter(hook.symbols))
    print(
        f"hook        {hook.id} of {hook.account_id}, until {_day(hook.expires_ms)}\n"
        f"webhook     https://YOUR-SERVER{PATH}{hook.id}\n"
        f"secret      {secret}   is not stored; it cannot be printed again\n"
        f"message     of a TradingView alert on {ticker}:\n"
        f"{json.dumps({'secret': secret, **_MESSAGE}, indent=2)}"
    )


def _new_hook(arguments: argparse.Namespace, settings: Settings) -> tuple[Hook, str]:
    """Return a hook and its secret. Raises ConfigurationError."""
    for name, value, largest in (
        ("--orders-per-minute", arguments.orders_per_minute, 300),
        ("--max-age", arguments.max_age, 3_600),
        ("--days", arguments.days, DAYS_MAX),
    ):
        if not 1 <= value <= largest:
            raise ConfigurationError(f"{name} {value} is not from 1 to {largest}.")
    secret, now_ms = new_secret(), wall_clock_ms()
    hook = Hook(
        id=new_hook_id(),
        account_id=_account(arguments, settings),
        digest=hash_secret(secret),
        symbols=_symbols(arguments.symbol),
        quantity_max=arguments.max_quantity,
        orders_per_minute=arguments.orders_per_minute,
        age_max_s=arguments.max_age,
        created_ms=now_ms,
        expires_ms=now_ms + arguments.days * DAY_MS,
        is_live_permitted=arguments.live,
        name=arguments.name,
    )
    return hook, secret


def _account(arguments: argparse.Namespace, settings: Settings) -> str:
    """Return the account of --account, or the default one. Raises ConfigurationError."""
    scopes = set(Scope) if arguments.live else set(Scope) - {Scope.ACCOUNT_LIVE}
    operator = Principal(
        subject="operator",
        scopes=frozenset(scopes),
        accounts=None,
        default_account=settings.default_account_id,
        live_accounts=settings.live_account_ids,
    )
    try:
        return operator.account(arguments.account)
    except ApiError as error:
        raise ConfigurationError(f"--account {arguments.account}: {error.detail}") from error


def _symbols(arguments: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """Return the aliases by bare symbol. Raises ConfigurationError."""
    symbols: dict[str, frozenset[str]] = {}
    for each in arguments:
        symbol, _, aliases = each.partition("=")
        names = frozenset(alias for alias in aliases.split(",") if alias)
        if not symbol or any(len(name) > 64 for name in (symbol, *names)):
            raise ConfigurationError(
                f"--symbol {each}: write AAPL, or AAPL=BATS:AAPL,APPLE with aliases."
            )
        symbols[bare_symbol(symbol)] = names
    try:
        check_aliases(symbols)
    except ApiError as error:
        raise ConfigurationError(error.detail) from error
    return symbols


def list_hooks(arguments: argparse.Namespace) -> None:
    """Print the hooks of an account. Raises ConfigurationError."""
    settings = Settings()
    account_id = arguments.account or settings.default_account_id
    hooks = _run(settings, lambda store: store.hooks(account_id))
    if not hooks:
        print(f"{account_id} has no hooks; `trading-api hook create` makes one.")
    for hook in hooks:
        symbols = " ".join(hook.symbols)
        print(
            f"{hook.id}  {symbols}  at most {hook.quantity_max:f}, {hook.orders_per_minute} a "
            f"minute, until {_day(hook.expires_ms)}  {hook.name}".rstrip()
        )


def delete(arguments: argparse.Namespace) -> int:
    """Delete a hook. Return 1 if there is none. Raises ConfigurationError."""
    if _run(Settings(), lambda store: store.delete_hook(arguments.hook)):
        print(f"{arguments.hook} is deleted.")
        return 0
    print(f"There is no hook {arguments.hook}; `trading-api hook list` lists them.")
    return 1


def _run(settings: Settings, job: Any) -> Any:
    """Run a job with the store of hooks. Raises ConfigurationError."""
    if settings.database_url == MEMORY:
        raise ConfigurationError(
            f"DATABASE_URL={MEMORY} keeps no hooks after this command; set it to a file."
        )

    async def run() -> Any:
        store = create_store(settings)
        try:
            return await job(store)
        finally:
            await store.close()

    try:
        return asyncio.run(run())
    except ApiError as error:
        raise ConfigurationError(error.detail) from error


def _day(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d}"
