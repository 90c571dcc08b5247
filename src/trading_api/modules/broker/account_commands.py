"""The commands of clients. REST and the WebSocket call the same functions."""

from __future__ import annotations

from collections.abc import Sequence

from trading_api.domain.broker_commands import CommandResult
from trading_api.domain.ports.broker import Broker
from trading_api.models.broker import (
    Brackets,
    CancelOrdersResult,
    KillSwitchParams,
    KillSwitchResult,
    LeveragePreviewResult,
    LeverageSetParams,
    LeverageSetResult,
    OrderPreviewResult,
    PlaceOrderResult,
    PreOrder,
    SettlementRequest,
)
from trading_api.models.common import SuccessResponse
from trading_api.modules.broker import mapping
from trading_api.modules.broker.mapping import KeyedCommand
from trading_api.modules.broker.presenters.previews import to_leverage_preview, to_order_preview


class AccountCommands:
    """Gives commands in the clients' form to the broker port, and returns its results in the
    clients' form.

    `key` is the client's idempotency key, or None. Every method raises what `Broker.submit`
    raises. Commands of one account are executed in the order of the calls."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    # Orders

    async def place_order(
        self, account_id: str, order: PreOrder, key: str | None
    ) -> PlaceOrderResult:
        result = await self._submit(account_id, mapping.to_place_order(order, key))
        return PlaceOrderResult(order_id=result.order_id, seq=result.seq)

    async def preview_order(
        self, account_id: str, order: PreOrder, order_id: str | None = None
    ) -> OrderPreviewResult:
        """Return what an order would do, or with `order_id` a change of that order."""
        command = mapping.to_previewed_order(order, order_id)
        return to_order_preview(await self._broker.preview_order(account_id, command))

    async def modify_order(
        self, account_id: str, order_id: str, order: PreOrder, key: str | None
    ) -> SuccessResponse:
        result = await self._submit(account_id, mapping.to_modify_order(order_id, order, key))
        return SuccessResponse(message="Modified", seq=result.seq)

    async def cancel_order(
        self, account_id: str, order_id: str, key: str | None
    ) -> SuccessResponse:
        result = await self._submit(account_id, mapping.to_cancel_order(order_id, key))
        return SuccessResponse(message="Canceled", seq=result.seq)

    async def cancel_orders(
        self, account_id: str, order_ids: Sequence[str] | None, key: str | None
    ) -> CancelOrdersResult:
        """Cancel those of the orders that are live; without ids, every live order."""
        result = await self._submit(account_id, mapping.to_cancel_orders(order_ids, key))
        return CancelOrdersResult(canceled=list(result.canceled), seq=result.seq)

    # Positions and leverage

    async def close_position(
        self, account_id: str, position_id: str, amount: float | None, key: str | None
    ) -> SuccessResponse:
        """Close `amount` of a position, or all of it."""
        result = await self._submit(account_id, mapping.to_close_position(position_id, amount, key))
        return SuccessResponse(message="Closing", seq=result.seq)

    async def reverse_position(
        self, account_id: str, position_id: str, key: str | None
    ) -> SuccessResponse:
        result = await self._submit(account_id, mapping.to_reverse_position(position_id, key))
        return SuccessResponse(message="Reversing", seq=result.seq)

    async def edit_brackets(
        self, account_id: str, position_id: str, brackets: Brackets, key: str | None
    ) -> SuccessResponse:
        """Replace the brackets of a position."""
        result = await self._submit(
            account_id, mapping.to_edit_brackets(position_id, brackets, key)
        )
        return SuccessResponse(message="Protected", seq=result.seq)

    async def set_leverage(
        self, account_id: str, params: LeverageSetParams, key: str | None
    ) -> LeverageSetResult:
        result = await self._submit(account_id, mapping.to_set_leverage(params, key))
        return LeverageSetResult(leverage=params.leverage, seq=result.seq)

    def preview_leverage(self, account_id: str, params: LeverageSetParams) -> LeveragePreviewResult:
        command = mapping.to_leverage(params)
        return to_leverage_preview(self._broker.preview_leverage(account_id, command))

    async def set_kill_switch(
        self, account_id: str, params: KillSwitchParams, key: str | None
    ) -> KillSwitchResult:
        """Halt the account and cancel its orders, or let it trade again."""
        result = await self._submit(account_id, mapping.to_set_kill_switch(params, key))
        return KillSwitchResult(on=params.on, canceled=list(result.canceled), seq=result.seq)

    # The account and its cash

    async def name_account(
        self,
        account_id: str,
        name: str | None,
        key: str | None,
        known_ids: frozenset[str] | None = None,
    ) -> SuccessResponse:
        """Open the account unless it is open, and give it the name, if there is one. The answer
        shows of no account but the `known_ids` whether it exists, unless they are None."""
        result = await self._submit(account_id, mapping.to_name_account(name, key, known_ids))
        return SuccessResponse(message="Saved", seq=result.seq)

    async def deposit(self, account_id: str, amount: float, key: str | None) -> SuccessResponse:
        result = await self._submit(account_id, mapping.to_deposit(amount, key))
        return SuccessResponse(message="Deposited", seq=result.seq)

    async def withdraw(self, account_id: str, amount: float, key: str | None) -> SuccessResponse:
        result = await self._submit(account_id, mapping.to_withdraw(amount, key))
        return SuccessResponse(message="Withdrawn", seq=result.seq)

    async def settle_position(
        self, account_id: str, request: SettlementRequest, key: str | None
    ) -> SuccessResponse:
        """End a position at a stated price without a trade, as an operator."""
        result = await self._submit(account_id, mapping.to_settle_position(request, key))
        return SuccessResponse(message="Settled", seq=result.seq)

    async def reset_account(
        self, account_id: str, balance: float | None, key: str | None
    ) -> SuccessResponse:
        """Start again with `balance`, or with the initial balance."""
        result = await self._submit(account_id, mapping.to_reset_account(balance, key))
        return SuccessResponse(message="Reset", seq=result.seq)

    async def _submit(self, account_id: str, command: KeyedCommand) -> CommandResult:
        return await self._broker.submit(account_id, command.command, command.key)
