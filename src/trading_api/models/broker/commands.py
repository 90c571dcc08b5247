"""The broker's commands over the socket, and the replies to them."""

from typing import Annotated, Any

from pydantic import Field

from trading_api.models.broker.kill_switch import KillSwitchParams
from trading_api.models.broker.leverage import LeverageSetParams
from trading_api.models.broker.orders import OrderId, OrderPreviewResult, PreOrder
from trading_api.models.broker.positions import Brackets
from trading_api.models.common import Number, example
from trading_api.models.ws import CommandPayload, CommandReply

# In REST these are a part of the path.
_OrderId = Annotated[str, Field(max_length=64, pattern=r"^[^/]+$", examples=["order-1"])]
_PositionId = Annotated[str, Field(max_length=64, pattern=r"^[^/]+$", examples=["AAPL"])]
_ORDER = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 10, "limitPrice": 187.4}


class PlaceOrderPayload(CommandPayload):
    """An order to place."""

    rest_body = "order"
    model_config = example({"accountId": "DEMO-ACCOUNT", "id": 1, "key": "my-1", "order": _ORDER})

    order: PreOrder


class PlaceOrderReply(CommandReply):
    """The id of the order that was placed."""

    model_config = example(
        {"status": "ok", "id": 1, "message": "Placed", "orderId": "order-1", "seq": 2}
    )

    order_id: str | None = None


class PreviewOrderPayload(CommandPayload):
    """An order to preview, or with `orderId` a change of that order. A preview takes no `key`."""

    rest_body = "order"
    model_config = example({"accountId": "DEMO-ACCOUNT", "id": 2, "order": _ORDER})

    order: PreOrder
    order_id: _OrderId | None = None


class PreviewOrderReply(CommandReply):
    """What the order would do."""

    model_config = example(
        {
            "status": "ok",
            "id": 2,
            "message": "Previewed",
            "preview": {
                "sections": [{"header": "Order", "rows": [{"title": "Symbol", "value": "AAPL"}]}]
            },
        }
    )

    preview: OrderPreviewResult | None = None


class ModifyOrderPayload(CommandPayload):
    """The whole order as it shall be."""

    rest_body = "order"
    model_config = example(
        {"accountId": "DEMO-ACCOUNT", "id": 3, "orderId": "order-1", "order": _ORDER}
    )

    order_id: _OrderId
    order: PreOrder


class CancelOrderPayload(CommandPayload):
    """A live order to cancel."""

    model_config = example({"accountId": "DEMO-ACCOUNT", "id": 4, "orderId": "order-1"})

    order_id: _OrderId


class CancelManyOrdersPayload(CommandPayload):
    """The orders to cancel, as far as they are live."""

    model_config = example({"accountId": "DEMO-ACCOUNT", "id": 5, "orderIds": ["order-1"]})

    order_ids: Annotated[list[OrderId], Field(max_length=1000)]


class CancelManyOrdersReply(CommandReply):
    """The ids of the orders that were canceled, with their brackets."""

    model_config = example(
        {"status": "ok", "id": 5, "message": "Canceled", "canceled": ["order-1"]}
    )

    canceled: list[str] | None = None


class ClosePositionPayload(CommandPayload):
    """A position to close at the market, all of it or `amount`."""

    model_config = example({"accountId": "DEMO-ACCOUNT", "id": 6, "positionId": "AAPL"})

    position_id: _PositionId
    amount: Number | None = None


class ReversePositionPayload(CommandPayload):
    """A position to reverse by one market order."""

    model_config = example({"accountId": "DEMO-ACCOUNT", "id": 7, "positionId": "AAPL"})

    position_id: _PositionId


class EditBracketsPayload(CommandPayload):
    """The brackets that a position shall have."""

    model_config = example(
        {
            "accountId": "DEMO-ACCOUNT",
            "id": 8,
            "positionId": "AAPL",
            "brackets": {"stopLoss": 180.5, "takeProfit": 195},
        }
    )

    position_id: _PositionId
    brackets: Brackets
    custom_fields: dict[str, Any] | None = None


class SetLeveragePayload(CommandPayload, LeverageSetParams):
    """The leverage to set for a symbol."""

    model_config = example(
        {
            "accountId": "DEMO-ACCOUNT",
            "id": 9,
            "symbol": "AAPL",
            "orderType": 2,
            "side": 1,
            "leverage": 5,
        }
    )


class SetLeverageReply(CommandReply):
    """The leverage that is now in effect."""

    model_config = example({"status": "ok", "id": 9, "message": "Set", "leverage": 5})

    leverage: Number | None = None


class SetKillSwitchPayload(CommandPayload, KillSwitchParams):
    """Whether to halt the account, or to let it trade again, and why."""

    model_config = example({"accountId": "DEMO-ACCOUNT", "id": 10, "on": True})


class SetKillSwitchReply(CommandReply):
    """Whether the account is halted now, and the orders whose cancellation that began."""

    model_config = example(
        {"status": "ok", "id": 10, "message": "Halted", "on": True, "canceled": ["order-1"]}
    )

    on: bool | None = None
    canceled: list[str] | None = None
