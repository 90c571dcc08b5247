"""A paper exchange with its service, used as the endpoints use them."""

from __future__ import annotations

from collections.abc import Sequence

from trading_api.models.broker import (
    Brackets,
    LeveragePreviewResult,
    LeverageSetParams,
    OrderPreviewResult,
    PreOrder,
    SettlementRequest,
)
from trading_api.modules.broker import mapping
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.journal.journal import Journal
from trading_api.modules.broker.paper.paper_broker import PaperBroker
from trading_api.modules.broker.presenters.previews import to_leverage_preview, to_order_preview
from trading_api.modules.broker.service import BrokerService
from trading_api.shared.module_interface import ModuleContext


class PaperClient:
    """Sends wire requests to a paper exchange of its own, and reads through `queries`."""

    def __init__(
        self,
        journal: Journal,
        rules: ExchangeRules,
        context: ModuleContext,
        shard_count: int | None = None,
        idle_max: int | None = None,
    ) -> None:
        settings, market = context.settings, context.market
        self.broker = PaperBroker(
            journal, rules, settings, market, context.metrics, shard_count, idle_max
        )
        self.service = BrokerService(
            self.broker,
            market,
            context.subscriptions,
            settings.account_currency,
            context.clock_ms,
            context.market_history,
        )
        self.queries = self.service.queries
        self._is_started = False

    async def start(self) -> None:
        await self.broker.start()
        self._is_started = True

    async def run(self) -> None:
        assert self._is_started, "an exchange that is not started receives no quotes"
        await self.broker.run()

    async def flush(self) -> None:
        """Return once everything so far is committed and published, also what time ends."""
        await self.broker.market_listener.flush()

    async def place_order(self, account_id: str, order: PreOrder, key: str | None = None) -> str:
        command = mapping.to_place_order(order, key)
        return (await self.broker.submit(account_id, *command)).order_id

    async def modify_order(
        self, account_id: str, order_id: str, order: PreOrder, key: str | None = None
    ) -> None:
        await self.broker.submit(account_id, *mapping.to_modify_order(order_id, order, key))

    async def cancel_order(self, account_id: str, order_id: str, key: str | None = None) -> None:
        await self.broker.submit(account_id, *mapping.to_cancel_order(order_id, key))

    async def cancel_orders(
        self, account_id: str, order_ids: Sequence[str] | None, key: str | None = None
    ) -> list[str]:
        command = mapping.to_cancel_orders(order_ids, key)
        result = await self.broker.submit(account_id, *command)
        return list(result.canceled)

    async def close_position(
        self, account_id: str, position_id: str, amount: float | None, key: str | None = None
    ) -> None:
        command = mapping.to_close_position(position_id, amount, key)
        await self.broker.submit(account_id, *command)

    async def reverse_position(
        self, account_id: str, position_id: str, key: str | None = None
    ) -> None:
        await self.broker.submit(account_id, *mapping.to_reverse_position(position_id, key))

    async def edit_brackets(
        self, account_id: str, position_id: str, brackets: Brackets, key: str | None = None
    ) -> None:
        command = mapping.to_edit_brackets(position_id, brackets, key)
        await self.broker.submit(account_id, *command)

    async def set_leverage(
        self, account_id: str, params: LeverageSetParams, key: str | None = None
    ) -> None:
        await self.broker.submit(account_id, *mapping.to_set_leverage(params, key))

    async def deposit(self, account_id: str, amount: float, key: str | None = None) -> None:
        await self.broker.submit(account_id, *mapping.to_deposit(amount, key))

    async def withdraw(self, account_id: str, amount: float, key: str | None = None) -> None:
        await self.broker.submit(account_id, *mapping.to_withdraw(amount, key))

    async def settle(
        self, account_id: str, symbol: str, price: float, key: str | None = None
    ) -> None:
        request = SettlementRequest(symbol=symbol, price=price)
        await self.broker.submit(account_id, *mapping.to_settle_position(request, key))

    async def reset(self, account_id: str, balance: float | None, key: str | None = None) -> None:
        await self.broker.submit(account_id, *mapping.to_reset_account(balance, key))

    async def preview_order(
        self, account_id: str, order: PreOrder, order_id: str | None = None
    ) -> OrderPreviewResult:
        command = mapping.to_previewed_order(order, order_id)
        return to_order_preview(await self.broker.preview_order(account_id, command))

    def preview_leverage(self, account_id: str, params: LeverageSetParams) -> LeveragePreviewResult:
        command = mapping.to_leverage(params)
        return to_leverage_preview(self.broker.preview_leverage(account_id, command))
