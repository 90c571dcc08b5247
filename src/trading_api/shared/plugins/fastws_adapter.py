"""FastWS bound to streaming."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, cast

from fastapi import FastAPI
from fastws import Client, FastWS, Message, OperationRouter
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket

from trading_api.auth.tokens import TokenVerifier
from trading_api.limits.connection_limiter import Lease
from trading_api.observability.metrics import Metrics
from trading_api.shared.plugins.asyncapi_document import normalize
from trading_api.shared.plugins.asyncapi_page import asyncapi_page
from trading_api.shared.ws.auth_route import AuthRouter
from trading_api.shared.ws.command_route import WsCommandRouter
from trading_api.shared.ws.command_runner import CommandRunner
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.streaming.fan_out import FanOut
from trading_api.streaming.session import Session, SessionOptions
from trading_api.streaming.session_manager import SessionManager
from trading_api.streaming.subscriptions import Subscriptions
from trading_api.web.cached_response import CachedResponse
from trading_api.web.compressed_files import CompressedFiles
from trading_api.web.rest_documentation import PAGE_ASSETS


async def _idle() -> None:
    """Return immediately: there is nothing else to wait for."""


class FastWSAdapter(FastWS):
    """FastWS matches messages to operations, validates and documents them. Sessions, subscriptions
    and the delivery of updates are those of `trading_api.streaming`.

    `path` is where the application mounts the endpoint. `routers` are those of the topics.
    `wait_idle` waits until no request and no command is in progress. `commands` runs the commands
    of routers that have one."""

    def __init__(
        self,
        *,
        path: str,
        subscriptions: Subscriptions,
        options: SessionOptions,
        tokens: TokenVerifier,
        now_ms: Callable[[], int],
        wait_idle: Callable[[], Awaitable[None]] = _idle,
        commands: CommandRunner | None = None,
        **about: Any,
    ) -> None:
        super().__init__(
            heartbeat_interval=options.heartbeat_s,
            max_connection_lifespan=options.lifespan_s,
            **about,
        )
        self.path = path
        self.subscriptions = subscriptions
        self.fan_out = FanOut(now_ms)
        self._manager = SessionManager(options, tokens, self.fan_out, subscriptions, wait_idle)
        self._requires_token = tokens.is_required
        self._runner = commands
        self._commands: dict[str, WsCommandRouter[Any, Any]] = {}
        self.routers: list[WsRouter[Any, Any]] = []
        self.connections = cast(dict[str, Client], self._manager.sessions)
        self.include_router(AuthRouter(tokens, self._manager.authenticate))

    def include_router(self, router: OperationRouter, *, prefix: str = "") -> None:
        """Serve the router's operations.

        FastWS creates every operation again with the prefixes before its name, and two models of
        pydantic for each. Operations without a prefix are taken as they are, in half of the time.
        """
        if prefix or router.prefix:
            super().include_router(router, prefix=prefix)
        else:
            names = {route.operation for route in self.router.routes}
            for route in router.routes:
                assert route.operation not in names, f"there are two operations {route.operation}"
                names.add(route.operation)
            self.router.routes += router.routes
        if isinstance(router, WsRouter):
            router.bind(self.fan_out, self.subscriptions)
            self.routers.append(router)
        elif isinstance(router, WsCommandRouter):
            assert self._runner is not None, "a router of a command needs a CommandRunner"
            self._commands[router.route] = router

    # The life of one connection

    async def manage(self, ws: WebSocket) -> AsyncGenerator[Session, None]:
        """Yield a client's session, and release what it held however it ends.

        Unlike FastWS's own, it swallows no exception, for FastAPI would then end the socket without
        a close frame. Raises ApiError and WebSocketException before the upgrade."""
        with Lease() as lease:
            session = await self._manager.open(ws, lease)
            try:
                yield session
            finally:
                self._manager.unregister(session)

    async def serve(self, client: Client) -> None:
        """Read and answer a client's messages until it leaves or the session is closed."""
        assert isinstance(client, Session), "only `manage` makes clients"
        await client.serve(self._handle)

    async def _handle(self, message: Message[str, Any], session: Session) -> None:
        command = self._commands.get(message.type)
        if command is not None and self._runner is not None:
            self._runner.start(command, message.payload, session)
            return
        reply: Any = await self(message, method="SEND", client=session)
        if reply is not None:
            session.reply(reply.type, reply.payload)

    # The life of the application

    async def run(self) -> None:
        """Deliver updates until cancelled, and close every session when the server stops."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.fan_out.run())
            tasks.create_task(self._manager.close_on_shutdown())

    def stop(self) -> None:
        """Accept no new session, and let `run` close those that are open."""
        self._manager.request_shutdown()

    async def wait_delivered(self) -> None:
        """Wait until every published update is in the outboxes and half of each outbox is free."""
        await self._manager.wait_delivered()

    def sessions(self) -> list[Session]:
        return list(self._manager.sessions.values())

    def register_metrics(self, metrics: Metrics) -> None:
        self._manager.register_metrics(metrics)

    # The document

    def setup(self, app: FastAPI) -> None:
        """Serve the AsyncAPI document and its page. FastWS's own page would load scripts from the
        internet."""
        document = CachedResponse(lambda: JSONResponse(self.asyncapi()))
        page = CachedResponse(lambda: asyncapi_page(self.asyncapi(), self._requires_token))
        assets = CompressedFiles(packages=[("trading_api.shared.plugins", "assets"), PAGE_ASSETS])
        app.add_route(f"{self.path}/asyncapi.json", document.respond, include_in_schema=False)
        app.add_route(f"{self.path}/asyncapi", page.respond, include_in_schema=False)
        app.mount(f"{self.path}/asyncapi/assets", assets)

    def asyncapi(self) -> dict[str, Any]:
        if self.asyncapi_schema is None:
            data_models = {router.route: router.data_model for router in self.routers}
            self.asyncapi_schema = normalize(super().asyncapi(), self.path, data_models)
        return self.asyncapi_schema
