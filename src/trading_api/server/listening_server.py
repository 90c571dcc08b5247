"""uvicorn on a socket that was bound before."""

from __future__ import annotations

import socket

import uvicorn

from trading_api.server.bound_socket import accepting_sockets


class ListeningServer(uvicorn.Server):
    """A server that accepts several connections in one turn of its event loop.

    Once it does, it logs its address, as uvicorn does for a socket of its own."""

    def run_on(self, listening: socket.socket) -> int:
        """Serve on the socket until the process is stopped, and return the exit status."""
        self.run(sockets=accepting_sockets(listening))
        return 0 if self.started else 1

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, then listen."""
        await super().startup(sockets)
        if self.started:
            self._log_started_message(sockets or [])
