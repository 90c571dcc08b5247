"""The socket on which a server listens."""

from __future__ import annotations

import socket

from trading_api.errors import ConfigurationError
from trading_api.settings import Settings

ACCEPTS_PER_TURN = 16
"""Connections that a server accepts in one turn of its event loop, within a millisecond or two."""


def bound_socket(settings: Settings, backlog: int | None = None) -> socket.socket:
    """Return a socket bound to HOST and PORT, which listens if there is a `backlog`. Raises
    ConfigurationError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
        if backlog is not None:
            bound.listen(backlog)
    except OSError as error:
        bound.close()
        raise ConfigurationError(
            f"HOST={settings.host} PORT={settings.port} cannot be listened on "
            f"({error.strerror}); try another, as in PORT={settings.port + 1}."
        ) from error
    return bound


def accepting_sockets(listening: socket.socket) -> list[socket.socket]:
    """Return `listening` and duplicates of it, for a server that is to listen on all of them.

    libuv, and so uvloop, accepts one connection per socket in a turn of its event loop. With one
    socket, a hundred clients that connect together to a busy server wait for a hundred turns."""
    # A duplicate sets whether its socket blocks, for all processes that share it. In another one
    # that already serves, `accept` would wait for a second connection with the first in hand.
    listening.setblocking(False)
    return [listening, *(listening.dup() for _ in range(ACCEPTS_PER_TURN - 1))]
