"""Accounts, their equity, cash and connection."""

from typing import Annotated, Literal

from pydantic import Field

from trading_api.models.common import (
    CamelModel,
    NamedLiteral,
    Number,
    Symbol,
    WireIntEnum,
    example,
)

AccountKind = Annotated[Literal["paper", "live"], NamedLiteral("AccountKind")]
"""Whether an account is simulated, or trades real money. The ids of live accounts begin with
`LIVE-`."""


class AccountMetainfo(CamelModel):
    """An account: its id, its name, its kind and its currency. An account without a name has its id
    as its name. `type` is the kind in TradingView's words."""

    model_config = example(
        {
            "id": "DEMO-ACCOUNT",
            "name": "DEMO-ACCOUNT",
            "type": "demo",
            "kind": "paper",
            "currency": "USD",
        }
    )

    id: str
    name: str
    type: str = "demo"
    kind: AccountKind = "paper"
    currency: str


class EquityData(CamelModel):
    """The state of an account's money, in the account's currency.

    `balance` is cash. `unrealizedPL` is what closing the open positions would yield now. `equity`
    is the sum of both. `realizedPL` counts from the opening of the account. `usedMargin` is
    reserved for positions and working orders; `freeMargin` is equity less used margin.
    `deposited` is the balance at the opening or the last reset, and what was paid in since, less
    what was withdrawn: no part of it is profit. `seq` is the number of the account's last event.
    """

    model_config = example(
        {
            "equity": 99999.8,
            "balance": 100000,
            "unrealizedPL": -0.2,
            "realizedPL": 0,
            "usedMargin": 187.4,
            "freeMargin": 99812.4,
            "deposited": 100000,
            "seq": 12,
        }
    )

    equity: Number
    balance: Number
    unrealized_pl: Number = Field(alias="unrealizedPL")
    realized_pl: Number = Field(alias="realizedPL")
    used_margin: Number | None = None
    free_margin: Number | None = None
    deposited: Number | None = None
    seq: int | None = None


class AccountState(CamelModel):
    """An account's money at the last prices, in the account's currency.

    `balance` is cash, and `equity` is cash and `openPL`, what closing the open positions would
    yield now. `usedMargin` is reserved for positions and working orders; `freeMargin` is equity
    less used margin. `marginLevel` is equity in percent of the used margin, and absent while none
    is used. `realizedPLToday` is the profit realized since 00:00 UTC of market time, before
    commission. `halted` is whether the kill switch is on. Below the equity of `maintenanceMargin`
    positions are closed by force; it is absent where the server does not do that.
    """

    model_config = example(
        {
            "balance": 100012.5,
            "equity": 100112.5,
            "usedMargin": 187.4,
            "freeMargin": 99925.1,
            "marginLevel": 53421.8,
            "openPL": 100,
            "realizedPLToday": 12.5,
            "currency": "USD",
            "halted": False,
            "maintenanceMargin": 93.7,
        }
    )

    balance: Number
    equity: Number
    used_margin: Number
    free_margin: Number
    margin_level: Number | None = None
    open_pl: Number = Field(alias="openPL")
    realized_pl_today: Number = Field(alias="realizedPLToday")
    currency: str
    halted: bool = False
    maintenance_margin: Number | None = None


class ConnectionStatus(WireIntEnum):
    CONNECTED = 1
    CONNECTING = 2
    DISCONNECTED = 3
    ERROR = 4


class DisconnectType(WireIntEnum):
    LOG_OUT = 0
    FAILED_RESTORING = 1
    OFFLINE = 2
    API_ERROR = 3
    TWO_FACTOR_REQUIRED = 4
    CANCEL_AUTHORIZATION = 5
    TIME_OUT_FOR_AUTHORIZATION = 6
    OAUTH_ERROR = 7
    BROKEN_CONNECTION = 8
    RECONNECT = 9
    FAILED_SIGN_IN = 10


class BrokerConnectionStatus(CamelModel):
    """The connection of the broker to its market. `timestamp` is in ms since 1970."""

    model_config = example({"status": 1, "timestamp": 1790000000250})

    status: ConnectionStatus
    message: str | None = None
    disconnect_type: DisconnectType | None = None
    timestamp: int


Amount = Annotated[
    Number, Field(json_schema_extra={"exclusiveMinimum": 0, "maximum": 1_000_000_000_000})
]
"""The limits are documented, not validated: the broker rejects with a code of its own."""


class AccountRequest(CamelModel):
    """The account to open, unless it is open, and its name.

    A name has at most 64 visible characters, does not look as if it began with `LIVE-`, and is not
    the id of another account. An empty one removes the name. Without `name` the account keeps the
    one it has."""

    model_config = example({"name": "Breakouts"})

    name: Annotated[str | None, Field(json_schema_extra={"maxLength": 64})] = None


class DepositRequest(CamelModel):
    """An amount of cash to add, in the account's currency."""

    model_config = example({"amount": 5000})

    amount: Amount


class WithdrawalRequest(CamelModel):
    """An amount of cash to take, in the account's currency."""

    model_config = example({"amount": 5000})

    amount: Amount


class SettlementRequest(CamelModel):
    """The position to end, and the price to end it at, in the currency of its instrument."""

    model_config = example({"symbol": "AAPL", "price": 187.4})

    symbol: Symbol
    price: Annotated[Number, Field(json_schema_extra={"minimum": 0, "maximum": 1_000_000_000_000})]


class ResetRequest(CamelModel):
    """The balance to start again with. The default is INITIAL_BALANCE."""

    model_config = example({"balance": 100000})

    balance: Amount | None = None


class CashLine(CamelModel):
    """One change of an account's cash. The balance is the sum of all amounts.

    `kind` is `deposit`, `withdrawal`, `realized_pl`, `commission`, `settlement` or `reset`. `seq`
    is the number of the event that caused it. `time` is in ms since 1970.
    """

    model_config = example(
        {
            "seq": 7,
            "kind": "realized_pl",
            "amount": 12.5,
            "balance": 100012.5,
            "time": 1790000000250,
            "symbol": "AAPL",
            "orderId": "order-2",
            "executionId": "execution-2",
        }
    )

    seq: int
    kind: str
    amount: Number
    balance: Number
    time: int
    symbol: str | None = None
    order_id: str | None = None
    execution_id: str | None = None
