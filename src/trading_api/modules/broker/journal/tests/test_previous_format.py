"""The ledger format of the previous version still loads: same state, same chain of hashes."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.journal.event_codec import decode
from trading_api.modules.broker.journal.hash_chain import first_hash, next_hash
from trading_api.modules.broker.journal.verify.event_checks import first_fault

DATA = Path(__file__).parent / "data"
FLAGS = ("reduce_only", "is_bracket", "is_liquidation", "is_reversal", "has_protected")


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
        assert first_fault(state, account_id, event) is None, row["seq"]
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
        "keys": [[*key, event.order_id] for key, event in state.bound.items()],
        "leverages": {symbol: str(leverage) for symbol, leverage in state.leverages.items()},
        "live_orders": [order.id for order in state.live_orders()],
        "orders": {order.id: _described_order(order) for order in state.orders.values()},
    }


def _described_order(order: Order) -> dict[str, Any]:
    return {
        "status": order.status.name,
        "remaining": str(order.remaining_quantity),
        "parent_id": order.parent_id,
        **{name: getattr(order, name) for name in FLAGS},
    }
