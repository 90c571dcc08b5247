"""The enumerations of the wire.

Generated from openapi.json and asyncapi.json by `make generate-python-client`."""

from trading_api_client.models.base import IntegerEnum, TextEnum


class AlertCondition(TextEnum):
    """In which direction the price has to cross the alert's price."""

    UP = "up"
    DOWN = "down"
    EITHER = "either"


class AlertDirection(TextEnum):
    """The direction in which the price crossed."""

    UP = "up"
    DOWN = "down"


class AlertFrequency(TextEnum):
    """How often an alert fires: once, or each time, at most once a minute."""

    ONCE = "once"
    REPEATING = "repeating"


class AlertStatus(TextEnum):
    """`firing` lasts until the notification is stored. `deleted` is sent by updates only."""

    ACTIVE = "active"
    FIRING = "firing"
    FIRED = "fired"
    EXPIRED = "expired"
    DELETED = "deleted"


class ConnectionStatus(IntegerEnum):
    CONNECTED = 1
    CONNECTING = 2
    DISCONNECTED = 3
    ERROR = 4


class DisconnectType(IntegerEnum):
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


class DurationType(TextEnum):
    DAY = "DAY"
    GTC = "GTC"
    GTD = "GTD"
    IOC = "IOC"
    FOK = "FOK"


class NotificationSeverity(TextEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class OrderStatus(IntegerEnum):
    CANCELED = 1
    FILLED = 2
    INACTIVE = 3
    PLACING = 4
    REJECTED = 5
    WORKING = 6


class OrderType(IntegerEnum):
    LIMIT = 1
    MARKET = 2
    STOP = 3
    STOP_LIMIT = 4


class ParentType(IntegerEnum):
    ORDER = 1
    POSITION = 2
    INDIVIDUAL_POSITION = 3


class Side(IntegerEnum):
    BUY = 1
    SELL = -1


class StopType(IntegerEnum):
    STOP_LOSS = 0
    TRAILING_STOP = 1
    GUARANTEED_STOP = 2
