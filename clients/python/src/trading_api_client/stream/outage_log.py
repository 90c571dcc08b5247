"""The log of a server that cannot be reached."""

from __future__ import annotations

import logging

log = logging.getLogger("trading_api_client")


class OutageLog:
    """Logs one warning for each outage of a server, and its end."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._is_outage = False

    def failed(self, reason: str) -> None:
        """Report a failed attempt. The first one of an outage is logged."""
        if not self._is_outage:
            self._is_outage = True
            log.warning("server_unreachable %s: %s; the client tries again", self._address, reason)

    def connected(self) -> None:
        """Report that the server answers, which ends an outage."""
        if self._is_outage:
            self._is_outage = False
            log.info("server_reachable_again %s", self._address)

    def given_up(self) -> None:
        """Report that no stream waits for the server any longer. The next failed attempt is
        logged."""
        self._is_outage = False
