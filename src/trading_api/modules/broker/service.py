"""The topics of the broker's WebSocket routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pydantic import BaseModel

from trading_api.domain.ports.broker import Broker
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.ports.market_history import MarketHistory
from trading_api.errors import SymbolNotFound
from trading_api.modules.broker.account_commands import AccountCommands
from trading_api.modules.broker.performance.background_readings import BackgroundReadings
from trading_api.modules.broker.performance.daily_prices import DailyPriceReader
from trading_api.modules.broker.performance.performance_reader import PerformanceReader
from trading_api.modules.broker.presenters.accounts import (
    to_account_state,
    to_connection_status,
    to_equity,
    to_open_positions,
    to_position_pls,
)
from trading_api.modules.broker.presenters.notifications import NotificationPresenter
from trading_api.modules.broker.presenters.orders import to_placed_order
from trading_api.modules.broker.publishing.account_topics import CONNECTION_ROUTE, AccountTopics
from trading_api.modules.broker.publishing.day_change import DayChange
from trading_api.modules.broker.publishing.publisher import EventPublisher
from trading_api.modules.broker.publishing.replay import missed_updates
from trading_api.modules.broker.queries.account_queries import AccountQueries
from trading_api.modules.broker.queries.performance_queries import PerformanceQueries
from trading_api.streaming.route_service import SequencedUpdate, TopicUpdate
from trading_api.streaming.subscriptions import Subscriptions
from trading_api.streaming.topics import parse_topic

VALUED_ROUTES = {"account", "equity", "position-pl"}
"""The routes whose updates follow the value of an account's positions."""
MONEY_ROUTES = {"account", "equity"}
"""The routes whose updates include every event of the account up to `as_of_seq`."""
UNNUMBERED_ROUTES = {CONNECTION_ROUTE, "position-pl"}
"""The routes whose updates are no events of the account."""


class BrokerService:
    """A ResumableService over the broker port. Endpoints give `commands` and read through
    `queries`. A subscription needs an account that the client was granted."""

    def __init__(
        self,
        broker: Broker,
        market: MarketData,
        subscriptions: Subscriptions,
        currency: str,
        clock_ms: Callable[[], int],
        market_history: MarketHistory | None = None,
    ) -> None:
        self.broker = broker
        self.commands = AccountCommands(broker)
        self._notifications = NotificationPresenter(market, currency)
        prices = DailyPriceReader(market, market_history, currency)
        self._readings = BackgroundReadings()
        reader = PerformanceReader(broker, market, prices, self._readings)
        performance = PerformanceQueries(broker, reader)
        self.queries = AccountQueries(broker, market, self._notifications, currency, performance)
        self._market = market
        self._clock_ms = clock_ms
        self._topics = AccountTopics(subscriptions)
        # By topic, the account that it keeps in memory.
        self._pinned: dict[str, str] = {}
        publisher = EventPublisher(broker, self._topics, self._notifications, clock_ms)
        broker.listen(publisher)
        market.listen(DayChange(market, self._shown_accounts, publisher.on_new_day))

    async def close(self) -> None:
        """End what is read in the background."""
        await self._readings.close()

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        """Start to publish a topic. Raises SymbolNotFound and Unavailable."""
        route, request = parse_topic(topic)
        if "symbol" in request and self._market.instrument(request["symbol"]) is None:
            raise SymbolNotFound(request["symbol"])
        account_id = request["accountId"]
        await self.broker.load(account_id)
        self._topics.open(topic, topic_update, self.broker.snapshot(account_id).seq)
        if topic not in self._pinned:
            self._pinned[topic] = account_id
            self.broker.pin(account_id)
            if route in VALUED_ROUTES:
                self.broker.watch_valuation(account_id)

    def _shown_accounts(self) -> list[str]:
        """Return the accounts with an open topic of the route `account`."""
        return [id for topic, id in self._pinned.items() if topic.startswith("account:")]

    def remove_topic(self, topic: str) -> None:
        """Stop publishing a topic. Ignores an unknown topic."""
        if account_id := self._pinned.pop(topic, ""):
            if topic.partition(":")[0] in VALUED_ROUTES:
                self.broker.unwatch_valuation(account_id)
            self.broker.unpin(account_id)
        self._topics.close(topic)

    def topic_state(self, topic: str) -> Sequence[BaseModel]:
        """Return what a topic shows now: live orders, open positions, their profits,
        money or the connection."""
        stream = self._topics.stream(topic)
        if stream.route == CONNECTION_ROUTE:
            return [
                to_connection_status(self.broker.connection(stream.account_id), self._clock_ms())
            ]
        account = self.broker.snapshot(stream.account_id)
        match stream.route:
            case "orders":
                return [to_placed_order(order) for order in account.live_orders()]
            case "positions":
                return to_open_positions(account)
            case "position-pl":
                return to_position_pls(account)
            case "equity":
                return [to_equity(account)]
            case "account":
                return [to_account_state(account)]
            case _:
                return []

    def sequence(self, topic: str) -> Mapping[str, int]:
        """Return the number of the last event that the topic's present state includes."""
        stream = self._topics.stream(topic)
        if stream.route in UNNUMBERED_ROUTES:
            return {}
        seq = self.broker.snapshot(stream.account_id).seq
        return {"as_of_seq": seq} if stream.route in MONEY_ROUTES else {"seq": seq}

    async def replay_since(
        self, topic: str, seq: int, prev: int | None = None
    ) -> Sequence[SequencedUpdate] | None:
        """Return the topic's updates after event `seq`, or None where they are too many or
        unknown. `prev` is the last update that the client has, by default `seq`. Raises
        Unavailable."""
        stream = self._topics.stream(topic)
        prev = seq if prev is None else prev
        missed = await missed_updates(self.broker, self._notifications, stream, seq, prev)
        if missed is not None:
            stream.resume_from(int(missed[-1].meta["seq"]) if missed else prev)
        return missed
