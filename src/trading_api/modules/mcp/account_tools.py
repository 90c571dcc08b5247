"""The tools that read an account."""

from __future__ import annotations

from collections.abc import Sequence

from trading_api.auth.principal import Scope
from trading_api.domain.account_snapshot import OrderView
from trading_api.domain.instrument import bare_symbol
from trading_api.domain.ports.broker import Broker
from trading_api.errors import NotFound, truncate
from trading_api.models.mcp.account import (
    AccountArguments,
    AccountSummary,
    ExecutionsArguments,
    ExecutionsResult,
    OrdersArguments,
    OrdersResult,
    PositionsResult,
)
from trading_api.modules.mcp.mapping import to_execution, to_order, to_position, to_summary
from trading_api.modules.mcp.tool import AssistantTool, ToolCaller

_NEVER_MS = 2**53 - 1  # no order ends so late


class AccountTools:
    """The tools account, positions, orders and executions."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def tools(self) -> Sequence[AssistantTool]:
        read = Scope.ACCOUNT_READ
        return [
            AssistantTool(
                "account",
                "Read the account",
                "Read an account's balance, equity, profit and margin, and the value that this "
                "session may still place.",
                read,
                AccountArguments,
                AccountSummary,
                self.account,
            ),
            AssistantTool(
                "positions",
                "Read positions",
                "Read the open positions of an account with their unrealized profit and brackets.",
                read,
                AccountArguments,
                PositionsResult,
                self.positions,
            ),
            AssistantTool(
                "orders",
                "Read orders",
                "Read the newest orders of an account: those that may still fill, or ended ones.",
                read,
                OrdersArguments,
                OrdersResult,
                self.orders,
            ),
            AssistantTool(
                "executions",
                "Read executions",
                "Read the newest fills of an account, with commission and realized profit.",
                read,
                ExecutionsArguments,
                ExecutionsResult,
                self.executions,
            ),
        ]

    async def account(self, caller: ToolCaller, arguments: AccountArguments) -> AccountSummary:
        account_id = await self._loaded(caller, arguments.account_id)
        return to_summary(self._broker.snapshot(account_id), caller.session)

    async def positions(self, caller: ToolCaller, arguments: AccountArguments) -> PositionsResult:
        account_id = await self._loaded(caller, arguments.account_id)
        account = self._broker.snapshot(account_id)
        return PositionsResult(
            account_id=account_id,
            currency=account.currency,
            positions=[to_position(account, each) for each in account.positions()],
        )

    async def orders(self, caller: ToolCaller, arguments: OrdersArguments) -> OrdersResult:
        """Return live or ended orders. Raises NotFound for an unknown order in `before`."""
        account_id = await self._loaded(caller, arguments.account_id)
        orders = await self._orders(account_id, arguments)
        return OrdersResult(account_id=account_id, orders=[to_order(each) for each in orders])

    async def executions(
        self, caller: ToolCaller, arguments: ExecutionsArguments
    ) -> ExecutionsResult:
        account_id = await self._loaded(caller, arguments.account_id)
        symbol = bare_symbol(arguments.symbol) if arguments.symbol else None
        currency = self._broker.snapshot(account_id).currency
        executions = await self._broker.history(account_id).executions(symbol, arguments.limit)
        return ExecutionsResult(
            account_id=account_id,
            currency=currency,
            executions=[to_execution(each) for each in executions],
        )

    async def _loaded(self, caller: ToolCaller, account_id: str | None) -> str:
        account = caller.account(account_id)
        await self._broker.load(account)
        return account

    async def _orders(self, account_id: str, arguments: OrdersArguments) -> Sequence[OrderView]:
        history, limit, before = (
            self._broker.history(account_id),
            arguments.limit,
            arguments.before,
        )
        if before is not None and await history.order(before) is None:
            raise NotFound(f"There is no order {truncate(before)!r}.", "order_not_found")
        if arguments.status == "ended":
            return (await history.ended_orders(limit, before))[::-1]
        live = await history.recent_orders(since_ms=_NEVER_MS, limit=1, before=before)
        return live[-limit:]
