"""Events of a live account that do not follow from those before them are found."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from tests.kit.live_chaos import LiveChaos
from tests.kit.live_setup import ACCOUNT, LiveSetup
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.events import AccountOpened, Event
from trading_api.modules.broker.engine.venue_events import (
    CashAdjusted,
    OrderCancelRequested,
    OrderRejected,
    OrderReplaceRequested,
    OrderRequestRejected,
    OrderStateUnknown,
    PositionAdjusted,
    VenueAssigned,
    VenueReported,
)
from trading_api.modules.broker.journal.verify.event_checks import first_discrepancy

ONE = Decimal(1)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def events(anyio_backend: str) -> list[Event]:
    """The events of a live account with faults; a difference of both kinds at the end."""
    live = LiveSetup()
    chaos = LiveChaos(live, 5)
    await chaos.run(300)
    live.venue.cash += 5
    live.venue.holdings["MSFT"] = Decimal(3)
    await live.clock.advance(70)
    await live.kill()
    return [entry.event async for entry in live.journal.load()]


@pytest.mark.parametrize(
    ("event_class", "changes", "name"),
    [
        (VenueReported, {"order_id": "order-9999"}, "order_id"),
        (OrderCancelRequested, {"order_id": "order-9999"}, "order_id"),
        (OrderReplaceRequested, {"client_order_id": "another"}, "client_order_id"),
        (OrderRequestRejected, {"order_id": "order-9999"}, "order_id"),
        (PositionAdjusted, {"quantity": Decimal(99)}, "position"),
        (PositionAdjusted, {"realized_pl": ONE}, "realized_pl"),
        (PositionAdjusted, {"balance": ONE}, "balance"),
        (PositionAdjusted, {"quantity": Decimal(0)}, "quantity"),
        (CashAdjusted, {"amount": ONE}, "balance"),
        (CashAdjusted, {"amount": Decimal(0)}, "amount"),
    ],
)
async def test_a_changed_value_is_found(
    events: list[Event], event_class: type[Event], changes: dict[str, Any], name: str
) -> None:
    state = AccountState()
    for event in events:
        if isinstance(event, event_class):
            assert first_discrepancy(state, ACCOUNT, event) is None
            found = first_discrepancy(state, ACCOUNT, replace(event, **changes))
            assert found is not None
            assert found.name == name
            return
        state.evolve(event)
    raise AssertionError(f"there is no {event_class.__name__}")


async def test_a_fill_counts_once(events: list[Event]) -> None:
    state = AccountState()
    for event in events:
        state.evolve(event)
        if isinstance(event, VenueReported) and event.execution_id:
            found = first_discrepancy(state, ACCOUNT, event)
            assert found is not None
            assert found.name == "execution_id"
            return


async def test_only_an_account_at_a_venue_has_such_events(events: list[Event]) -> None:
    assigned = next(each for each in events if isinstance(each, VenueAssigned))
    paper = AccountState()
    paper.evolve(AccountOpened("A", "USD", ONE, 1))
    assert first_discrepancy(paper, "A", assigned) is None
    for event in events:
        if isinstance(event, VenueReported | CashAdjusted | OrderRejected | OrderStateUnknown):
            assert first_discrepancy(paper, "A", event) is not None
    paper.evolve(assigned)
    assert first_discrepancy(paper, "A", assigned) is not None, "it belongs to one venue for ever"


async def test_only_a_live_account_is_opened_with_nothing() -> None:
    for account_id, is_sound in (("LIVE-1", True), ("A", False)):
        opened = AccountOpened(account_id, "USD", Decimal(0), 1)
        assert (first_discrepancy(AccountState(), account_id, opened) is None) is is_sound
