"""The datafeed's WebSocket routes. `make generate-ws-routers` reads the aliases."""

from typing import Any, TypeAlias

from trading_api.models.market import (
    Bar,
    BarsSubscriptionRequest,
    Orderbook,
    OrderbookSubscriptionRequest,
    QuoteData,
    QuotesSubscriptionRequest,
    ReplayState,
    ReplaySubscriptionRequest,
    Trade,
    TradesSubscriptionRequest,
)
from trading_api.modules.datafeed import ws_generated
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.shared.ws.router_interface import ResumableService

BarWsRouter: TypeAlias = WsRouter[BarsSubscriptionRequest, Bar]
QuoteWsRouter: TypeAlias = WsRouter[QuotesSubscriptionRequest, QuoteData]
TradeWsRouter: TypeAlias = WsRouter[TradesSubscriptionRequest, Trade]
OrderbookWsRouter: TypeAlias = WsRouter[OrderbookSubscriptionRequest, Orderbook]
ReplayWsRouter: TypeAlias = WsRouter[ReplaySubscriptionRequest, ReplayState]


class DatafeedWsRouters(list[WsRouter[Any, Any]]):
    def __init__(self, service: ResumableService) -> None:
        super().__init__(
            [
                ws_generated.BarWsRouter(
                    route="bars",
                    service=service,
                    tags=["datafeed"],
                    conflation_key=lambda bar: bar.time,
                    sequencer=service,
                    position=lambda bar: bar.time,
                ),
                ws_generated.QuoteWsRouter(
                    route="quotes",
                    service=service,
                    tags=["datafeed"],
                    conflation_key=lambda quote: quote.n,
                    symbol_count=lambda each: len({*each.symbols, *each.fast_symbols}),
                ),
                ws_generated.TradeWsRouter(
                    route="trades",
                    service=service,
                    tags=["datafeed"],
                    sequencer=service,
                    position=lambda trade: trade.time,
                ),
                ws_generated.OrderbookWsRouter(
                    route="orderbook",
                    service=service,
                    tags=["datafeed"],
                    conflation_key=lambda book: "book",
                ),
                ws_generated.ReplayWsRouter(
                    route="replay",
                    service=service,
                    tags=["datafeed"],
                    conflation_key=lambda state: "replay",
                ),
            ]
        )
