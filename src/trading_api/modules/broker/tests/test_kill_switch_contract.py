"""The contract of the kill switch, for the paper exchange and for the template of an adapter."""

from __future__ import annotations

import pytest

from tests.kit.recording_listener import RecordingListener
from trading_api.domain.broker_commands import (
    ClosePositionCommand,
    NotifyCommand,
    SetKillSwitchCommand,
)
from trading_api.domain.kill_switch import KillSwitch
from trading_api.domain.notification import Notification, Severity
from trading_api.errors import Conflict
from trading_api.modules.broker.tests.test_broker_contract import (
    A,
    B,
    VenueFactory,
    instant_venue,
    limit_order,
    order,
    paper_broker,
    running,
)

pytestmark = pytest.mark.parametrize("create_venue", [paper_broker, instant_venue])
HALT = SetKillSwitchCommand(is_on=True, reason="a wild strategy")


async def test_switching_on_is_an_event_before_the_cancellations(
    create_venue: VenueFactory,
) -> None:
    async with running(create_venue) as (venue, market):
        placed = [(await venue.submit(A, limit_order(price))).order_id for price in (90, 91)]
        other = (await venue.submit(B, limit_order())).order_id
        recorder = RecordingListener(venue)
        venue.listen(recorder)
        result = await venue.submit(A, HALT)
        assert sorted(result.canceled) == sorted(placed)
        assert [each.type for each in recorder.events] == [
            "killSwitchSet",
            "orderCanceled",
            "orderCanceled",
        ]
        expected = KillSwitch(is_on=True, reason="a wild strategy", at_ms=market.now_ms)
        assert recorder.events[0].kill_switch == venue.snapshot(A).kill_switch == expected
        assert [each.id for each in venue.snapshot(B).live_orders()] == [other]
        assert not venue.snapshot(B).kill_switch.is_on


async def test_a_halted_account_refuses_orders_closes_positions_and_is_resumed(
    create_venue: VenueFactory,
) -> None:
    async with running(create_venue) as (venue, _):
        await venue.submit(A, order())
        await venue.submit(A, HALT)
        for refused in (order(), limit_order(), order(reduce_only=True)):
            with pytest.raises(Conflict) as rejected:
                await venue.submit(A, refused)
            assert rejected.value.code == "trading_halted"
        notification = Notification(Severity.INFO, "note", "A note.", {})
        await venue.submit(A, NotifyCommand(notification))
        await venue.submit(A, ClosePositionCommand("AAPL"))
        assert venue.snapshot(A).position("AAPL") is None
        await venue.submit(A, SetKillSwitchCommand(is_on=False))
        assert not venue.snapshot(A).kill_switch.is_on
        await venue.submit(A, order())
