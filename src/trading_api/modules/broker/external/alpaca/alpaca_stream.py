"""Alpaca's stream `trade_updates` through alpaca-py, in the connector's process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from alpaca.trading.stream import TradingStream
from websockets.exceptions import WebSocketException

from trading_api.connectors.errors import ConnectorError
from trading_api.modules.broker.external.alpaca.alpaca_documents import (
    AlpacaTradeUpdate,
    read_document,
)
from trading_api.modules.broker.external.alpaca.alpaca_messages import (
    AUTHENTICATION,
    NOT_REACHED,
    AlpacaConfiguration,
)

PING_S, PONG_S = 10, 20
"""How often a ping is sent, and how long an answer may take before the connection is given up."""
HANDSHAKE_S = 10.0
UPDATES_MAX = 1_024
"""The updates that are read ahead; then the connection is read no further."""


class AlpacaStream(TradingStream):
    """One connection to the stream. Its own reconnecting loop, which waits up to 30 s and reports
    nothing, is not used."""

    def __init__(
        self,
        configuration: AlpacaConfiguration,
        on_listening: Callable[[], None],
        on_update: Callable[[AlpacaTradeUpdate], Awaitable[None]],
    ) -> None:
        super().__init__(
            configuration.api_key,
            configuration.api_secret,
            paper=False,
            raw_data=True,
            url_override=stream_url(configuration.url),
            websocket_params={
                "open_timeout": HANDSHAKE_S,
                "close_timeout": 1,
                "ping_interval": PING_S,
                "ping_timeout": PONG_S,
                "max_queue": UPDATES_MAX,
            },
        )
        self._on_listening, self._on_update = on_listening, on_update
        self._answer_limit: asyncio.Timeout | None = None
        self.subscribe_trade_updates(self._receive)

    async def listen(self) -> None:
        """Connect, and deliver updates in their order until the connection ends. Raises
        ConnectorError, with the code `authentication` where Alpaca refuses the keys."""
        try:
            async with asyncio.timeout(HANDSHAKE_S) as self._answer_limit:
                await self._start_ws()
                await self._consume()
        except TimeoutError:
            raise ConnectorError(NOT_REACHED, "Alpaca's stream does not answer.") from None
        except (OSError, WebSocketException, json.JSONDecodeError) as error:
            status = getattr(error, "status_code", 0)
            code = AUTHENTICATION if status in (401, 403) else NOT_REACHED
            text = f"Alpaca's stream ended: {str(error) or error.__class__.__name__}"
            raise ConnectorError(code, text) from None
        finally:
            await self.close()

    async def _auth(self) -> None:
        try:
            await super()._auth()
        except json.JSONDecodeError:
            raise
        except ValueError:
            text = "Alpaca's stream refuses the keys."
            raise ConnectorError(AUTHENTICATION, text) from None

    async def _dispatch(self, msg: dict[str, Any]) -> None:
        if msg.get("stream") != "listening":
            await super()._dispatch(msg)
            return
        if "trade_updates" not in msg.get("data", {}).get("streams", ()):
            raise ConnectorError(NOT_REACHED, "Alpaca's stream has no trade updates.")
        assert self._answer_limit is not None, "set by listen"
        self._answer_limit.reschedule(None)
        self._on_listening()

    async def _receive(self, message: Any) -> None:
        await self._on_update(read_document(message["data"], AlpacaTradeUpdate))


def stream_url(url: str) -> str:
    """Return the address of the stream at a REST address."""
    return f"ws{url.removeprefix('http').rstrip('/')}/stream"
