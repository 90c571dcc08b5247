"""The tools that trade. An order can be placed only after it was previewed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from decimal import Decimal

from trading_api.auth.principal import Scope
from trading_api.clock import wall_clock_ms
from trading_api.domain.account_snapshot import AccountSnapshot, OrderView
from trading_api.domain.broker_commands import (
    BrokerCommand,
    CancelOrderCommand,
    ClosePositionCommand,
    CommandResult,
    ModifyOrderCommand,
)
from trading_api.domain.decimal_text import decimal_text
from trading_api.domain.instrument import Instrument
from trading_api.domain.ports.broker import Broker
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import ApiError, Unavailable
from trading_api.limits.command_admission import CommandAdmission
from trading_api.models.mcp.account import AccountOrder
from trading_api.models.mcp.trading import (
    CancelArguments,
    CancelResult,
    CloseArguments,
    CloseResult,
    ModifyArguments,
    OrderArguments,
    OrderResult,
    PlaceArguments,
    PreviewArguments,
    PreviewResult,
)
from trading_api.modules.mcp.mapping import (
    time_text,
    to_allowance,
    to_command,
    to_decimal,
    to_description,
    to_order,
)
from trading_api.modules.mcp.market_tools import find_instrument
from trading_api.modules.mcp.order_value import OrderValues
from trading_api.modules.mcp.sessions import (
    CONFIRMATION_S,
    Confirmation,
    ConfirmedCommand,
)
from trading_api.modules.mcp.tool import AssistantTool, Effect, ToolCaller

log = logging.getLogger(__name__)


class TradingTools:
    """The tools preview, place, modify, cancel and close.

    `now_s` is a clock in seconds, by which the age of a preview is measured."""

    def __init__(
        self,
        broker: Broker,
        market: MarketData,
        admission: CommandAdmission,
        now_s: Callable[[], float],
    ) -> None:
        self._broker = broker
        self._market = market
        self._admission = admission
        self._now_s = now_s
        self._values = OrderValues(market)
        self.commands_total = 0

    def tools(self) -> Sequence[AssistantTool]:
        trade = Scope.ACCOUNT_TRADE
        return [
            AssistantTool(
                "preview",
                "Preview an order",
                "Check an order and see what it would do now: fills, commission, margin, position. "
                "Changes nothing. Returns the confirmation_id that `place` needs, or `modify` if "
                "order_id is given. Show the result to the person before you place the order.",
                Scope.ACCOUNT_READ,
                PreviewArguments,
                PreviewResult,
                self.preview,
            ),
            AssistantTool(
                "place",
                "Place an order",
                "Place the order that was previewed. All arguments must be those of the preview, "
                "which is less than a minute old. A confirmation_id is valid for one call.",
                trade,
                PlaceArguments,
                OrderResult,
                self.place,
                Effect.TRADES,
            ),
            AssistantTool(
                "modify",
                "Modify an order",
                "Replace the prices, quantity, duration and brackets of a live order, as previewed "
                "with its order_id less than a minute ago. What is left out is removed.",
                trade,
                ModifyArguments,
                OrderResult,
                self.modify,
                Effect.TRADES,
            ),
            AssistantTool(
                "cancel",
                "Cancel an order",
                "Cancel a live order. Canceling a stop-loss removes the protection of a position.",
                trade,
                CancelArguments,
                CancelResult,
                self.cancel,
                Effect.TRADES,
            ),
            AssistantTool(
                "close",
                "Close a position",
                "Close an open position, or a part of it, by a market order. It never opens or "
                "enlarges a position, and needs no preview.",
                trade,
                CloseArguments,
                CloseResult,
                self.close,
                Effect.TRADES,
            ),
        ]

    async def preview(self, caller: ToolCaller, arguments: PreviewArguments) -> PreviewResult:
        """Return what the order would do now, and a confirmation of it. Raises what the command
        would raise."""
        account_id = caller.account(arguments.account_id)
        command = self._command(arguments, arguments.order_id)
        preview = await self._broker.preview_order(account_id, command)
        await self._broker.load(account_id)
        value = self._added_value(
            self._broker.snapshot(account_id), preview.instrument, preview.order, command
        )
        session = caller.session
        id = session.add_confirmation(
            Confirmation(
                account_id,
                command,
                preview.instrument,
                preview.order,
                self._now_s() + CONFIRMATION_S,
            )
        )
        return PreviewResult(
            confirmation_id=id,
            valid_until=time_text(wall_clock_ms() + round(CONFIRMATION_S * 1000)),
            account_id=account_id,
            currency=preview.currency,
            order=to_description(preview.order),
            fills_now=decimal_text(preview.filled_quantity),
            commission=decimal_text(preview.commission),
            margin_required=decimal_text(preview.margin_required),
            free_margin_after=decimal_text(preview.free_margin),
            position_after=decimal_text(preview.position_quantity),
            value=decimal_text(value),
            session=to_allowance(session),
            is_allowed=value <= session.value_remaining,
        )

    async def place(self, caller: ToolCaller, arguments: PlaceArguments) -> OrderResult:
        """Place a previewed order. Raises what `McpSession.use_confirmation` and `spend` raise, and
        what `Broker.submit` raises."""
        return await self._submit_confirmed(caller, arguments, None, arguments.confirmation_id)

    async def modify(self, caller: ToolCaller, arguments: ModifyArguments) -> OrderResult:
        """Modify a live order as previewed. Only what is added to its value counts. Raises what
        `place` raises."""
        return await self._submit_confirmed(
            caller, arguments, arguments.order_id, arguments.confirmation_id
        )

    async def cancel(self, caller: ToolCaller, arguments: CancelArguments) -> CancelResult:
        account_id = self._admitted(caller, arguments.account_id)
        await self._submit("cancel", account_id, CancelOrderCommand(arguments.order_id))
        return CancelResult(
            account_id=account_id,
            order_id=arguments.order_id,
            order=await self._order(account_id, arguments.order_id),
        )

    async def close(self, caller: ToolCaller, arguments: CloseArguments) -> CloseResult:
        """Close a position or a part of it. The broker rejects a larger quantity than the
        position's, so that the risk never grows."""
        account_id = self._admitted(caller, arguments.account_id)
        symbol = find_instrument(self._market, arguments.symbol).symbol
        command = ClosePositionCommand(symbol, to_decimal(arguments.quantity))
        result = await self._submit("close", account_id, command)
        return CloseResult(
            account_id=account_id,
            order_id=result.order_id,
            order=await self._order(account_id, result.order_id),
        )

    async def _submit_confirmed(
        self,
        caller: ToolCaller,
        arguments: OrderArguments,
        order_id: str | None,
        confirmation_id: str,
    ) -> OrderResult:
        account_id = self._admitted(caller, arguments.account_id)
        command = self._command(arguments, order_id)
        session = caller.session
        confirmation = session.use_confirmation(confirmation_id, account_id, command, self._now_s())
        await self._broker.load(account_id)
        value = self._added_value(
            self._broker.snapshot(account_id), confirmation.instrument, confirmation.order, command
        )
        session.spend(value)
        tool = "place" if order_id is None else "modify"
        try:
            result = await self._submit(tool, account_id, command)
        except ApiError:
            session.refund(value)
            raise
        id = order_id or result.order_id
        return OrderResult(
            account_id=account_id,
            order_id=id,
            order=await self._order(account_id, id),
            session=to_allowance(session),
        )

    def _admitted(self, caller: ToolCaller, account_id: str | None) -> str:
        """Return the account, and count a command of it. Raises TooManyRequests."""
        account = caller.account(account_id)
        self._admission.admit(account)
        return account

    def _command(self, arguments: OrderArguments, order_id: str | None) -> ConfirmedCommand:
        symbol = find_instrument(self._market, arguments.symbol).symbol
        return to_command(arguments, symbol, order_id)

    def _added_value(
        self,
        account: AccountSnapshot,
        instrument: Instrument,
        order: OrderView,
        command: ConfirmedCommand,
    ) -> Decimal:
        """Return the value that counts towards the session's maximum: that of a new order, or what
        a modification adds to the value of a live one."""
        value = self._values.value(account, instrument, order)
        if not isinstance(command, ModifyOrderCommand):
            return value
        before = next((each for each in account.live_orders() if each.id == command.order_id), None)
        if before is None:
            return value
        return max(Decimal(0), value - self._values.value(account, instrument, before))

    async def _submit(self, tool: str, account_id: str, command: BrokerCommand) -> CommandResult:
        result = await self._broker.submit(account_id, command)
        self.commands_total += 1
        log.info("mcp_command", extra={"tool": tool, "account": account_id, "seq": result.seq})
        return result

    async def _order(self, account_id: str, order_id: str) -> AccountOrder | None:
        """Return an order after its command, or None if it cannot be read now; the command has
        succeeded nevertheless."""
        try:
            await self._broker.load(account_id)
            order = await self._broker.history(account_id).order(order_id)
        except Unavailable:
            return None
        return to_order(order) if order else None
