"""Runs a strategy on an account of a server."""

from __future__ import annotations

from contextlib import suppress
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
        """Run until the strategy calls `stop()`, or until Ctrl-C, and return the strategy.

        Raises the exception of a callback. Raises ConnectionFailed if no server answers at the
        start, and Refused if the server rejects a subscription. After `on_start`, the strategy's
        `on_stop` is called in each case. Orders and positions stay as they are."""
        with Client(self._base_url, self._token, self._account) as client:
            run = LiveRun(client, strategy_class, parameters)
            with suppress(KeyboardInterrupt):
                run.subscribe()
                try:
                    run.serve()
                finally:
                    run.strategy.on_stop()
            return run.strategy

    def __repr__(self) -> str:
        return f"Live({self._base_url!r}, account={self._account!r})"
