"""The simulated venue as a server in the event loop of the caller."""

from __future__ import annotations

import asyncio
import inspect
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from itertools import cycle
from pathlib import Path
from typing import IO, Any

import orjson
from aiohttp import web

from tests.kit.venue.clock import VenueClock
from tests.kit.venue.control import Control
from tests.kit.venue.errors import VenueError
from tests.kit.venue.instruments import INSTRUMENTS, Instrument
from tests.kit.venue.streams import PERIOD_S, TICKERS_EVERY
from tests.kit.venue.tape import Trade


class Venue(Control):
    """The venue with its server. `address` is `127.0.0.1:port`.

    `rate` is how many random trades happen a second, over all symbols; `log` is a file that each
    trade is written to, one JSON array a line: symbol, id, price, quantity, time, is_buyer_maker.
    """

    def __init__(
        self,
        *,
        instruments: Iterable[Instrument] = INSTRUMENTS,
        clock: VenueClock | None = None,
        seed: int = 1,
        history_minutes: int = 0,
        rate: float = 0,
        port: int = 0,
        log: Path | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            clock or VenueClock(),
            tuple(instruments),
            seed=seed,
            history_minutes=history_minutes,
            **options,
        )
        self.rate = rate
        self.address = ""
        self._port = port
        self._tasks: list[asyncio.Task[None]] = []
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.5)
        self._log: IO[bytes] | None = log.open("ab") if log else None
        self._rate_changed = asyncio.Event()
        if self._log:
            self.market.trade_listeners.append(self._write)

    async def start(self) -> None:
        await self._runner.setup()
        listening = socket.create_server(("127.0.0.1", self._port))
        await web.SockSite(self._runner, listening).start()
        self.address = f"127.0.0.1:{listening.getsockname()[1]}"
        self._tasks = [asyncio.create_task(each) for each in (self._tick(), self._trade())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self.faults.clear()
        self.streams.drop()
        self.user_stream.close()
        await self._runner.cleanup()
        if self._log:
            self._log.close()

    def set_rate(self, rate: float) -> None:
        """Set how many random trades happen a second, over all symbols."""
        self.rate = rate
        self._rate_changed.set()

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/stream/ws", self._serve_stream)
        app.router.add_get("/stream/ws/{tail:.*}", self._serve_stream)
        app.router.add_get("/ws-api/v3", self._serve_user_stream)
        app.router.add_post("/control/{command}", self._serve_control)
        app.router.add_route("*", "/{path:.*}", self.gate.serve)
        return app

    async def _serve_stream(self, request: web.Request) -> web.StreamResponse:
        if refused := self._refused():
            return refused
        return await self.streams.serve(request)

    async def _serve_user_stream(self, request: web.Request) -> web.StreamResponse:
        if refused := self._refused():
            return refused
        return await self.user_stream.serve(request)

    def _refused(self) -> web.Response | None:
        if self.faults.take("maintenance") or self.faults.take("refuse_sockets"):
            return web.Response(status=503, text="Service Unavailable")
        return None

    async def _serve_control(self, request: web.Request) -> web.Response:
        """Call the method of the controls that the path names with the arguments of the body."""
        command = request.match_info["command"]
        if command.startswith("_") or not hasattr(Control, command):
            return web.Response(status=404, text=f"no command {command}")
        arguments = orjson.loads(await request.read() or b"{}")
        try:
            result = getattr(self, command)(**arguments)
            if inspect.isawaitable(result):
                result = await result
        except (ValueError, KeyError, TypeError, VenueError, TimeoutError) as error:
            return web.Response(status=400, text=repr(error))
        return web.Response(body=orjson.dumps(result), content_type="application/json")

    async def _tick(self) -> None:
        loop, periods = asyncio.get_running_loop(), 0
        while True:
            await asyncio.sleep(PERIOD_S - loop.time() % PERIOD_S)
            self.streams.tick(with_tickers=periods % TICKERS_EVERY == 0)
            periods += 1
            if self._log:
                self._log.flush()

    async def _trade(self) -> None:
        """Trade at the rate, evenly spread; after a pause of the process catch up immediately."""
        loop, symbols = asyncio.get_running_loop(), cycle(self.market.tapes)
        while True:
            if not self.rate:
                self._rate_changed.clear()
                await self._rate_changed.wait()
            due = loop.time()
            while self.rate:
                due += 1 / self.rate
                if (wait_s := due - loop.time()) > 0:
                    await asyncio.sleep(wait_s)
                self.market.step(next(symbols))

    def _write(self, trade: Trade) -> None:
        row = (trade.symbol, trade.id, str(trade.price), str(trade.quantity), trade.time_ms)
        assert self._log is not None
        self._log.write(orjson.dumps((*row, trade.is_buyer_maker)) + b"\n")


@asynccontextmanager
async def venue(**options: Any) -> AsyncIterator[Venue]:
    """Serve a venue while the block runs. The options are those of `Venue`."""
    served = Venue(**options)
    await served.start()
    try:
        yield served
    finally:
        await served.stop()
