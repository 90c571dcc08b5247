"""Runs a strategy on an account of a server."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from trading_api_client.client import Client
from trading_api_client.strategy.live_run import LiveRun
from trading_api_client.strategy.strategy_creation import StrategyT
from trading_api_client.token_source import Token


class Live:
    """Runs strategies on a paper account or a live account.

    `base_url`, `account` and `token` are those of Client. The socket has a thread of its own, and
    the callbacks run on the thread that calls `run`. After an outage, missed bars and events are
    delivered once and in order."""

    def __init__(self, base_url: str, account: str | None = None, token: Token = None) -> None:
        self._base_url = base_url
        self._account = account
        self._token = token

    def run(self, strategy_class: type[StrategyT], **parameters: Any) -> StrategyT:
        """Run until the strategy calls `stop()`, or until Ctrl-C or SIGTERM, and return the
        strategy.

        Raises the exception of a callback. Raises ConnectionFailed if no server answers at the
        start, and Refused if the server rejects a subscription. After `on_start`, the strategy's
        `on_stop` is called in each case. Orders and positions stay as they are."""
        strategy: StrategyT | None = None
        with (
            _sigterm_as_interrupt(),
            suppress(KeyboardInterrupt),
            Client(self._base_url, self._token, self._account) as client,
        ):
            run = LiveRun(client, strategy_class, parameters)
            strategy = run.strategy
            run.subscribe()
            try:
                run.serve()
            finally:
                strategy.on_stop()
        if strategy is None:
            raise KeyboardInterrupt
        return strategy

    def __repr__(self) -> str:
        return f"Live({self._base_url!r}, account={self._account!r})"


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt on SIGTERM. Only the main thread can receive signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        # None is a handler that Python did not set and cannot set again.
        signal.signal(signal.SIGTERM, signal.SIG_DFL if previous is None else previous)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
