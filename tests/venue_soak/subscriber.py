"""A client of the server's socket, which keeps what it received of trades and bars."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect

from tests.venue_soak.tape_judge import Tape

Bar = dict[str, Any]


class Subscriber:
    """Receives the trades and the minute bars of symbols. `bars` holds the newest state of each bar
    by symbol and time. `disorder` counts bars that came after a newer one."""

    def __init__(self, symbols: Sequence[str]) -> None:
        self.symbols = symbols
        self.tapes = {symbol: Tape() for symbol in symbols}
        self.bars: dict[str, dict[int, Bar]] = {symbol: {} for symbol in symbols}
        self.disorder = 0
        self.closed = ""

    async def run(self, address: str) -> None:
        """Receive until cancelled, or until the server closes, which `closed` then explains."""
        url = f"ws://{address}/api/v1/ws"
        async with connect(url, max_queue=None, compression=None, max_size=2**24) as connection:
            for symbol in self.symbols:
                await _subscribe(connection, "trades", {"symbol": symbol})
                await _subscribe(connection, "bars", {"symbol": symbol, "resolution": "1"})
            async for text in connection:
                self._receive(orjson.loads(text), time.time_ns() // 1_000)
            self.closed = f"{connection.close_code} {connection.close_reason}"

    async def wait_for(self, symbol: str, price: float, quantity: float, timeout_s: float) -> bool:
        """Return whether the newest trade became this one in time."""
        tape, loop = self.tapes[symbol], asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while loop.time() < deadline:
            if len(tape) and (tape.prices[-1], tape.quantities[-1]) == (price, quantity):
                return True
            await asyncio.sleep(0.05)
        return False

    def _receive(self, message: dict[str, Any], arrived_us: int) -> None:
        if message["type"] == "trades.update":
            data = message["payload"]["payload"]
            tape = self.tapes[data["symbol"]]
            tape.add(0, data["time"], data["price"], data["qty"], arrived_us)
        elif message["type"] == "bars.update":
            topic, bar = message["payload"]["topic"], message["payload"]["payload"]
            symbol = json.loads(topic.partition(":")[2])["symbol"]
            bars = self.bars[symbol]
            if bars and bar["time"] < next(reversed(bars)):
                self.disorder += 1
            bars[bar["time"]] = bar


async def _subscribe(connection: ClientConnection, route: str, payload: dict[str, Any]) -> None:
    await connection.send(json.dumps({"type": f"{route}.subscribe", "payload": payload}))
