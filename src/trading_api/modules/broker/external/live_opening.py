"""Loads a live account, or opens it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.engine.events import AccountOpened, Event
from trading_api.modules.broker.engine.money import ZERO
from trading_api.modules.broker.external.live_account import LiveAccount
from trading_api.modules.broker.journal.journal import Journal, JournalEntry
from trading_api.modules.broker.translation.prices import Prices

log = logging.getLogger(__name__)

RECENT_EVENTS = 2_000
"""The number of events that are read at the start to count the orders of the last minute."""


async def load_account(
    account: LiveAccount, journal: Journal, currency: str, venue: str, now_ms: int
) -> Sequence[Event]:
    """Load the account from its journal, or open it with a balance of 0. Return its last events.

    Raises ConfigurationError for the journal of another account, and for an account of another
    venue."""
    for known_currency, account_id in (await journal.currencies()).items():
        if known_currency != currency or account_id != account.account_id:
            raise ConfigurationError(
                f"The ledger (LIVE_DATABASE_URL) keeps the account {account_id} in "
                f"{known_currency}, not {account.account_id} in {currency}: set "
                f"LIVE_ACCOUNT_ID={account_id} and ACCOUNT_CURRENCY={known_currency}, or name "
                "another ledger."
            )
    await account.load()
    state = account.state
    if state.venue is not None and state.venue.venue != venue:
        raise ConfigurationError(
            f"{account.account_id} belongs to {state.venue.venue}, not to {venue}. An "
            "account belongs to one venue for ever: choose another LIVE_ACCOUNT_ID and ledger."
        )
    if not state.is_open:
        opened = AccountOpened(account.account_id, currency, ZERO, now_ms)
        await journal.append([JournalEntry(account.account_id, 1, opened)])
        state.evolve(opened)
    since = max(0, state.seq - RECENT_EVENTS)
    recent = await journal.read(account.account_id, since, RECENT_EVENTS)
    return [each.event for each in recent]


def check_currency(prices: Prices) -> None:
    """Log the symbols that cannot be traded in the account's currency. Raises ConfigurationError if
    no symbol can be traded."""
    symbols = list(prices.symbols())
    others = [each for each in symbols if not prices.is_tradable(each)]
    if not others:
        return
    if len(others) < len(symbols):
        log.warning("symbols_not_tradable", extra={"symbols": ",".join(others)})
        return
    currencies = ", ".join(sorted({prices.foreign_currency(each) for each in others}))
    raise ConfigurationError(
        f"ACCOUNT_CURRENCY={prices.currency} fits no symbol of the market, which are priced in "
        f"{currencies}: set it to the currency of the live account's cash."
    )
