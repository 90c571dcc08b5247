"""What a caller may do: exactly their scopes, and exactly their accounts."""

from __future__ import annotations

import pytest

from trading_api.auth.principal import Principal, Scope
from trading_api.errors import Forbidden, NotFound

OWN, OTHER = "Own-1", "Own-2"
CALLER = Principal("ann", frozenset({Scope.ACCOUNT_READ}), frozenset({OWN, OTHER}), OWN)


def test_an_account_of_the_caller_is_returned_and_the_default_where_none_is_named() -> None:
    assert [CALLER.account(each) for each in (OWN, OTHER, None)] == [OWN, OTHER, OWN]


@pytest.mark.parametrize(
    "account", ["own-1", "OWN-1", "Own-1 ", " Own-1", "Own-", "Own-11", "", "Own-1\n", "Own-1\x00"]
)
def test_an_account_whose_id_is_not_exactly_the_same_is_unknown(account: str) -> None:
    with pytest.raises(NotFound, match="There is no account"):
        CALLER.account(account)
    with pytest.raises(NotFound):
        CALLER.authorize_subscription({"accountId": account})


def test_a_caller_without_accounts_has_none() -> None:
    without = Principal("ann", frozenset(Scope), frozenset(), None)
    for account in (None, OWN, ""):
        with pytest.raises(NotFound):
            without.account(account)


@pytest.mark.parametrize("account", ["A", "a.b-c_9", "x" * 64])
def test_without_authentication_any_valid_account_may_be_named(account: str) -> None:
    assert Principal.anonymous("DEMO").account(account) == account
    assert Principal.anonymous("DEMO").account(None) == "DEMO"


@pytest.mark.parametrize("account", ["", "x" * 65, "a b", "a/b", "a\n", "ä", "../x"])
def test_without_authentication_an_invalid_account_is_unknown(account: str) -> None:
    with pytest.raises(NotFound):
        Principal.anonymous("DEMO").account(account)


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_is_required_and_implied_by_no_other(scope: Scope) -> None:
    Principal("ann", frozenset({scope}), None, None).require(scope)
    with pytest.raises(Forbidden, match=scope):
        Principal("ann", frozenset(Scope) - {scope}, None, None).require(scope)


@pytest.mark.parametrize(
    ("request_fields", "scope"),
    [
        ({"accountId": OWN}, Scope.ACCOUNT_READ),
        ({"accountId": OWN, "symbol": "AAPL"}, Scope.ACCOUNT_READ),
        ({"symbol": "AAPL"}, Scope.MARKET_READ),
        ({}, Scope.MARKET_READ),
    ],
    ids=str,
)
def test_a_subscription_needs_the_scope_of_its_kind(
    request_fields: dict[str, str], scope: Scope
) -> None:
    accounts = frozenset({OWN})
    Principal("ann", frozenset({scope}), accounts, OWN).authorize_subscription(request_fields)
    with pytest.raises(Forbidden):
        Principal("ann", frozenset(Scope) - {scope}, accounts, OWN).authorize_subscription(
            request_fields
        )
