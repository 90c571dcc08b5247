"""The connection between a broker and the venue of an account."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import assert_never

from trading_api.domain.market_status import MarketState, MarketStatus


class ConnectionState(IntEnum):
    """The state of a connection, with TradingView's numbers.

    CONNECTING is on the way to CONNECTED. DISCONNECTED comes back without help. ERROR needs a
    person: for example, the venue does not accept the keys."""

    CONNECTED = 1
    CONNECTING = 2
    DISCONNECTED = 3
    ERROR = 4


class DisconnectCause(IntEnum):
    """Why a connection is not there, with TradingView's numbers of its `DisconnectType`."""

    FAILED_RESTORING = 1
    OFFLINE = 2
    API_ERROR = 3
    BROKEN_CONNECTION = 8
    FAILED_SIGN_IN = 10


@dataclass(frozen=True, slots=True)
class BrokerConnection:
    """The state of the connection to an account's venue.

    `reason` explains the state in one sentence; it is empty where there is nothing to explain."""

    state: ConnectionState
    reason: str = ""
    cause: DisconnectCause | None = None


CONNECTED = BrokerConnection(ConnectionState.CONNECTED)


def connection_to_market(status: MarketStatus) -> BrokerConnection:
    """Return the connection of a venue in this process, which needs only the market."""
    match status.state:
        case MarketState.OPEN:
            return CONNECTED
        case MarketState.CLOSED:
            reason = f"The market is closed: {status.reason}"
            return BrokerConnection(ConnectionState.CONNECTED, reason)
        case MarketState.STARTING:
            return BrokerConnection(ConnectionState.CONNECTING, "Waiting for the first prices")
        case MarketState.STALE:
            return BrokerConnection(
                ConnectionState.DISCONNECTED, status.reason, DisconnectCause.BROKEN_CONNECTION
            )
        case _:
            assert_never(status.state)
