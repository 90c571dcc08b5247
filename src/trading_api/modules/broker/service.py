"""The broker: commands in, state and updates out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.domain.market_status import MarketStatus
from trading_api.models.broker import (
    Brackets,
    LeveragePreviewResult,
    LeverageSetParams,
    OrderPreviewResult,
    PreOrder,
)
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    CancelOrders,
    ClosePosition,
    Command,
    DepositCash,
    EditBrackets,
    ModifyOrder,
    PlaceOrder,
    ResetAccount,
    ReversePosition,
    SetLeverage,
)
from trading_api.modules.broker.engine.engine import Duplicate, find_duplicate
from trading_api.modules.broker.engine.events import Event, OrderCanceled, OrderPlaced
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.journal.ports import Journal, JournalEntry
from trading_api.modules.broker.mapping import (
    to_connection_status,
    to_decimal,
    to_optional_decimal,
    to_placed_order,
)
from trading_api.modules.broker.paper.account_views import Views
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.modules.broker.paper.command_log import CommandLog
from trading_api.modules.broker.paper.command_processor import Writer
from trading_api.modules.broker.paper.idempotency import bare_symbol, command_key
from trading_api.modules.broker.paper.market_listener import PaperMarketListener
from trading_api.modules.broker.paper.order_requests import Tickets
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.modules.broker.paper.prices import Prices
from trading_api.modules.broker.publishing.publisher import Announcer
from trading_api.modules.broker.publishing.topics import FollowedTopics
from trading_api.modules.broker.queries.account_queries import Statements
from trading_api.modules.broker.queries.preview import forecast, preview_leverage, preview_of
from trading_api.modules.broker.rejection_mapping import refusal
from trading_api.shared.module_interface import ModuleContext
from trading_api.shared.ws.router_interface import SequencedUpdate, TopicUpdate, parse_topic

EXPIRY_CHECK_S = 1.0


class BrokerService:
    """Accounts are those that the caller was granted (shared/auth). A command with a key that was
    done before is not done again."""

    def __init__(self, journal: Journal, terms: ExchangeRules, context: ModuleContext) -> None:
        self._journal = journal
        self._terms = terms
        self._market = context.market
        self._settings = context.settings
        self._clock_ms = context.clock_ms
        self._prices = Prices(context.market, context.settings.account_currency)
        interest = PriceInterest(self._prices.symbols_to_price)
        self._accounts = Accounts(terms, interest)
        self._tickets = Tickets(context.market)
        self._topics = FollowedTopics()
        self._views = Views(self._accounts, terms, context.settings, context.market)
        self._announcer = Announcer(self._topics, self._prices, self._views.of, terms)
        self._log = CommandLog(context.metrics)
        self._writer = Writer(self._accounts, interest, journal, self._views.opening, self._tell)
        context.metrics.add_gauge(
            "commands_waiting", "What the broker's inbox holds", self._writer.waiting
        )
        self.statements = Statements(
            self._views, self._prices, self._announcer, journal, context.market, terms
        )
        self.market_listener = PaperMarketListener(
            context.market,
            self._prices,
            interest,
            self._accounts,
            self._writer,
            on_valuation=self._announcer.tell_equity,
            on_status=self._publish_status,
        )
        interest.connect(context.market.listen(self.market_listener))

    async def recover(self) -> None:
        """Takes the accounts up where the journal left them."""
        await self._accounts.recover(self._journal.load())

    async def run(self) -> None:
        # A task group would cancel this task too when the writer fails, in the midst of the end.
        watching = asyncio.create_task(self._watch_expiries())
        try:
            await self._writer.run()
        finally:
            watching.cancel()

    # Orders

    async def place_order(self, account_id: str, order: PreOrder, key: str | None = None) -> str:
        """The new order's id."""
        named = command_key("place", key, order)
        if done := self._done(account_id, named):
            return done.order_id
        instrument = self._prices.tradable(order.symbol)
        ticket = self._tickets.ticket(order, instrument)
        market = self._prices.market_of(instrument)
        outcome = await self._execute(account_id, PlaceOrder(ticket, market, named))
        if isinstance(outcome, Duplicate):
            return outcome.order_id
        return next(event.order.id for event in outcome if isinstance(event, OrderPlaced))

    def preview_order(
        self, account_id: str, order: PreOrder, order_id: str | None = None
    ) -> OrderPreviewResult:
        """What placing it, or with an id modifying that order, would do at this moment."""
        instrument = self._prices.tradable(order.symbol)
        ticket = self._tickets.ticket(order, instrument)
        market = self._prices.market_of(instrument)
        command = (
            PlaceOrder(ticket, market)
            if order_id is None
            else ModifyOrder(order_id, ticket, market)
        )
        outcome = forecast(self._views.of(account_id), self._terms, command)
        if isinstance(outcome, Rejection):
            raise refusal(outcome)
        return preview_of(outcome, instrument)

    async def modify_order(
        self, account_id: str, order_id: str, order: PreOrder, key: str | None = None
    ) -> None:
        named = command_key("modify", key, order_id, order)
        if self._done(account_id, named):
            return
        instrument = self._prices.tradable(order.symbol)
        ticket = self._tickets.ticket(order, instrument)
        market = self._prices.market_of(instrument)
        await self._execute(account_id, ModifyOrder(order_id, ticket, market, named))

    async def cancel_order(self, account_id: str, order_id: str, key: str | None = None) -> None:
        named = command_key("cancel", key, order_id)
        await self._execute(account_id, CancelOrder(order_id, self._market.now_ms, named))

    async def cancel_orders(self, account_id: str, order_ids: Sequence[str] | None) -> list[str]:
        """The ids of what that ended; all that are live where no ids are given."""
        outcome = await self._execute(account_id, CancelOrders(order_ids, self._market.now_ms))
        assert isinstance(outcome, list)
        return [event.order.id for event in outcome if isinstance(event, OrderCanceled)]

    # Positions

    async def close_position(
        self,
        account_id: str,
        position_id: str,
        amount: float | None,
        key: str | None = None,
    ) -> None:
        named = command_key("close", key, bare_symbol(position_id), amount)
        if self._done(account_id, named):
            return
        market = self._prices.market_of(self._prices.instrument(position_id))
        quantity = to_optional_decimal(amount)
        await self._execute(account_id, ClosePosition(quantity, market, named))

    async def reverse_position(
        self, account_id: str, position_id: str, key: str | None = None
    ) -> None:
        named = command_key("reverse", key, bare_symbol(position_id))
        if self._done(account_id, named):
            return
        market = self._prices.market_of(self._prices.instrument(position_id))
        await self._execute(account_id, ReversePosition(market, named))

    async def edit_brackets(self, account_id: str, position_id: str, brackets: Brackets) -> None:
        instrument = self._prices.instrument(position_id)
        wanted = self._tickets.brackets(brackets, instrument)
        market = self._prices.market_of(instrument)
        await self._execute(account_id, EditBrackets(wanted, market))

    # The account

    async def set_leverage(self, account_id: str, params: LeverageSetParams) -> None:
        instrument = self._prices.tradable(params.symbol)
        market = self._prices.market_of(instrument)
        await self._execute(account_id, SetLeverage(to_decimal(params.leverage), market))

    def preview_leverage(self, account_id: str, params: LeverageSetParams) -> LeveragePreviewResult:
        instrument = self._prices.tradable(params.symbol)
        command = SetLeverage(to_decimal(params.leverage), self._prices.market_of(instrument))
        return preview_leverage(self._views.of(account_id), self._terms, command)

    async def deposit(self, account_id: str, amount: float) -> None:
        await self._execute(account_id, DepositCash(to_decimal(amount), self._market.now_ms))

    async def reset(self, account_id: str, balance: float | None) -> None:
        exact = self._settings.initial_balance if balance is None else to_decimal(balance)
        await self._execute(account_id, ResetAccount(exact, self._market.now_ms))

    # Topics

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        _, request = parse_topic(topic)
        if "symbol" in request:
            self._prices.instrument(request["symbol"])
        self._topics.add(topic, topic_update, self._views.of(request["accountId"]).seq)

    def remove_topic(self, topic: str) -> None:
        self._topics.remove(topic)

    def topic_state(self, topic: str) -> Sequence[BaseModel]:
        followed = self._topics[topic]
        view = self._views.of(followed.account_id)
        match followed.route:
            case "orders":
                return [to_placed_order(order) for order in view.live_orders()]
            case "positions":
                return self._announcer.positions(view)
            case "equity":
                return [self._announcer.equity(view)]
            case "broker-connection":
                return [to_connection_status(self._market.status, self._clock_ms())]
            case _:
                return []

    def sequence(self, topic: str) -> Mapping[str, int]:
        followed = self._topics[topic]
        seq = self._views.of(followed.account_id).seq
        match followed.route:
            case "equity":
                return {"as_of_seq": seq}
            case "broker-connection":
                return {}
            case _:
                return {"seq": seq}

    async def replay_since(self, topic: str, seq: int) -> Sequence[SequencedUpdate] | None:
        followed = self._topics[topic]
        missed = await self.statements.missed(
            followed.account_id, followed.route, followed.symbol, seq
        )
        if missed is not None:
            followed.resumed_from(int(missed[-1].meta["seq"]) if missed else seq)
        return missed

    # Helpers

    def _done(self, account_id: str, key: IdempotencyKey | None) -> Duplicate | None:
        """What a command of this key was answered, whatever the market has become since. One
        that is on its way is told by the engine."""
        answer = find_duplicate(self._views.of(account_id), key) if key else None
        if isinstance(answer, Rejection):
            raise refusal(answer)
        return answer

    async def _execute(self, account_id: str, command: Command) -> list[Event] | Duplicate:
        execution = self._writer.execute(account_id, command)
        outcome = await self._log.watch(account_id, command, execution)
        if isinstance(outcome, Rejection):
            raise refusal(outcome)
        return outcome

    def _tell(self, entry: JournalEntry) -> None:
        """It was committed."""
        self._log.tell(entry.account_id, entry.event)
        self._announcer.tell(entry)

    def _publish_status(self, status: MarketStatus) -> None:
        self._announcer.tell_status(to_connection_status(status, self._clock_ms()))

    async def _watch_expiries(self) -> None:
        """Orders end in their time where no quote comes by which to notice it."""
        while True:
            await asyncio.sleep(EXPIRY_CHECK_S)
            self.market_listener.expire_orders()
