"""Turns the broker port's commands into the engine's, at the market of this moment."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from trading_api.domain.broker_commands import (
    BrokerCommand,
    CancelOrderCommand,
    CancelOrdersCommand,
    ClosePositionCommand,
    DepositCommand,
    EditBracketsCommand,
    IdempotencyKey,
    ModifyOrderCommand,
    NameAccountCommand,
    NotifyCommand,
    PlaceOrderCommand,
    ResetAccountCommand,
    ReversePositionCommand,
    SetKillSwitchCommand,
    SetLeverageCommand,
    SettlePositionCommand,
    WithdrawCommand,
)
from trading_api.domain.instrument import bare_symbol
from trading_api.domain.ports.market_data import MarketData
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    CancelOrders,
    ClosePosition,
    Command,
    DepositCash,
    EditBrackets,
    ModifyOrder,
    NameAccount,
    Notify,
    PlaceOrder,
    ResetAccount,
    ReversePosition,
    SetKillSwitch,
    SetLeverage,
    SettlePosition,
    WithdrawCash,
)
from trading_api.modules.broker.translation.order_requests import OrderRequestMapper
from trading_api.modules.broker.translation.prices import Prices


class CommandTranslator:
    """Resolves symbols and adds prices, time and key. Raises ApiError for a command that
    no engine could take, such as one for an unknown symbol."""

    def __init__(self, market: MarketData, prices: Prices, initial_balance: Decimal) -> None:
        self._market = market
        self._prices = prices
        self._order_requests = OrderRequestMapper(market)
        self._initial_balance = initial_balance

    def to_engine(self, command: BrokerCommand, key: IdempotencyKey | None = None) -> Command:
        """Return the engine's command. Its prices are the last ones that the market published,
        so it must be enqueued before the next quote."""
        match command:
            case PlaceOrderCommand() | ModifyOrderCommand():
                return self.order_command(command, key)
            case CancelOrderCommand():
                return CancelOrder(command.order_id, self._market.now_ms, key)
            case CancelOrdersCommand():
                return CancelOrders(command.order_ids, self._market.now_ms, key)
            case ClosePositionCommand():
                instrument = self._prices.instrument(command.symbol)
                return ClosePosition(command.quantity, self._prices.current_market(instrument), key)
            case ReversePositionCommand():
                instrument = self._prices.instrument(command.symbol)
                return ReversePosition(self._prices.current_market(instrument), key)
            case EditBracketsCommand():
                instrument = self._prices.instrument(command.symbol)
                brackets = self._order_requests.brackets(command.brackets, instrument)
                return EditBrackets(brackets, self._prices.current_market(instrument), key)
            case SetLeverageCommand():
                return self.leverage_command(command, key)
            case DepositCommand():
                return DepositCash(command.amount, self._market.now_ms, key)
            case WithdrawCommand():
                marks = self._prices.marks()
                return WithdrawCash(command.amount, marks, self._market.now_ms, key)
            case SettlePositionCommand():
                return self._settlement(command, key)
            case ResetAccountCommand():
                balance = self._initial_balance if command.balance is None else command.balance
                return ResetAccount(balance, self._market.now_ms, key)
            case NameAccountCommand():
                return NameAccount(command.name, self._market.now_ms, key)
            case SetKillSwitchCommand():
                return SetKillSwitch(command.is_on, command.reason, self._market.now_ms, key)
            case NotifyCommand():
                return Notify(command.notification, self._market.now_ms, key)
            case _:
                assert_never(command)

    def order_command(
        self, command: PlaceOrderCommand | ModifyOrderCommand, key: IdempotencyKey | None = None
    ) -> PlaceOrder | ModifyOrder:
        """Return the engine's command to place or modify an order."""
        instrument = self._prices.tradable(command.order.symbol)
        request = self._order_requests.order_request(command.order, instrument)
        market = self._prices.current_market(instrument)
        if isinstance(command, PlaceOrderCommand):
            return PlaceOrder(request, market, key)
        return ModifyOrder(command.order_id, request, market, key)

    def leverage_command(
        self, command: SetLeverageCommand, key: IdempotencyKey | None = None
    ) -> SetLeverage:
        """Return the engine's command to set a symbol's leverage."""
        instrument = self._prices.tradable(command.symbol)
        return SetLeverage(command.leverage, self._prices.current_market(instrument), key)

    def _settlement(
        self, command: SettlePositionCommand, key: IdempotencyKey | None
    ) -> SettlePosition:
        instrument = self._market.instrument(command.symbol)
        symbol = instrument.symbol if instrument else bare_symbol(command.symbol)
        rate = self._prices.rate(instrument.currency) if instrument else None
        return SettlePosition(symbol, command.price, rate, self._market.now_ms, key)
