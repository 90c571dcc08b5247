"""The connection of a venue that needs only the market."""

from __future__ import annotations

import pytest

from trading_api.domain.broker_connection import (
    BrokerConnection,
    ConnectionState,
    DisconnectCause,
    connection_to_market,
)
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.models import broker as wire

CONNECTED, CONNECTING = ConnectionState.CONNECTED, ConnectionState.CONNECTING
BROKEN = (ConnectionState.DISCONNECTED, "no report for 5 s", DisconnectCause.BROKEN_CONNECTION)


@pytest.mark.parametrize(
    ("status", "connection"),
    [
        (MarketStatus(MarketState.OPEN), (CONNECTED, "", None)),
        (
            MarketStatus(MarketState.CLOSED, "a holiday"),
            (CONNECTED, "The market is closed: a holiday", None),
        ),
        (MarketStatus(MarketState.STARTING), (CONNECTING, "Waiting for the first prices", None)),
        (MarketStatus(MarketState.STALE, "no report for 5 s"), BROKEN),
    ],
)
def test_a_venue_of_this_process_is_connected_while_the_market_is(
    status: MarketStatus, connection: tuple[ConnectionState, str, DisconnectCause | None]
) -> None:
    assert connection_to_market(status) == BrokerConnection(*connection)


def test_states_and_causes_have_the_numbers_of_the_wire() -> None:
    assert {each.name: each.value for each in ConnectionState} == {
        each.name: each.value for each in wire.ConnectionStatus
    }
    numbers = {each.name: each.value for each in wire.DisconnectType}
    assert {each.name: numbers[each.name] for each in DisconnectCause} == {
        each.name: each.value for each in DisconnectCause
    }
