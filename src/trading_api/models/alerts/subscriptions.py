"""Payloads of subscriptions to alerts."""

from pydantic import Field

from trading_api.models.common import SubscriptionModel


class AlertsSubscriptionRequest(SubscriptionModel):
    """The price alerts of one account."""

    account_id: str = Field(alias="accountId", examples=["DEMO-ACCOUNT"])
