"""The interface between the application and its modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, runtime_checkable

from fastapi import APIRouter
from starlette.types import ASGIApp

from trading_api.domain.ports.broker import Broker, ExecutionVenue
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.ports.market_history import MarketHistory
from trading_api.errors import ConfigurationError
from trading_api.limits.command_admission import CommandAdmission
from trading_api.observability.metrics import Metrics
from trading_api.observability.readiness import Readiness
from trading_api.settings import Settings
from trading_api.shared.ws.command_route import WsCommandRouter
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.streaming.subscriptions import Subscriptions

AnyWsRouter: TypeAlias = WsRouter[Any, Any] | WsCommandRouter[Any, Any]


@dataclass(frozen=True, slots=True)
class ModuleContext:
    """What the application provides to every module.

    `clock_ms` returns the current time in ms since 1970: of the wall clock, or of the step clock.
    """

    settings: Settings
    market: MarketData
    clock_ms: Callable[[], int]
    metrics: Metrics = field(default_factory=Metrics)
    readiness: Readiness = field(default_factory=Readiness)
    subscriptions: Subscriptions = field(default_factory=Subscriptions)
    venue: ExecutionVenue | None = None
    """Where orders are executed. None while the module `broker`, which runs it, is disabled."""
    shard_epochs: Mapping[int, int] | None = None
    """The epoch of each shard whose accounts this process owns at the moment. None where it owns
    all accounts from its start to its end."""
    market_history: MarketHistory | None = None
    """What the process's market source has stored. None in a process without a source."""
    command_admission: CommandAdmission | None = None
    """Counts the commands of each account, however they arrive. None where owners count them."""

    @property
    def broker(self) -> Broker:
        """The port by which a module trades. Raises ConfigurationError without module `broker`."""
        if self.venue is None:
            raise ConfigurationError("ENABLED_MODULES: trading needs the module broker.")
        return self.venue

    @property
    def history(self) -> MarketHistory:
        """The port by which a module reads stored bars, quotes and trades. Raises
        ConfigurationError in a process that does not own the market."""
        if self.market_history is None:
            raise ConfigurationError("This module needs the process that owns the market.")
        return self.market_history

    @property
    def admission(self) -> CommandAdmission:
        """What a module calls before each command of an account. Raises ConfigurationError in a
        process that does not own the accounts."""
        if self.command_admission is None:
            raise ConfigurationError("This module needs the process that owns the accounts.")
        return self.command_admission


def topic_routers(routers: Iterable[AnyWsRouter]) -> list[WsRouter[Any, Any]]:
    """Return the routers of topics, without those of commands."""
    return [router for router in routers if isinstance(router, WsRouter)]


class Module(Protocol):
    """A part of the application with its own service, REST routes and WebSocket routes."""

    @property
    def name(self) -> str:
        """The name by which ENABLED_MODULES selects the module."""
        ...

    @property
    def service(self) -> Any:
        """The service that the module's endpoints depend on (`web/dependencies.py`)."""
        ...

    def get_api_routers(self) -> Sequence[APIRouter]:
        """Return the module's REST routers, which are mounted under /api/v1."""
        ...

    def get_ws_routers(self) -> Sequence[AnyWsRouter]:
        """Return one router for each WebSocket route of the module: of topics and of commands."""
        ...

    async def start(self) -> None:
        """Prepare the module. It is awaited before the first request is served."""
        ...

    async def run(self) -> None:
        """Do the module's background work. The task is cancelled when the server stops."""
        ...


@runtime_checkable
class MountedApplications(Protocol):
    """A module that serves a protocol of its own, next to the REST and WebSocket routes.

    Its requests pass the same middleware as all others: limits, access log, host and origin."""

    def applications(self) -> Mapping[str, ASGIApp]:
        """Return ASGI applications by the path below which each answers every HTTP request and
        WebSocket connection, such as `/api/v1/alpaca`."""
        ...


@runtime_checkable
class AuthenticatesClients(Protocol):
    """A module whose clients cannot send a bearer token, and which authenticates them itself."""

    def authenticated_paths(self) -> str:
        """Return a regular expression of the whole paths that are not authenticated before the
        module is called. The module identifies the caller before it reads anything else of a
        request."""
        ...


@runtime_checkable
class ShardedAccounts(Protocol):
    """What holds the accounts of single shards, in a process that owns a part of them.

    A module that stores something of accounts implements it."""

    async def load_shard(self, shard: int) -> None:
        """Load what is stored of a shard's accounts, and serve it. Other shards are served
        meanwhile. Raises ConfigurationError."""
        ...

    async def release_shard(self, shard: int) -> None:
        """Serve a shard no longer, finish what has begun, and remove it from memory."""
        ...


ModuleFactory = Callable[[ModuleContext], Module]
