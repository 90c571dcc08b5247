"""Payloads of subscriptions to accounts."""

from pydantic import ConfigDict, Field, RootModel

from trading_api.models.common import SubscriptionModel

_account_id = Field(alias="accountId", examples=["DEMO-ACCOUNT"])


class OrdersSubscriptionRequest(SubscriptionModel):
    """The orders of one account."""

    account_id: str = _account_id


class PositionsSubscriptionRequest(SubscriptionModel):
    """The positions of one account."""

    account_id: str = _account_id


class PositionPLSubscriptionRequest(SubscriptionModel):
    """The live profit of one account's open positions."""

    account_id: str = _account_id


class EquitySubscriptionRequest(SubscriptionModel):
    """The equity of one account."""

    account_id: str = _account_id


class AccountSubscriptionRequest(SubscriptionModel):
    """The money of one account."""

    account_id: str = _account_id


class NotificationsSubscriptionRequest(SubscriptionModel):
    """The notifications of one account."""

    account_id: str = _account_id


class BrokerConnectionSubscriptionRequest(SubscriptionModel):
    """The status of the broker's connection, for one account."""

    account_id: str = _account_id


class AccountExecutions(SubscriptionModel):
    """Every execution of the account."""

    account_id: str = _account_id


class SymbolExecutions(SubscriptionModel):
    """The account's executions in one symbol."""

    account_id: str = _account_id
    symbol: str = Field(examples=["AAPL"])


class ExecutionsSubscriptionRequest(RootModel[AccountExecutions | SymbolExecutions]):
    """The executions of one account, in all symbols or in one."""

    model_config = ConfigDict(frozen=True)
