"""Answers with the last price, and publishes each change of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tests.kit.ticker_module.models import Ticker
from trading_api.domain.market_status import MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.quote import Quote
from trading_api.errors import SymbolNotFound
from trading_api.shared.ws.router_interface import parse_topic
from trading_api.streaming.route_service import TopicUpdate
from trading_api.streaming.subscriptions import Subscriptions


class TickerService:
    """Serves the module's endpoints and routes, and listens to the market."""

    def __init__(self, market: MarketData, subscriptions: Subscriptions) -> None:
        self._market = market
        self._subscriptions = subscriptions
        self._interest = market.listen(self)
        self._prices: dict[str, Decimal] = {}

    def ticker(self, symbol: str) -> Ticker:
        """Return the last price of a symbol. Raises SymbolNotFound."""
        instrument = self._market.instrument(symbol)
        quote = self._market.quote(instrument.symbol) if instrument else None
        if quote is None:
            raise SymbolNotFound(symbol)
        return _to_ticker(quote)

    # Topics

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        symbol = self.ticker(parse_topic(topic)[1]["symbol"]).symbol
        self._interest.add(symbol)
        self._subscriptions.attach(topic, topic_update, [("ticker", symbol)], stream=symbol)

    def remove_topic(self, topic: str) -> None:
        attached = self._subscriptions.topic(topic)
        if attached is not None and attached.stream is not None:
            self._interest.remove(attached.stream)
            self._subscriptions.detach(topic)

    def topic_state(self, topic: str) -> Sequence[Ticker]:
        return [self.ticker(parse_topic(topic)[1]["symbol"])]

    # The market's listener

    def on_update(self, update: MarketUpdate) -> None:
        quote = update.quote
        if self._prices.get(quote.symbol) != quote.last:
            self._prices[quote.symbol] = quote.last
            for topic in self._subscriptions.topics_of(("ticker", quote.symbol)):
                topic.publish(_to_ticker(quote))

    def on_heartbeat(self) -> None:
        """Ignore that time may have passed: nothing here depends on time."""

    def on_status(self, status: MarketStatus) -> None:
        """Ignore the market's status: the last price stays what it was."""

    async def flush(self) -> None:
        """Return immediately: every update is published when it comes."""


def _to_ticker(quote: Quote) -> Ticker:
    return Ticker(symbol=quote.symbol, price=float(quote.last), time=quote.time_ms)
