"""Places, replaces, cancels and reads orders for Alpaca's clients."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from uuid import UUID

from trading_api.domain.account_snapshot import OrderView
from trading_api.domain.broker_commands import (
    BrokerCommand,
    CancelOrderCommand,
    CancelOrdersCommand,
    CommandResult,
    EditBracketsCommand,
    ModifyOrderCommand,
    PlaceOrderCommand,
)
from trading_api.domain.decimal_text import decimal_text
from trading_api.domain.instrument import Instrument
from trading_api.domain.orders import Side
from trading_api.domain.ports.broker import Broker
from trading_api.errors import ApiError, Unavailable
from trading_api.models.alpaca.orders import (
    AlpacaOrder,
    CanceledOrder,
    NewOrder,
    OrderReplacement,
)
from trading_api.modules.alpaca.errors import (
    AlpacaError,
    code_of,
    insufficient,
    not_found,
    to_alpaca_error,
    unprocessable,
)
from trading_api.modules.alpaca.ids import numbered_id, numbered_uuid
from trading_api.modules.alpaca.services import AlpacaServices
from trading_api.modules.alpaca.trading.order_documents import (
    OrderPresenter,
    accepted,
    order_status,
)
from trading_api.modules.alpaca.trading.order_instructions import (
    to_instruction,
    to_oco_brackets,
    to_replacement,
)
from trading_api.modules.alpaca.trading.order_list import OrderFilter, list_orders
from trading_api.modules.alpaca.trading.order_reader import OrderReader

PRESENTED_AT_ONCE = 50
"""The orders of a list that are made documents without a pause, in some milliseconds."""
_NOT_CHANGEABLE = {"order_not_working", "order_triggered"}


class AccountOrders:
    """The orders of accounts that the caller was granted. Methods raise AlpacaError, and ApiError
    where the port refuses."""

    def __init__(self, services: AlpacaServices) -> None:
        self._context = services.context
        self._assets = services.assets
        self.presenter = OrderPresenter(services.assets)

    # Commands

    async def submit(self, account_id: str, order: NewOrder) -> AlpacaOrder:
        """Place an order and return it with its legs, as accepted: the stream reports its fills."""
        self._context.admission.admit(account_id)
        instrument = self._assets.find(order.symbol)
        if instrument is None:
            raise unprocessable(f'could not find asset "{order.symbol}"')
        if order.order_class == "oco":
            return await self._protect_position(account_id, order, instrument)
        instruction = to_instruction(
            order, instrument, self._context.market.quote(instrument.symbol)
        )
        await self._check_intent(account_id, order, instrument)
        result = await self.execute(account_id, PlaceOrderCommand(instruction))
        return await self.placed(account_id, result.order_id)

    async def replace(self, account_id: str, uuid: str, change: OrderReplacement) -> AlpacaOrder:
        """Change fields of an order. It keeps its id."""
        self._context.admission.admit(account_id)
        order = await self._order(await self.reader(account_id), uuid)
        instrument = self._assets.by_symbol(order.symbol)
        if instrument is None:
            raise unprocessable(f'could not find asset "{order.symbol}"')
        if not order.is_live:
            raise _ended(order_status(order))
        command = ModifyOrderCommand(order.id, to_replacement(order, change, instrument))
        await self.execute(account_id, command)
        return await self.by_id(account_id, order.id)

    async def cancel(self, account_id: str, uuid: str) -> None:
        """Cancel one order."""
        self._context.admission.admit(account_id)
        order = await self._order(await self.reader(account_id), uuid)
        if not order.is_live:
            raise _ended(order_status(order))
        await self.execute(account_id, CancelOrderCommand(order.id))

    async def cancel_all(self, account_id: str) -> list[CanceledOrder]:
        """Cancel every live order, and return those that were canceled."""
        self._context.admission.admit(account_id)
        result = await self.execute(account_id, CancelOrdersCommand())
        return [
            CanceledOrder(id=str(numbered_uuid(account_id, id)), status=200)
            for id in result.canceled
        ]

    async def execute(self, account_id: str, command: BrokerCommand) -> CommandResult:
        """Execute a command of an account. Raises AlpacaError."""
        try:
            return await self._context.broker.submit(account_id, command)
        except ApiError as error:
            if error.code in _NOT_CHANGEABLE:
                raise unprocessable(f"order is not open: {error.detail}") from error
            if isinstance(command, PlaceOrderCommand) and error.code == "position_not_found":
                raise insufficient(
                    f"insufficient qty available for order: {error.detail}"
                ) from error
            raise to_alpaca_error(error) from error

    async def _protect_position(
        self, account_id: str, order: NewOrder, instrument: Instrument
    ) -> AlpacaOrder:
        """Place the two brackets of an OCO order, which are as large as the position."""
        brackets = to_oco_brackets(order)
        snapshot = (await self._loaded(account_id)).snapshot(account_id)
        position = snapshot.position(instrument.symbol)
        side = Side.BUY if order.side == "buy" else Side.SELL
        held = position.quantity if position and position.quantity * side < 0 else Decimal(0)
        is_protected = bool(snapshot.position_brackets(instrument.symbol))
        available = Decimal(0) if is_protected else abs(held)
        if order.qty is None:
            raise unprocessable("oco orders require qty")
        if order.qty > available:
            raise insufficient(
                f"insufficient qty available for order (requested: {decimal_text(order.qty)}, "
                f"available: {decimal_text(available)})",
                available=decimal_text(available),
                existing_qty=decimal_text(abs(held)),
                held_for_orders=decimal_text(abs(held) - available),
                symbol=instrument.symbol,
            )
        if order.qty != available:
            raise unprocessable(
                "an oco order has to be as large as the position: "
                f"qty {decimal_text(available)} is supported by this server"
            )
        result = await self.execute(account_id, EditBracketsCommand(instrument.symbol, brackets))
        reader = await self.reader(account_id)
        placed = await reader.order(result.order_id)
        assert placed is not None, result.order_id
        partner = await reader.oco_partner(placed)
        primary = placed if partner is None or not await reader.is_leg(placed) else partner
        return await self.presenter.nested(reader, primary)

    async def _check_intent(self, account_id: str, order: NewOrder, instrument: Instrument) -> None:
        """Raises AlpacaError for an order that claims to open a position, but would close one."""
        if order.position_intent is None or order.position_intent.endswith("_to_close"):
            return
        snapshot = (await self._loaded(account_id)).snapshot(account_id)
        position = snapshot.position(instrument.symbol)
        side = Side.BUY if order.side == "buy" else Side.SELL
        if position is not None and position.quantity * side < 0:
            raise unprocessable(
                f"position intent mismatch, inferred: {order.side}_to_close, "
                f"specified: {order.position_intent}"
            )

    # Queries

    async def search(self, account_id: str, wanted: OrderFilter) -> list[AlpacaOrder]:
        """Return the orders that the filter admits."""
        reader = await self.reader(account_id)
        present = self.presenter.nested if wanted.is_nested else self.presenter.flat
        documents: list[AlpacaOrder] = []
        for order in await list_orders(reader, wanted):
            if len(documents) % PRESENTED_AT_ONCE == 0:
                await asyncio.sleep(0)
            documents.append(await present(reader, order))
        return documents

    async def by_uuid(self, account_id: str, uuid: str) -> AlpacaOrder:
        """Return an order with its legs."""
        reader = await self.reader(account_id)
        return await self.presenter.nested(reader, await self._order(reader, uuid))

    async def by_client_id(self, account_id: str, client_id: str) -> AlpacaOrder:
        """Return the order with a client order id. An order that was placed without one has its
        UUID as client order id."""
        reader = await self.reader(account_id)
        order = await reader.history.order_by_client_id(client_id) if client_id else None
        if order is None:
            order = await self._find(reader, client_id)
        if order is None:
            raise not_found(f"order not found for {client_id[:128]}")
        return await self.presenter.nested(reader, order)

    async def by_id(self, account_id: str, order_id: str) -> AlpacaOrder:
        """Return the order with this server's id, which must exist, with its legs."""
        reader = await self.reader(account_id)
        order = await reader.order(order_id)
        assert order is not None, order_id
        return await self.presenter.nested(reader, order)

    async def placed(self, account_id: str, order_id: str) -> AlpacaOrder:
        """Return an order that was placed just now, as accepted.

        If it cannot be read, the error states that it was placed: a bot that repeats its request
        would place a second one."""
        try:
            return accepted(await self.by_id(account_id, order_id))
        except Unavailable as error:
            raise AlpacaError(
                500,
                code_of(500),
                f"the order {numbered_uuid(account_id, order_id)} was placed, but cannot be read: "
                f"{error.detail}",
            ) from error

    async def reader(self, account_id: str) -> OrderReader:
        """Load an account, and return a reader of its orders. Raises Unavailable."""
        return OrderReader(await self._loaded(account_id), account_id)

    async def _order(self, reader: OrderReader, uuid: str) -> OrderView:
        order = await self._find(reader, uuid)
        if order is None:
            raise not_found(f"order not found for {uuid[:64]}")
        return order

    async def _find(self, reader: OrderReader, text: str) -> OrderView | None:
        try:
            order_id = numbered_id(reader.account_id, "order", UUID(text))
        except ValueError:
            return None
        return None if order_id is None else await reader.order(order_id)

    async def _loaded(self, account_id: str) -> Broker:
        await self._context.broker.load(account_id)
        return self._context.broker


def _ended(status: str) -> AlpacaError:
    return unprocessable(f'order is already in "{status}" state')
