from trading_api.models.alerts.alerts import Alert as Alert
from trading_api.models.alerts.alerts import AlertCondition as AlertCondition
from trading_api.models.alerts.alerts import AlertDirection as AlertDirection
from trading_api.models.alerts.alerts import AlertFiring as AlertFiring
from trading_api.models.alerts.alerts import AlertFrequency as AlertFrequency
from trading_api.models.alerts.alerts import AlertRequest as AlertRequest
from trading_api.models.alerts.alerts import AlertStatus as AlertStatus
from trading_api.models.alerts.commands import AlertReply as AlertReply
from trading_api.models.alerts.commands import ChangeAlertPayload as ChangeAlertPayload
from trading_api.models.alerts.commands import CreateAlertPayload as CreateAlertPayload
from trading_api.models.alerts.commands import DeleteAlertPayload as DeleteAlertPayload
from trading_api.models.alerts.commands import ListAlertsPayload as ListAlertsPayload
from trading_api.models.alerts.commands import ListAlertsReply as ListAlertsReply
from trading_api.models.alerts.subscriptions import (
    AlertsSubscriptionRequest as AlertsSubscriptionRequest,
)
