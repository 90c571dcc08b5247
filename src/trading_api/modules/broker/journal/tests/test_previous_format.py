"""The ledger format of the previous version still loads: same state, same chain of hashes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.events import AccountReset, OrderPlaced
from trading_api.modules.broker.engine.order import Order, OrderPurpose
from trading_api.modules.broker.journal.event_codec import UnreadableEvent, decode, encode
from trading_api.modules.broker.journal.hash_chain import first_hash, next_hash
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.journal.verify.event_checks import first_discrepancy
from trading_api.modules.broker.journal.verify.verification import verify

DATA = Path(__file__).parent / "data"
FLAGS = {
    **{name: name for name in ("reduce_only", "is_bracket", "is_liquidation", "is_reversal")},
    "has_protected": "was_activated",
}
"""The properties of an order by the names that its flags had."""


def _rows() -> list[dict[str, Any]]:
    lines = (DATA / "previous_format_events.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def _accounts() -> list[tuple[str, list[dict[str, Any]]]]:
    by_account = groupby(_rows(), key=lambda row: str(row["account"]))
    return [(account_id, list(rows)) for account_id, rows in by_account]


@pytest.mark.parametrize(("account_id", "rows"), _accounts())
def test_every_event_decodes_and_follows_from_the_events_before_it(
    account_id: str, rows: list[dict[str, Any]]
) -> None:
    state = AccountState()
    for row in rows:
        event = decode(row["kind"], row["payload"])
        assert first_discrepancy(state, account_id, event) is None, row["seq"]
        state.evolve(event)
    expected = json.loads((DATA / "previous_format_state.json").read_text())[account_id]
    assert _described(state) == expected


@pytest.mark.parametrize(("account_id", "rows"), _accounts())
def test_the_chain_of_hashes_covers_the_stored_text(
    account_id: str, rows: list[dict[str, Any]]
) -> None:
    previous = first_hash(account_id)
    for row in rows:
        previous = next_hash(previous, row["seq"], row["kind"], row["payload"])
        assert row["hash"] == previous


async def test_a_database_of_the_previous_format_verifies(tmp_path: Path) -> None:
    path = tmp_path / "trading.db"
    database = Database(f"sqlite:///{path}")
    journal = SqlJournal(database)
    rows = _rows()
    for row in rows:
        event = decode(row["kind"], row["payload"])
        await journal.append([JournalEntry(row["account"], row["seq"], event)])
    await journal.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        for row in rows:
            connection.execute(
                "UPDATE events SET payload = :payload, hash = :hash"
                " WHERE account_id = :account AND seq = :seq",
                row,
            )
            connection.execute(
                "UPDATE accounts SET hash = :hash WHERE account_id = :account AND seq = :seq", row
            )
    assert verify(Database(f"sqlite:///{path}")).events == len(rows)


def _placed() -> dict[str, Any]:
    """The payload of a take-profit that waits for its parent."""
    row = next(row for row in _rows() if r'"is_bracket":true' in row["payload"])
    placed = json.loads(row["payload"])
    assert isinstance(placed, dict)
    return placed


def test_the_flags_of_an_order_become_its_purpose() -> None:
    assert _decoded_order(_placed()).purpose is OrderPurpose.BRACKET


def test_flags_younger_than_the_payload_are_not_set() -> None:
    placed = _placed()
    for flag in FLAGS:
        del placed["order"][flag]
    assert _decoded_order(placed).purpose is OrderPurpose.OPEN
    placed["order"]["is_bracket"] = False
    assert _decoded_order(placed).purpose is OrderPurpose.OPEN


@pytest.mark.parametrize(
    "changes",
    [
        {"reduce_only": False},
        {"is_reversal": True},
        {"is_liquidation": 1},
        {"is_liquidation": None},
        {"purpose": "bracket"},
    ],
)
def test_flags_that_make_no_purpose_are_refused(changes: dict[str, Any]) -> None:
    placed = _placed()
    placed["order"] |= changes
    with pytest.raises(UnreadableEvent, match="would lose"):
        _decoded_order(placed)


@pytest.mark.parametrize(
    "payload",
    [
        '[{"residue":1}]',
        '{"residue":1',
        '{"position":{"residue":"0","rounding_carry":"0"}}',
        '{"order":[],"consumption":1,"positions":1}',
    ],
)
def test_what_fits_neither_format_is_refused(payload: str) -> None:
    with pytest.raises(UnreadableEvent):
        decode("OrderFilled", payload)


def test_a_renamed_position_field_is_read_where_an_account_was_reset() -> None:
    row = next(row for row in _rows() if row["kind"] == "AccountReset")
    assert '"residue"' in row["payload"]
    event = decode("AccountReset", row["payload"])
    assert isinstance(event, AccountReset)
    assert event.positions[0].rounding_carry == 0
    assert '"residue"' not in encode(event)


def _decoded_order(payload: dict[str, Any]) -> Order:
    event = decode("OrderPlaced", json.dumps(payload))
    assert isinstance(event, OrderPlaced)
    return event.order


def _described(state: AccountState) -> dict[str, Any]:
    sums = ("balance", "deposited", "realized_pl", "commission")
    return {
        **{name: str(getattr(state, name)) for name in sums},
        "positions": {
            position.symbol: {
                "quantity": str(position.quantity),
                "cost": str(position.cost),
                "average_price": str(position.average_price),
                "exposure": str(position.exposure),
                "updated_ms": position.updated_ms,
            }
            for position in state.positions.values()
        },
        "keys": [[*key, recorded.event.order_id] for key, recorded in state.recorded_keys.items()],
        "leverages": {symbol: str(leverage) for symbol, leverage in state.leverages.items()},
        "live_orders": [order.id for order in state.live_orders()],
        "orders": {order.id: _described_order(order) for order in state.orders.values()},
    }


def _described_order(order: Order) -> dict[str, Any]:
    return {
        "status": order.status.name,
        "remaining": str(order.remaining_quantity),
        "parent_id": order.parent_id,
        **{flag: getattr(order, name) for flag, name in FLAGS.items()},
    }
