"""Events of accounts."""

from pydantic import Field

from trading_api.models.broker.account import AccountKind
from trading_api.models.broker.executions import Execution
from trading_api.models.broker.kill_switch import KillSwitchState
from trading_api.models.broker.notifications import Notification
from trading_api.models.broker.orders import PlacedOrder
from trading_api.models.broker.positions import Position
from trading_api.models.common import CamelModel, Number, example


class BrokerEvent(CamelModel):
    """One event of an account. Events are numbered from 1 without gaps.

    `type` is the kind of event, `time` is in ms since 1970. `accountKind` is that of the account.
    The other fields are the objects that the event changed, in their new state. `price` is that of
    a settlement. `name` is that of an `accountNamed`. `notification` is that of a
    `notificationRaised`; other events that notify show what they are about. `code` and `text` are
    the reason of a `riskRejected` and of what a venue reports. `killSwitch` is that of a
    `killSwitchSet`. `requestId` is the `X-Request-ID` of the command that caused it, where the
    client sent one.
    """

    model_config = example(
        {
            "seq": 4,
            "type": "orderCanceled",
            "time": 1790000000250,
            "accountKind": "paper",
            "order": {
                "id": "order-1",
                "symbol": "AAPL",
                "type": 1,
                "side": 1,
                "qty": 10,
                "status": 1,
                "limitPrice": 187.4,
                "filledQty": 0,
                "updateTime": 1790000000250,
                "version": 2,
            },
        }
    )

    seq: int
    type: str = Field(examples=["orderFilled"])
    time: int
    account_kind: AccountKind = "paper"
    order: PlacedOrder | None = None
    execution: Execution | None = None
    position: Position | None = None
    positions: list[Position] | None = None
    balance: Number | None = None
    symbol: str | None = None
    leverage: Number | None = None
    price: Number | None = None
    name: str | None = None
    notification: Notification | None = None
    code: str | None = None
    text: str | None = None
    kill_switch: KillSwitchState | None = None
    request_id: str | None = None
