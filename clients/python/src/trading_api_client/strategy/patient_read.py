"""Reads that outlast an outage of the server."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from trading_api_client.errors import ConnectionFailed, TimedOut

T = TypeVar("T")

log = logging.getLogger("trading_api_client")


def patiently(read: Callable[[], T]) -> T:
    """Return what the read returns, once the server answers.

    The client itself repeats a request with a back-off, until its time limit. Only a read may be
    repeated after that: it changes nothing. Raises ApiError."""
    while True:
        try:
            return read()
        except (ConnectionFailed, TimedOut) as error:
            log.warning("The server does not answer a strategy: %s", error)
