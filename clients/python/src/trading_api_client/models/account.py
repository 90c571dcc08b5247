"""The money and the state of accounts, and price alerts.

Generated from openapi.json and asyncapi.json by `make generate-python-client`."""

from __future__ import annotations

from typing import Literal

from trading_api_client.models.base import Model
from trading_api_client.models.enums import (
    AlertCondition,
    AlertDirection,
    AlertFrequency,
    AlertStatus,
    ConnectionStatus,
    DisconnectType,
    DurationType,
    NotificationSeverity,
    OrderType,
    Side,
)
from trading_api_client.models.orders import Execution, PlacedOrder, Position


class AccountMetainfo(Model, frozen=True, kw_only=True):
    """An account: its id, its name, its kind and its currency. An account without a name has its id
    as its name. `type` is the kind in TradingView's words."""

    id: str
    name: str
    type: str = "demo"
    kind: Literal["paper", "live"] = "paper"
    currency: str


class AccountRequest(Model, frozen=True, kw_only=True):
    """The account to open, unless it is open, and its name.

    A name has at most 64 visible characters, does not look as if it began with `LIVE-`, and is not
    the id of another account. An empty one removes the name. Without `name` the account keeps the
    one it has."""

    name: str | None = None


class AccountState(Model, frozen=True, kw_only=True):
    """An account's money at the last prices, in the account's currency.

    `balance` is cash, and `equity` is cash and `openPL`, what closing the open positions would
    yield now. `usedMargin` is reserved for positions and working orders; `freeMargin` is equity
    less used margin. `marginLevel` is equity in percent of the used margin, and absent while none
    is used. `realizedPLToday` is the profit realized since 00:00 UTC of market time, before
    commission. `halted` is whether the kill switch is on. Below the equity of `maintenanceMargin`
    positions are closed by force; it is absent where the server does not do that."""

    balance: float
    equity: float
    usedMargin: float
    freeMargin: float
    marginLevel: float | None = None
    openPL: float
    realizedPLToday: float
    currency: str
    halted: bool = False
    maintenanceMargin: float | None = None


class AlertFiring(Model, frozen=True, kw_only=True):
    """One firing of an alert: the quote's time, in ms since 1970, and its price."""

    time: int
    price: float
    direction: AlertDirection


class Alert(Model, frozen=True, kw_only=True):
    """A price alert of an account. Times are in ms since 1970.

    `firings` counts how often it has fired. `lastFired` is the latest firing."""

    id: str
    accountId: str
    symbol: str
    condition: AlertCondition
    price: float
    frequency: AlertFrequency
    expiresMs: int | None = None
    message: str | None = None
    status: AlertStatus
    createdMs: int
    firings: int
    lastFired: AlertFiring | None = None


class AlertRequest(Model, frozen=True, kw_only=True):
    """What an alert waits for. `expiresMs` is in ms since 1970, in the time of the market.

    `message` is a line of text that the notification repeats."""

    symbol: str
    condition: AlertCondition
    price: float
    frequency: AlertFrequency = AlertFrequency.ONCE
    expiresMs: int | None = None
    message: str | None = None


class BrokerFlags(Model, frozen=True, kw_only=True):
    """TradingView's configFlags. A flag is true where the feature is supported."""

    supportOrderBrackets: bool = True
    supportPositionBrackets: bool = True
    supportMarketBrackets: bool = True
    supportModifyOrderPrice: bool = True
    supportModifyBrackets: bool = True
    supportModifyDuration: bool = True
    supportModifyTrailingStop: bool = True
    supportEditAmount: bool = True
    supportClosePosition: bool = True
    supportPartialClosePosition: bool = True
    supportReversePosition: bool = True
    supportNativeReversePosition: bool = True
    supportMarketOrders: bool = True
    supportLimitOrders: bool = True
    supportStopOrders: bool = True
    supportStopLimitOrders: bool = True
    supportTrailingStop: bool = True
    supportGuaranteedStop: bool = False
    supportPlaceOrderPreview: bool = True
    supportModifyOrderPreview: bool = True
    supportOrdersHistory: bool = True
    supportExecutions: bool = True
    supportLeverage: bool = True
    supportMargin: bool = True
    supportPLUpdate: bool = True
    supportPositionNetting: bool = True
    supportLevel2Data: bool = True
    supportMultiposition: bool = False
    supportCryptoBrackets: bool = False
    supportDemoLiveSwitcher: bool = False


class DurationInfo(Model, frozen=True, kw_only=True):
    """A time in force. The pickers are true where the terminal has to ask for `datetime`."""

    name: str
    value: DurationType
    default: bool = False
    hasDatePicker: bool = False
    hasTimePicker: bool = False
    supportedOrderTypes: list[OrderType]


class BrokerConfiguration(Model, frozen=True, kw_only=True):
    """The features that a terminal can enable. `currency` is the currency of all accounts.

    An account is warned when its margin level falls below one of `marginWarningLevels`, which are
    in percent, descending."""

    configFlags: BrokerFlags
    durations: list[DurationInfo]
    currency: str
    marginWarningLevels: list[float] | None = None


class BrokerConnectionStatus(Model, frozen=True, kw_only=True):
    """The connection of the broker to its market. `timestamp` is in ms since 1970."""

    status: ConnectionStatus
    message: str | None = None
    disconnectType: DisconnectType | None = None
    timestamp: int


class KillSwitchState(Model, frozen=True, kw_only=True):
    """Whether an account is halted, why, and when that was set, in ms since 1970.

    While it is `on`, the account only cancels orders and closes positions. `time` is absent if it
    was never set."""

    on: bool
    reason: str = ""
    time: int | None = None


