"""The module's WebSocket route.

A module in `modules/` has only an alias here,
`TickerWsRouter: TypeAlias = WsRouter[Request, Data]`, and `make generate-ws-routers` writes
the class. A module in another package writes it by hand.
"""

from typing import Any

from tests.kit.ticker_module.models import Ticker, TickerSubscriptionRequest
from trading_api.models.ws import SubscriptionResponse, SubscriptionUpdate
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.shared.ws.router_interface import WsRouteService
from trading_api.streaming.session import Session


class TickerWsRouter(WsRouter[TickerSubscriptionRequest, Ticker]):
    """The messages `ticker.subscribe`, `ticker.unsubscribe` and `ticker.update`."""

    async def subscribe(
        self, payload: TickerSubscriptionRequest, client: Session
    ) -> SubscriptionResponse:
        """Follow a topic: its present state, then its changes."""
        return await self.handle_subscribe(payload, client)

    def unsubscribe(
        self, payload: TickerSubscriptionRequest, client: Session
    ) -> SubscriptionResponse:
        """Stop following a topic."""
        return self.handle_unsubscribe(payload, client)

    def update(self, payload: SubscriptionUpdate[Ticker]) -> SubscriptionUpdate[Ticker]:
        """One Ticker of a topic."""
        return payload


class TickerWsRouters(list[WsRouter[Any, Any]]):
    """The routers of all routes of the module. Of two unsent updates of a topic with the same
    `conflation_key`, a slow client receives only the newer one."""

    def __init__(self, service: WsRouteService) -> None:
        router = TickerWsRouter(
            route="ticker",
            service=service,
            tags=["ticker"],
            conflation_key=lambda ticker: "price",
        )
        super().__init__([router])
