"""The hashes of existing ledgers: what a link covers must never change."""

from __future__ import annotations

from trading_api.modules.broker.journal.hash_chain import first_hash, next_hash, snapshot_hash

FIRST = "c3ed3be0a7c30a02f1fae3612e45d9b1a85ff4eaf61ca2aca408f03b14a58cf1"
SECOND = "4e934cd8972041b93fc9bff4ab7673f5f7eea6cd652d9a36b03912c9294e701e"
SNAPSHOT = "6859fefdf61890103f9213e585999dda1574d7de59de3b3e30aea7e69d291db7"


def test_the_links_of_a_chain_are_those_of_every_ledger_written_so_far() -> None:
    first = first_hash("DEMO-ACCOUNT")
    assert first == FIRST
    second = next_hash(first, 1, "AccountOpened", '{"account_id":"DEMO-ACCOUNT"}')
    assert second == SECOND
    assert snapshot_hash(second, 1, '{"seq":1}') == SNAPSHOT