class Notification(Model, frozen=True, kw_only=True):
    """Something that happened to an account. `id` is the number of the event.

    `message` is for people, in plain English. `code` is for programs and names the kind of
    occurrence. `reference` has what it is about, by name: ids, symbols and numbers. `time` is in
    ms since 1970."""

    id: int
    severity: NotificationSeverity
    code: str
    message: str
    reference: dict[str, str | int | float]
    time: int


class BrokerEvent(Model, frozen=True, kw_only=True):
    """One event of an account. Events are numbered from 1 without gaps.

    `type` is the kind of event, `time` is in ms since 1970. `accountKind` is that of the account.
    The other fields are the objects that the event changed, in their new state. `price` is that of
    a settlement. `name` is that of an `accountNamed`. `notification` is that of a
    `notificationRaised`; other events that notify show what they are about. `code` and `text` are
    the reason of a `riskRejected` and of what a venue reports. `killSwitch` is that of a
    `killSwitchSet`. `requestId` is the `X-Request-ID` of the command that caused it, where the
    client sent one."""

    seq: int
    type: str
    time: int
    accountKind: Literal["paper", "live"] = "paper"
    order: PlacedOrder | None = None
    execution: Execution | None = None
    position: Position | None = None
    positions: list[Position] | None = None
    balance: float | None = None
    symbol: str | None = None
    leverage: float | None = None
    price: float | None = None
    name: str | None = None
    notification: Notification | None = None
    code: str | None = None
    text: str | None = None
    killSwitch: KillSwitchState | None = None
    requestId: str | None = None


class CashLine(Model, frozen=True, kw_only=True):
    """One change of an account's cash. The balance is the sum of all amounts.

    `kind` is `deposit`, `withdrawal`, `realized_pl`, `commission`, `settlement` or `reset`. `seq`
    is the number of the event that caused it. `time` is in ms since 1970."""

    seq: int
    kind: str
    amount: float
    balance: float
    time: int
    symbol: str | None = None
    orderId: str | None = None
    executionId: str | None = None


class DepositRequest(Model, frozen=True, kw_only=True):
    """An amount of cash to add, in the account's currency."""

    amount: float


class EquityData(Model, frozen=True, kw_only=True):
    """The state of an account's money, in the account's currency.

    `balance` is cash. `unrealizedPL` is what closing the open positions would yield now. `equity`
    is the sum of both. `realizedPL` counts from the opening of the account. `usedMargin` is
    reserved for positions and working orders; `freeMargin` is equity less used margin.
    `deposited` is the balance at the opening or the last reset, and what was paid in since, less
    what was withdrawn: no part of it is profit. `seq` is the number of the account's last event."""

    equity: float
    balance: float
    unrealizedPL: float
    realizedPL: float
    usedMargin: float | None = None
    freeMargin: float | None = None
    deposited: float | None = None
    seq: int | None = None


class QuantityRange(Model, frozen=True, kw_only=True):
    """The quantities that an order of a symbol may have."""

    min: float
    max: float
    step: float
    default: float


class InstrumentInfo(Model, frozen=True, kw_only=True):
    """The properties of a symbol that an order ticket needs.

    `pipValue` is the value of one pip of one unit, in the account's currency. It is left out
    while no quote allows to convert it."""

    qty: QuantityRange
    pipSize: float
    pipValue: float | None = None
    minTick: float
    description: str
    currency: str
    leverage: str
    allowedOrderTypes: list[OrderType]
    allowedDurations: list[DurationType]


class KillSwitchParams(Model, frozen=True, kw_only=True):
    """Whether to halt the account, or to let it trade again, and why."""

    on: bool
    reason: str = ""


class KillSwitchResult(Model, frozen=True, kw_only=True):
    """Whether the account is halted now, and the orders whose cancellation that began."""

    on: bool
    canceled: list[str]
    seq: int


class LeverageInfo(Model, frozen=True, kw_only=True):
    """The leverage of a symbol and the range that it can be set to."""

    title: str
    leverage: float
    min: float
    max: float
    step: float


class LeveragePreviewResult(Model, frozen=True, kw_only=True):
    """What a change of leverage would mean, in sentences for the user."""

    infos: list[str] | None = None
    warnings: list[str] | None = None
    errors: list[str] | None = None


class LeverageSetParams(Model, frozen=True, kw_only=True):
    """The leverage to set or preview for a symbol."""

    symbol: str
    orderType: OrderType
    side: Side
    leverage: float


class LeverageSetResult(Model, frozen=True, kw_only=True):
    """The leverage that is now in effect."""

    leverage: float
    seq: int


class PositionPL(Model, frozen=True, kw_only=True):
    """The unrealised profit of an open position at the last quote.

    `price` is the one at which the position could be closed: the bid for a long position, the ask
    for a short one. `pl` is in the account's currency. `plPercent` is `pl` in percent of what was
    paid or received for the position, without the leverage."""

    symbol: str
    pl: float
    plPercent: float
    price: float


class ResetRequest(Model, frozen=True, kw_only=True):
    """The balance to start again with. The default is INITIAL_BALANCE."""

    balance: float | None = None


class SettlementRequest(Model, frozen=True, kw_only=True):
    """The position to end, and the price to end it at, in the currency of its instrument."""

    symbol: str
    price: float


class WithdrawalRequest(Model, frozen=True, kw_only=True):
    """An amount of cash to take, in the account's currency."""

    amount: float
