"""FastWS bound to the delivery path."""

from __future__ import annotations

import asyncio
import logging
import math
import re
from collections.abc import AsyncGenerator, Callable
from typing import Any

from fastapi import FastAPI, WebSocketException
from fastws import Client, FastWS, OperationRouter
from fastws.routing import NoMatchingOperation
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.websockets import WebSocket

from trading_api.shared.auth import is_admitted_origin
from trading_api.shared.delivery.fan_out import FanOut
from trading_api.shared.delivery.session import Session
from trading_api.shared.plugins.asyncapi_document import tidied
from trading_api.shared.plugins.asyncapi_page import asyncapi_page
from trading_api.shared.ws.generic_route import WsRouter

log = logging.getLogger(__name__)

CATCH_UP_S = 5.0


class FastWSAdapter(FastWS):
    """FastWS routes the messages and describes them; connections, replies and updates go through
    `shared/delivery`. `path` is where the application mounts the endpoint."""

    def __init__(
        self,
        *,
        path: str,
        outbox_size: int,
        heartbeat_interval: float | None,
        max_connection_lifespan: float | None,
        origins: re.Pattern[str],
        now_ms: Callable[[], int],
        catch_up_s: float = CATCH_UP_S,
        **about: Any,
    ) -> None:
        super().__init__(
            heartbeat_interval=heartbeat_interval,
            max_connection_lifespan=max_connection_lifespan,
            **about,
        )
        self.path = path
        self.outbox_size = outbox_size
        self.origins = origins
        self.catch_up_s = catch_up_s
        self.fan_out = FanOut(now_ms)
        self.ws_routers: dict[str, WsRouter[Any, Any]] = {}

    def include_router(self, router: OperationRouter, *, prefix: str = "") -> None:
        super().include_router(router, prefix=prefix)
        if isinstance(router, WsRouter):
            router.bind(self.fan_out)
            self.ws_routers[f"{router.route}.update"] = router

    def setup(self, app: FastAPI) -> None:
        """The document and its page; FastWS's own page would load scripts from the internet."""
        app.add_route(f"{self.path}/asyncapi.json", self._document, include_in_schema=False)
        app.add_route(f"{self.path}/asyncapi", self._page, include_in_schema=False)

    def asyncapi(self) -> dict[str, Any]:
        if self.asyncapi_schema is None:
            self.asyncapi_schema = tidied(super().asyncapi(), self.path)
        return self.asyncapi_schema

    async def drain(self) -> None:
        """Takes updates from the routers' queues to the clients, until cancelled."""
        await self.fan_out.run()

    async def delivered(self) -> None:
        """Everything posted is in the outboxes, and half of each is free; a client that reads
        nothing for `catch_up_s` is cut off."""
        self.fan_out.drain()
        for client in list(self.connections.values()):
            assert isinstance(client, Session), "only `manage` makes clients"
            await client.catch_up(self.catch_up_s)

    def publish(self, topic: str, data: BaseModel, message_type: str) -> None:
        """Hands one datum to a topic's subscribers, by way of its router's queue."""
        self.fan_out.post(self.ws_routers[message_type], topic, (data,))

    async def manage(self, ws: WebSocket) -> AsyncGenerator[Session, None]:
        """A client's life: what it held is released however it ends. Unlike FastWS's own, it
        swallows no exception, for FastAPI would then end the socket without a close frame."""
        origin, host = ws.headers.get("origin"), ws.headers.get("host")
        if not is_admitted_origin(origin, host, self.origins):
            raise WebSocketException(1008, "This page's origin is not admitted")
        await self._auth(ws)
        session = Session(ws, self.outbox_size, self.fan_out.filled, self.fan_out.flush_soon)
        self._connect(session)
        try:
            yield session
        finally:
            session.end()
            log.info(
                "client_gone",
                extra={
                    "client": session.uid[:8],
                    "ended": session.ended,
                    "topics": len(session.topics),
                    "clients_left": len(self.connections) - 1,
                },
            )
            self._disconnect(session)
            self.fan_out.topics.release(session)

    async def serve(self, client: Client) -> None:
        """Reads and answers until the client goes; or closes it, with a code that says why."""
        assert isinstance(client, Session), "only `manage` makes clients"
        try:
            await self._read(client)
        except (ValueError, NoMatchingOperation, TimeoutError) as error:
            if client.too_slow:
                await client.close(1013, "Too slow for its updates; connect and subscribe again")
            else:
                await client.close(*await self._close_reason(error))
        except Exception:
            log.exception("session_failed", extra={"client": client.uid})
            await client.close(1011, "Internal error")

    async def _read(self, client: Session) -> None:
        """Raises TimeoutError when the heartbeat or the lifespan is over, or the client is cut
        off."""
        now_s = asyncio.get_running_loop().time
        interval, lifespan = self.heartbeat_interval, self.max_connection_lifespan
        end_s = math.inf if lifespan is None else now_s() + lifespan
        async with asyncio.timeout(None) as deadline:

            def wait_on() -> None:
                # What comes too late, or from a client that is cut off, changes nothing.
                if not (deadline.expired() or client.too_slow):
                    silent_s = math.inf if interval is None else now_s() + interval
                    when_s = min(silent_s, end_s)
                    deadline.reschedule(None if when_s == math.inf else when_s)

            def cut_off() -> None:
                if not deadline.expired():
                    deadline.reschedule(now_s())

            wait_on()
            client.on_heard, client.on_cut_off = wait_on, cut_off
            try:
                async for message in client:
                    await self.client_send(message, client=client)
                    # Others get their turn between a client's buffered messages, and a client
                    # that does not read its replies is not read from.
                    await asyncio.sleep(0)
                    await client.outbox.calm()
            finally:
                client.on_heard = client.on_cut_off = lambda: None

    async def _close_reason(self, error: Any, *_: Any) -> tuple[int, str]:
        try:
            await self.handle_exception(error)
        except WebSocketException as closing:
            return closing.code, closing.reason
        raise AssertionError("handle_exception always raises")

    async def _document(self, _: Request) -> JSONResponse:
        return JSONResponse(self.asyncapi())

    async def _page(self, _: Request) -> HTMLResponse:
        return HTMLResponse(asyncapi_page(self.asyncapi()))
