"""Reads that are repeated until the server answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from trading_api_client.errors import ConnectionFailed, TimedOut

T = TypeVar("T")

log = logging.getLogger("trading_api_client")


def read_with_retries(read: Callable[[], T]) -> T:
    """Return the result of a read. Repeat the read until the server answers.

    The client itself repeats a request with a back-off until its timeout. Only a read may be
    repeated after that, because it changes nothing. Raises Refused."""
    while True:
        try:
            return read()
        except (ConnectionFailed, TimedOut) as error:
            log.warning("read_retried: %s", error)
