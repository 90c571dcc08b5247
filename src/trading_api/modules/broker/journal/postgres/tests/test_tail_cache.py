"""What the cache of tails keeps of shards that come and go."""

from __future__ import annotations

from decimal import Decimal

from trading_api.modules.broker.journal.postgres.tail_cache import TailCache
from trading_api.modules.broker.journal.sql.batch import AccountTail

SHARDS = {"A": 1, "B": 1, "C": 2}


def tail(account_id: str, seq: int = 1) -> AccountTail:
    return AccountTail(account_id, seq, "USD", Decimal(1), "hash", 1, 1)


def filled() -> TailCache:
    cache = TailCache()
    cache.begin({1: 1, 2: 1})
    cache.update([tail(each) for each in SHARDS], SHARDS)
    return cache


def test_a_new_epoch_of_a_shard_forgets_its_tails() -> None:
    cache = filled()
    cache.begin({1: 2, 2: 1})
    assert cache.known(SHARDS).keys() == {"C"}


def test_forgotten_accounts_leave_nothing() -> None:
    cache = filled()
    cache.forget({"A": 1, "UNKNOWN": 7})
    assert cache.known(SHARDS).keys() == {"B", "C"}
    cache.forget({"B": 1})
    assert cache.shards == {2}
    cache.forget({"C": 2})
    assert cache.shards == set()


def test_a_shard_that_is_forgotten_during_an_append_is_looked_up_again() -> None:
    cache = filled()
    cache.begin({2: 1})
    cache.forget({"C": 2})
    cache.update([tail("C", 2)], SHARDS)
    assert cache.shards == {1}
    cache.begin({2: 1})
    assert cache.known({"C": 2}) == {}
