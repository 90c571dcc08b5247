"""The connection to the venue: what the client reports, and whether commands are possible."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from trading_api.domain.broker_connection import (
    CONNECTED,
    BrokerConnection,
    ConnectionState,
    DisconnectCause,
)
from trading_api.errors import Unavailable
from trading_api.modules.broker.external.venue_client import VenueLink

_COMPARING = BrokerConnection(
    ConnectionState.CONNECTING, "The account is being compared with the venue"
)


class LiveConnection:
    """Commands are possible while the link is up and the account was reconciled with the venue
    since it came up. `on_change` is called with each new state."""

    def __init__(self, on_change: Callable[[BrokerConnection], None]) -> None:
        self._on_change = on_change
        self._is_up = asyncio.Event()
        self.state = BrokerConnection(ConnectionState.CONNECTING, "Connecting to the venue")
        self.generation = 0
        """Counts how often the link came up."""

    @property
    def is_up(self) -> bool:
        """Whether requests to the venue are possible."""
        return self._is_up.is_set()

    async def wait_until_up(self) -> None:
        """Return as soon as requests to the venue are possible."""
        await self._is_up.wait()

    def require_ready(self) -> None:
        """Raise Unavailable while commands are not possible."""
        if self.state.state is not ConnectionState.CONNECTED:
            reason = f": {self.state.reason}" if self.state.reason else ""
            raise Unavailable(
                f"The venue is not connected{reason}; nothing was done.", "venue_disconnected"
            )

    def on_link(self, link: VenueLink, reason: str) -> None:
        """Take note of a change that the client reports."""
        if link is VenueLink.CONNECTED:
            self.generation += 1
            self._is_up.set()
            self._become(_COMPARING)
            return
        self._is_up.clear()
        match link:
            case VenueLink.CONNECTING:
                self._become(BrokerConnection(ConnectionState.CONNECTING, reason))
            case VenueLink.AUTHENTICATION_FAILED:
                cause = DisconnectCause.FAILED_SIGN_IN
                self._become(BrokerConnection(ConnectionState.ERROR, reason, cause))
            case _:
                cause = DisconnectCause.BROKEN_CONNECTION
                self._become(BrokerConnection(ConnectionState.DISCONNECTED, reason, cause))

    def on_compared(self, generation: int) -> None:
        """Take note that the account was reconciled with the venue over this link."""
        if self.is_up and generation == self.generation:
            self._become(CONNECTED)

    def _become(self, state: BrokerConnection) -> None:
        if state != self.state:
            self.state = state
            self._on_change(state)
