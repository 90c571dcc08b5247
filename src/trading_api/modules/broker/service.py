"""The broker: commands in, state and updates out."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pydantic import BaseModel

from trading_api.models.broker import (
    AccountMetainfo,
    Execution,
    OrderPreviewResult,
    PlacedOrder,
    Position,
    PreOrder,
)
from trading_api.modules.broker.accounts import Accounts
from trading_api.modules.broker.announcer import Announcer
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    ClosePosition,
    Command,
    MatchQuote,
    ModifyOrder,
    OpenAccount,
    PlaceOrder,
)
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import Event, OrderPlaced
from trading_api.modules.broker.engine.order import Order, OrderStatus, OrderType, Side
from trading_api.modules.broker.engine.rejections import Rejection
from trading_api.modules.broker.ledger.journal import Journal
from trading_api.modules.broker.mapping import (
    SUPPORTED_DURATIONS,
    to_connection_status,
    to_decimal,
    to_execution,
    to_optional_decimal,
    to_placed_order,
)
from trading_api.modules.broker.preview import preview_of
from trading_api.modules.broker.prices import Prices, rules_of
from trading_api.modules.broker.refusals import refusal
from trading_api.modules.broker.topics import FollowedTopics
from trading_api.modules.broker.writer import Writer
from trading_api.shared.auth import granted_account
from trading_api.shared.errors import NotSupportedYet, SymbolNotFound
from trading_api.shared.market_data import Instrument, MarketStatus, Quote
from trading_api.shared.module_interface import ModuleContext
from trading_api.shared.ws.router_interface import TopicUpdate, parse_topic

ENDED_ORDERS_SHOWN_MS = 24 * 60 * 60 * 1000


class BrokerService:
    """`account_id` None is the caller's default account. Reading an account that no command has
    opened shows a fresh one."""

    def __init__(self, journal: Journal, context: ModuleContext) -> None:
        self._journal = journal
        self._settings = context.settings
        self._market = context.market
        self._clock_ms = context.clock_ms
        self._prices = Prices(context.market, context.settings.account_currency)
        self._accounts = Accounts()
        self._topics = FollowedTopics()
        self._announcer = Announcer(self._topics, self._prices, self._view)
        self._writer = Writer(self._accounts, journal, self._opening, self._announcer.tell)
        context.market.listen(self)

    async def recover(self) -> None:
        """Takes the accounts up where the journal left them."""
        async for entry in self._journal.load():
            self._accounts[entry.account_id].recover(entry.event)

    async def run(self) -> None:
        await self._writer.run()

    # Commands

    async def place_order(self, account_id: str | None, order: PreOrder) -> str:
        """The new order's id."""
        events = await self._execute(account_id, self._placing(order))
        return next(event.order.id for event in events if isinstance(event, OrderPlaced))

    async def modify_order(self, account_id: str | None, order_id: str, order: PreOrder) -> None:
        instrument = self._supported(order)
        await self._execute(
            account_id,
            ModifyOrder(
                order_id=order_id,
                symbol=instrument.symbol,
                side=Side(order.side),
                type=OrderType(order.type),
                quantity=to_decimal(order.qty),
                limit_price=to_optional_decimal(order.limit_price),
                stop_price=to_optional_decimal(order.stop_price),
                rules=rules_of(instrument),
                touch=self._prices.touch(instrument.symbol),
                at_ms=self._market.now_ms,
            ),
        )

    async def cancel_order(self, account_id: str | None, order_id: str) -> None:
        await self._execute(account_id, CancelOrder(order_id, self._market.now_ms))

    async def close_position(
        self, account_id: str | None, position_id: str, amount: float | None
    ) -> None:
        instrument = self._instrument(position_id)
        await self._execute(
            account_id,
            ClosePosition(
                symbol=instrument.symbol,
                quantity=to_optional_decimal(amount),
                rules=rules_of(instrument),
                touch=self._prices.touch(instrument.symbol),
                at_ms=self._market.now_ms,
            ),
        )

    # Queries

    def preview_order(self, account_id: str | None, order: PreOrder) -> OrderPreviewResult:
        """What placing it would do at this moment."""
        view = self._view(self._own(account_id))
        instrument = self._supported(order)
        outcome = Engine(view).preview(self._placing(order))
        if isinstance(outcome, Rejection):
            raise refusal(outcome)
        return preview_of(outcome, instrument)

    def orders(self, account_id: str | None) -> list[PlacedOrder]:
        """Working ones, and those that ended within the last 24 hours."""
        since_ms = self._market.now_ms - ENDED_ORDERS_SHOWN_MS
        return [
            to_placed_order(order)
            for order in self._view(self._own(account_id)).orders.values()
            if order.status is OrderStatus.WORKING or order.updated_ms >= since_ms
        ]

    def positions(self, account_id: str | None) -> Sequence[Position]:
        return self._announcer.positions(self._view(self._own(account_id)))

    def executions(self, account_id: str | None, symbol: str) -> list[Execution]:
        view, instrument = self._view(self._own(account_id)), self._instrument(symbol)
        return [
            to_execution(execution)
            for execution in view.executions
            if execution.symbol == instrument.symbol
        ]

    def known_accounts(self) -> Collection[str]:
        """Those that a command has opened."""
        return self._accounts.ids()

    def account(self, account_id: str | None) -> AccountMetainfo:
        view = self._view(self._own(account_id))
        return AccountMetainfo(id=view.account_id, name=view.account_id, currency=view.currency)

    # Topics

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        _, request = parse_topic(topic)
        self._own(request["accountId"])
        if "symbol" in request:
            self._instrument(request["symbol"])
        self._topics.add(topic, topic_update)

    def remove_topic(self, topic: str) -> None:
        self._topics.remove(topic)

    def topic_state(self, topic: str) -> Sequence[BaseModel]:
        followed = self._topics[topic]
        view = self._view(followed.account_id)
        match followed.route:
            case "orders":
                return [to_placed_order(order) for order in _working(view)]
            case "positions":
                return self._announcer.positions(view)
            case "equity":
                return [self._announcer.equity(view)]
            case "broker-connection":
                return [to_connection_status(self._market.status, self._clock_ms())]
            case _:
                return []

    # The market calls

    def wants(self, symbol: str) -> bool:
        return self._writer.awaits(symbol) or any(
            view is not None and symbol in view.positions
            for view in map(self._accounts.view, self._topics.accounts("equity"))
        )

    def on_quote(self, quote: Quote) -> None:
        if self._writer.awaits(quote.symbol):
            touch = self._prices.touch_of(quote)
            if touch is not None:
                self._writer.match(MatchQuote(touch, at_ms=quote.time_ms))
        for account_id in self._topics.accounts("equity"):
            view = self._accounts.view(account_id)
            if view is not None and quote.symbol in view.positions:
                self._announcer.tell_equity(account_id)

    async def settled(self) -> None:
        await self._writer.settled()

    def on_status(self, status: MarketStatus) -> None:
        self._announcer.tell_status(to_connection_status(status, self._clock_ms()))

    # Helpers

    async def _execute(self, account_id: str | None, command: Command) -> list[Event]:
        outcome = await self._writer.execute(self._own(account_id), command)
        if isinstance(outcome, Rejection):
            raise refusal(outcome)
        return outcome

    def _placing(self, order: PreOrder) -> PlaceOrder:
        instrument = self._supported(order)
        return PlaceOrder(
            symbol=instrument.symbol,
            side=Side(order.side),
            type=OrderType(order.type),
            quantity=to_decimal(order.qty),
            limit_price=to_optional_decimal(order.limit_price),
            stop_price=to_optional_decimal(order.stop_price),
            reduce_only=bool(order.is_close),
            rules=rules_of(instrument),
            touch=self._prices.touch(instrument.symbol),
            at_ms=self._market.now_ms,
        )

    def _supported(self, order: PreOrder) -> Instrument:
        """The order's instrument. Raises for what the paper exchange can't do yet."""
        instrument = self._prices.tradable(order.symbol)
        brackets = (order.stop_loss, order.take_profit, order.trailing_stop_pips)
        if any(price is not None for price in (*brackets, order.guaranteed_stop)):
            raise NotSupportedYet("A bracket (stopLoss, takeProfit, trailing or guaranteed stop)")
        if order.stop_type is not None:
            raise NotSupportedYet("A stopType")
        if order.duration is not None and order.duration.type not in SUPPORTED_DURATIONS:
            raise NotSupportedYet(f"A duration other than {', '.join(SUPPORTED_DURATIONS)}")
        return instrument

    def _opening(self, account_id: str, at_ms: int) -> OpenAccount:
        settings = self._settings
        return OpenAccount(account_id, settings.account_currency, settings.initial_balance, at_ms)

    def _view(self, account_id: str) -> AccountState:
        view = self._accounts.view(account_id)
        if view is not None:
            return view
        fresh = Engine(AccountState())
        fresh.apply(self._opening(account_id, self._market.now_ms))
        return fresh.state

    def _own(self, account_id: str | None) -> str:
        if account_id is None:
            account_id = self._settings.default_account_id
        return granted_account(account_id)

    def _instrument(self, symbol: str) -> Instrument:
        instrument = self._market.instrument(symbol)
        if instrument is None:
            raise SymbolNotFound(symbol)
        return instrument


def _working(view: AccountState) -> list[Order]:
    orders = [order for book in view.working.values() for order in book.orders.values()]
    return sorted(orders, key=lambda order: order.sequence)
