"""The alerts that a hook received, with their results."""

from typing import Annotated

from pydantic import Field

from trading_api.models.common import CamelModel, WireStrEnum, example
from trading_api.models.hooks.tradingview_alerts import OrderAlert, TargetAlert


class DeliveryResult(WireStrEnum):
    """`pending` lasts until the broker has answered."""

    PENDING = "pending"
    EXECUTED = "executed"
    REFUSED = "refused"


class AlertDelivery(CamelModel):
    """An alert and its result. Times are in ms since 1970.

    `orderIds` are the orders that it placed: none if the position was at its target already.
    `repeats` counts the repetitions of the alert, which have no effect. A refused alert has a
    `code` and a `detail`; one that could not be read has no `alert`.
    """

    model_config = example(
        {
            "number": 12,
            "hookId": "hook-3f9c2b7a10de4c55",
            "receivedMs": 1790000000250,
            "result": "executed",
            "orderIds": ["order-7"],
            "repeats": 0,
            "alert": {
                "mode": "target",
                "ticker": "AAPL",
                "position_size": "10",
                "timenow": 1790000000000,
                "sequence": 0,
            },
        }
    )

    number: int
    hook_id: str
    received_ms: int
    result: DeliveryResult
    code: str | None = None
    detail: str | None = None
    order_ids: list[str]
    repeats: int
    alert: Annotated[OrderAlert | TargetAlert, Field(discriminator="mode")] | None = None
