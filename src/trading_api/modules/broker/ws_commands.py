"""Executes the commands of the WebSocket in this process."""

from __future__ import annotations

from trading_api.models.broker import (
    CancelManyOrdersPayload,
    CancelManyOrdersReply,
    CancelOrderPayload,
    ClosePositionPayload,
    EditBracketsPayload,
    ModifyOrderPayload,
    PlaceOrderPayload,
    PlaceOrderReply,
    PreviewOrderPayload,
    PreviewOrderReply,
    ReversePositionPayload,
    SetKillSwitchPayload,
    SetKillSwitchReply,
    SetLeveragePayload,
    SetLeverageReply,
)
from trading_api.models.common import SuccessResponse
from trading_api.models.ws import CommandPayload, CommandReply
from trading_api.modules.broker.account_commands import AccountCommands
from trading_api.modules.broker.idempotency import key_not_taken
from trading_api.shared.ws.command_route import CommandCall, CommandExecutor


class SocketCommands:
    """The executors of the broker's command routes, over the commands that REST uses too."""

    def __init__(self, commands: AccountCommands) -> None:
        self._commands = commands
        self._executors: dict[str, CommandExecutor] = {
            "orders.place": self._place_order,
            "orders.preview": self._preview_order,
            "orders.modify": self._modify_order,
            "orders.cancel": self._cancel_order,
            "orders.cancel-many": self._cancel_many_orders,
            "positions.close": self._close_position,
            "positions.reverse": self._reverse_position,
            "positions.brackets": self._edit_brackets,
            "leverage.set": self._set_leverage,
            "kill-switch.set": self._set_kill_switch,
        }

    def executor(self, route: str) -> CommandExecutor:
        """Return what executes the command of a route."""
        return self._executors[route]

    async def _place_order(self, payload: PlaceOrderPayload, call: CommandCall) -> PlaceOrderReply:
        result = await self._commands.place_order(call.account_id, payload.order, payload.key)
        return PlaceOrderReply(
            status="ok", id=payload.id, message="Placed", seq=result.seq, order_id=result.order_id
        )

    async def _preview_order(
        self, payload: PreviewOrderPayload, call: CommandCall
    ) -> PreviewOrderReply:
        if payload.key is not None:
            raise key_not_taken()
        preview = await self._commands.preview_order(
            call.account_id, payload.order, payload.order_id
        )
        return PreviewOrderReply(status="ok", id=payload.id, message="Previewed", preview=preview)

    async def _modify_order(self, payload: ModifyOrderPayload, call: CommandCall) -> CommandReply:
        order_id, order = payload.order_id, payload.order
        return _done(
            payload,
            await self._commands.modify_order(call.account_id, order_id, order, payload.key),
        )

    async def _cancel_order(self, payload: CancelOrderPayload, call: CommandCall) -> CommandReply:
        order_id = payload.order_id
        return _done(
            payload, await self._commands.cancel_order(call.account_id, order_id, payload.key)
        )

    async def _cancel_many_orders(
        self, payload: CancelManyOrdersPayload, call: CommandCall
    ) -> CancelManyOrdersReply:
        order_ids = payload.order_ids
        result = await self._commands.cancel_orders(call.account_id, order_ids, payload.key)
        return CancelManyOrdersReply(
            status="ok", id=payload.id, message="Canceled", seq=result.seq, canceled=result.canceled
        )

    async def _close_position(
        self, payload: ClosePositionPayload, call: CommandCall
    ) -> CommandReply:
        position_id, amount = payload.position_id, payload.amount
        return _done(
            payload,
            await self._commands.close_position(call.account_id, position_id, amount, payload.key),
        )

    async def _reverse_position(
        self, payload: ReversePositionPayload, call: CommandCall
    ) -> CommandReply:
        position_id = payload.position_id
        return _done(
            payload,
            await self._commands.reverse_position(call.account_id, position_id, payload.key),
        )

    async def _edit_brackets(self, payload: EditBracketsPayload, call: CommandCall) -> CommandReply:
        position_id, brackets = payload.position_id, payload.brackets
        return _done(
            payload,
            await self._commands.edit_brackets(call.account_id, position_id, brackets, payload.key),
        )

    async def _set_leverage(
        self, payload: SetLeveragePayload, call: CommandCall
    ) -> SetLeverageReply:
        result = await self._commands.set_leverage(call.account_id, payload, payload.key)
        return SetLeverageReply(
            status="ok", id=payload.id, message="Set", seq=result.seq, leverage=result.leverage
        )

    async def _set_kill_switch(
        self, payload: SetKillSwitchPayload, call: CommandCall
    ) -> SetKillSwitchReply:
        result = await self._commands.set_kill_switch(call.account_id, payload, payload.key)
        message = "Halted" if result.on else "Resumed"
        return SetKillSwitchReply(
            status="ok",
            id=payload.id,
            message=message,
            seq=result.seq,
            on=result.on,
            canceled=result.canceled,
        )


def _done(payload: CommandPayload, result: SuccessResponse) -> CommandReply:
    return CommandReply(status="ok", id=payload.id, message=result.message, seq=result.seq)
