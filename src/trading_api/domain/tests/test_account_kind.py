"""The kind of an account is in its id."""

from __future__ import annotations

import pytest

from trading_api.domain.account_kind import AccountKind, account_kind


@pytest.mark.parametrize("account_id", ["LIVE-1", "LIVE-", "live-1", "Live-MAIN", "lIvE-x"])
def test_ids_that_begin_with_live_and_a_hyphen_are_live_in_any_case(account_id: str) -> None:
    assert account_kind(account_id) is AccountKind.LIVE


@pytest.mark.parametrize(
    "account_id", ["DEMO-ACCOUNT", "LIVE", "LIVE1", "LIVE_1", "ALIVE-1", "X-LIVE-1", "L", ""]
)
def test_all_other_ids_are_those_of_paper_accounts(account_id: str) -> None:
    assert account_kind(account_id) is AccountKind.PAPER
