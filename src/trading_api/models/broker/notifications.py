"""Notifications of an account."""

from pydantic import Field

from trading_api.models.common import CamelModel, Number, WireStrEnum, example


class NotificationSeverity(WireStrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Notification(CamelModel):
    """Something that happened to an account. `id` is the number of the event.

    `message` is for people, in plain English. `code` is for programs and names the kind of
    occurrence. `reference` has what it is about, by name: ids, symbols and numbers. `time` is in
    ms since 1970.
    """

    model_config = example(
        {
            "id": 4,
            "severity": "info",
            "code": "order_filled",
            "message": "Bought 10 AAPL at 187.40 (order-1).",
            "reference": {
                "orderId": "order-1",
                "executionId": "execution-1",
                "symbol": "AAPL",
                "side": 1,
                "quantity": 10,
                "price": 187.4,
            },
            "time": 1790000000250,
        }
    )

    id: int
    severity: NotificationSeverity
    code: str = Field(examples=["order_filled"])
    message: str
    reference: dict[str, str | int | Number]
    time: int
