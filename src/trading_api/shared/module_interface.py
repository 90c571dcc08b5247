"""What a module is to the application, and what the application gives it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fastapi import APIRouter

from trading_api.domain.ports.market_data import MarketData
from trading_api.observability.metrics import Metrics
from trading_api.settings import Settings
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.streaming.subscriptions import Subscriptions


@dataclass(frozen=True, slots=True)
class ModuleContext:
    settings: Settings
    market: MarketData
    clock_ms: Callable[[], int]
    metrics: Metrics = field(default_factory=Metrics)
    subscriptions: Subscriptions = field(default_factory=Subscriptions)


class Module(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def service(self) -> Any:
        """What the module's endpoints are given (shared/api/provide.py)."""
        ...

    def get_api_routers(self) -> Sequence[APIRouter]:
        """Mounted under /api/v1."""
        ...

    def get_ws_routers(self) -> Sequence[WsRouter[Any, Any]]: ...

    async def start(self) -> None:
        """Done before the first request is served."""
        ...

    async def run(self) -> None:
        """The module's own work while the application lives; cancelled at its end."""
        ...


ModuleFactory = Callable[[ModuleContext], Module]
