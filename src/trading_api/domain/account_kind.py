"""Paper and live accounts. The kind of an account is part of its id, so that neither changes."""

from __future__ import annotations

from enum import StrEnum

LIVE_PREFIX = "LIVE-"
"""How the ids of live accounts begin. In whatever case, no other account's id begins so."""


class AccountKind(StrEnum):
    """Whether an account trades real money at a venue, or is simulated in this process."""

    PAPER = "paper"
    LIVE = "live"


def account_kind(account_id: str) -> AccountKind:
    """Return the kind of the account with this id.

    `live-1` counts as live too. It is never configured, so there is no such account: an id that
    people could mistake for a live one is never that of a paper account."""
    is_live = account_id[: len(LIVE_PREFIX)].upper() == LIVE_PREFIX
    return AccountKind.LIVE if is_live else AccountKind.PAPER
