"""Which settings several processes can have."""

from __future__ import annotations

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.factory import is_postgresql
from trading_api.roles.partition_claims import OwnerRole
from trading_api.settings import Settings

SINGLE_PROCESS_MODULES = frozenset({"alpaca", "hooks", "mcp"})
"""The modules that need the market and the accounts in their own process."""


def check_scalable(settings: Settings, role: OwnerRole) -> None:
    """Raises ConfigurationError for settings that more than one process cannot have."""
    if settings.datafeed_clock == "step":
        raise ConfigurationError(
            "DATAFEED_CLOCK=step moves the market of one process; it cannot be used with several."
        )
    if settings.broker != "paper":
        raise ConfigurationError(
            f"BROKER={settings.broker} needs a single process, which alone sends the orders of the "
            "live account: start `trading-api serve` without --workers, or set BROKER=paper."
        )
    check_shared(settings)
    if role != "core" and not is_postgresql(settings.database_url):
        raise ConfigurationError(
            f"The role {role} needs PostgreSQL, which several processes can share: set "
            "DATABASE_URL=postgresql://..."
        )


def check_shared(settings: Settings) -> None:
    """Raises ConfigurationError for a module that only one process can serve, and for a market
    that several processes cannot follow."""
    names = {name.strip() for name in settings.enabled_modules.split(",")}
    for name in sorted(names & SINGLE_PROCESS_MODULES):
        raise ConfigurationError(
            f"ENABLED_MODULES: the module {name} needs a single process: start `trading-api serve` "
            "without --workers."
        )
    if settings.datafeed_source == "ccxt":
        raise ConfigurationError(
            "DATAFEED_SOURCE=ccxt needs one process: a live market is no function of time, which "
            "several processes could follow. Start `serve` without --workers."
        )
