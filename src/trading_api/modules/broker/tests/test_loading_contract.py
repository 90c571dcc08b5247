"""The part of the broker port's contract that brings accounts into memory."""

from __future__ import annotations

import pytest

from trading_api.modules.broker.tests.test_broker_contract import (
    A,
    B,
    VenueFactory,
    instant_venue,
    order,
    paper_broker,
    running,
)


@pytest.mark.parametrize("create_venue", [paper_broker, instant_venue])
async def test_an_account_that_is_loaded_or_pinned_can_be_read(create_venue: VenueFactory) -> None:
    async with running(create_venue) as (venue, _):
        for account_id in (A, B):
            await venue.load(account_id)
            venue.pin(account_id)
            venue.pin(account_id)
            await venue.submit(A, order())
            venue.unpin(account_id)
            assert venue.snapshot(account_id).account_id == account_id
            venue.unpin(account_id)
        assert venue.account_ids() == [A, "DEMO-ACCOUNT"]
