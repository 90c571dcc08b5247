"""Publishes the committed events of accounts as Alpaca's trade updates."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from trading_api.domain.account_event import AccountEvent
from trading_api.domain.broker_connection import BrokerConnection
from trading_api.domain.decimal_text import decimal_text
from trading_api.domain.ports.broker import Broker
from trading_api.models.alpaca.orders import TradeUpdate
from trading_api.modules.alpaca.formats import rfc3339
from trading_api.modules.alpaca.ids import numbered_uuid
from trading_api.modules.alpaca.trade_updates.messages import TRADE_UPDATES, frame
from trading_api.modules.alpaca.trading.order_documents import OrderPresenter, order_status
from trading_api.modules.alpaca.trading.order_reader import class_of
from trading_api.streaming.outbox import Outbox, send_to_all

_EVENTS = {
    "orderActivated": "new",
    "orderArrived": "new",
    "orderCancelRequested": "pending_cancel",
    "orderModified": "replaced",
    "orderRejected": "rejected",
    "orderReplaceRequested": "pending_replace",
    "orderSuspended": "held",
}
"""Alpaca's event by the type of the account event. `event_name` has those that depend on more."""


class TradeUpdateClient(Protocol):
    """A client that listens to the trade updates of one account."""

    @property
    def packed(self) -> bool:
        """Whether it receives MessagePack."""
        ...

    @property
    def outbox(self) -> Outbox: ...


class TradeUpdatePublisher:
    """A BrokerListener that sends each change of an order to the clients of its account.

    An update is encoded once for all clients of one encoding."""

    def __init__(self, broker: Broker, presenter: OrderPresenter) -> None:
        self._broker = broker
        self._presenter = presenter
        # As many as there are open streams.
        self._clients: dict[str, set[TradeUpdateClient]] = {}

    def start(self) -> None:
        """Listen to the broker from now on."""
        self._broker.listen(self)

    async def add(self, account_id: str, client: TradeUpdateClient) -> None:
        """Send the account's updates to a client from now on. Raises Unavailable."""
        await self._broker.load(account_id)
        clients = self._clients.setdefault(account_id, set())
        if client not in clients:
            self._broker.pin(account_id)
            clients.add(client)

    def remove(self, account_id: str, client: TradeUpdateClient) -> None:
        """Stop sending to a client. A client that was not added is ignored."""
        clients = self._clients.get(account_id, set())
        if client in clients:
            clients.remove(client)
            self._broker.unpin(account_id)
            if not clients:
                del self._clients[account_id]

    # The broker's listener

    def on_event(self, event: AccountEvent) -> None:
        """Send the trade update of an event, if it has one."""
        clients = self._clients.get(event.account_id)
        if not clients:
            return
        update = self._update(event)
        if update is None:
            return
        data = update.model_dump()
        if update.execution_id is None:
            for name in ("execution_id", "price", "qty", "position_qty"):
                del data[name]
        for packed in (False, True):
            outboxes = [client.outbox for client in clients if client.packed is packed]
            if outboxes:
                send_to_all(frame(TRADE_UPDATES, data, packed=packed), None, outboxes)

    def on_valuation(self, account_id: str) -> None:
        """Ignore new prices."""

    def on_connection(
        self, account_ids: Collection[str] | None, connection: BrokerConnection
    ) -> None:
        """Ignore the connection to the venue."""

    def _update(self, event: AccountEvent) -> TradeUpdate | None:
        order, account_id = event.order, event.account_id
        name = event_name(event)
        if order is None or name is None:
            return None
        document = self._presenter.document(account_id, order, class_of(order))
        execution, position = event.execution, event.position
        if execution is None:
            return TradeUpdate(event=name, timestamp=rfc3339(event.at_ms), order=document)
        return TradeUpdate(
            event=name,
            timestamp=rfc3339(event.at_ms),
            order=document,
            execution_id=str(numbered_uuid(account_id, execution.id)),
            price=decimal_text(execution.price),
            qty=decimal_text(execution.quantity),
            position_qty=decimal_text(position.quantity) if position else "0",
        )


def event_name(event: AccountEvent) -> str | None:
    """Return Alpaca's name of an account event, or None if the event has no trade update."""
    order = event.order
    if order is None:
        return None
    match event.type:
        case "orderPlaced" | "orderCanceled":
            return order_status(order)
        case "orderFilled":
            return "partial_fill" if order.is_live else "fill"
        case _:
            return _EVENTS.get(event.type)
