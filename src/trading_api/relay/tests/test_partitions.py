"""Which partition owns an account, and publishes a topic."""

from __future__ import annotations

from trading_api.domain.shards import shard_of
from trading_api.relay.partitions import MARKET, account_partition, topic_partition


def test_the_shards_of_accounts_never_change() -> None:
    accounts = ["DEMO-ACCOUNT", "A", "a", "account.1", "x" * 64]
    assert [shard_of(account, 256) for account in accounts] == [181, 70, 47, 68, 60]
    assert {shard_of(account, 1) for account in accounts} == {0}


def test_accounts_spread_over_the_shards() -> None:
    counts = [0] * 8
    for number in range(8_000):
        counts[shard_of(f"ACCOUNT-{number}", 8)] += 1
    assert min(counts) > 900


def test_a_topic_belongs_to_the_partition_of_its_account_or_to_the_market() -> None:
    assert topic_partition('bars:{"resolution":"1","symbol":"AAPL"}', 8) == MARKET
    topic = 'executions:{"accountId":"A","symbol":"AAPL"}'
    assert topic_partition(topic, 8) == account_partition("A", 8)
