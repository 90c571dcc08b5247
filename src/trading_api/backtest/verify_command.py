"""The subcommand `trading-api backtest verify`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from trading_api.backtest.session import BacktestSession
from trading_api.backtest.verification import verify_account
from trading_api.domain.account_kind import AccountKind, account_kind
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.factory import create_journal
from trading_api.modules.broker.journal.journal import JournalEntry, JournalUnavailable
from trading_api.modules.broker.journal.memory import MEMORY
from trading_api.modules.datafeed.market.step_clock import SteppableSource
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.source_factory import (
    create_market_source,
    create_recording,
    require_steppable,
)
from trading_api.settings import Settings

_PAGE = 10_000


def verify(settings: Settings, account_id: str | None) -> int:
    """Run a paper account again on the data and settings of the environment, print whether it is
    equal, and return the exit status.

    None is the default account. Raises ConfigurationError for an account that cannot be run
    again."""
    account_id = account_id or settings.default_account_id
    _require_repeatable(settings, account_id)
    recorded = asyncio.run(_read(settings, account_id))
    if not recorded:
        raise ConfigurationError(f"The ledger has no account {account_id}.")
    source = _source(settings, recorded[0].at_ms)
    if source.now_ms > recorded[0].at_ms:
        raise ConfigurationError(
            f"{account_id} was opened before the data begin, so it cannot be run again."
        )
    session = BacktestSession(source, settings, account_id, recorded[-1].at_ms + 1)
    period = verify_account(session, recorded)
    if period.difference is None:
        print(
            f"{account_id} is the same in a re-run. Executions: {period.executions:,}; "
            f"events: {period.events:,}."
        )
        return 0
    print(f"{account_id} differs after {period.executions:,} equal executions. {period.difference}")
    return 1


def _require_repeatable(settings: Settings, account_id: str) -> None:
    if account_kind(account_id) is AccountKind.LIVE:
        raise ConfigurationError(f"{account_id} is a live account: its venue cannot be run again.")
    if settings.datafeed_clock != "step":
        raise ConfigurationError(
            "Only a market with DATAFEED_CLOCK=step can be run again: otherwise commands arrive "
            "between prices at times that nothing records."
        )
    if settings.database_url == MEMORY:
        raise ConfigurationError("DATABASE_URL=memory: ends with its server; there is no ledger.")


def _source(settings: Settings, first_ms: int) -> SteppableSource:
    """Return the market of the settings at or before the instant at which the account opened."""
    if settings.datafeed_source == "replay":
        recording = create_recording(settings)
        return Replay(recording, min(first_ms, recording.end_ms))
    # The simulated market is the same from whichever instant it begins.
    return require_steppable(
        create_market_source(settings.model_copy(update={"datafeed_start": _utc(first_ms)}))
    )


def _utc(instant_ms: int) -> datetime:
    return datetime.fromtimestamp(instant_ms / 1000, UTC)


async def _read(settings: Settings, account_id: str) -> Sequence[JournalEntry]:
    journal = create_journal(settings)
    entries: list[JournalEntry] = []
    try:
        while page := await journal.read(account_id, entries[-1].seq if entries else 0, _PAGE):
            entries += page
    except JournalUnavailable as error:
        raise ConfigurationError(f"{error.reason}.") from error
    finally:
        await journal.close()
    return entries
