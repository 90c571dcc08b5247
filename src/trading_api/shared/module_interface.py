"""The interface between the application and its modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, runtime_checkable

from fastapi import APIRouter

from trading_api.domain.ports.broker import Broker, ExecutionVenue
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import ConfigurationError
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

    @property
    def broker(self) -> Broker:
        """The port by which a module trades. Raises ConfigurationError without module `broker`."""
        if self.venue is None:
            raise ConfigurationError("ENABLED_MODULES: trading needs the module broker.")
        return self.venue


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
