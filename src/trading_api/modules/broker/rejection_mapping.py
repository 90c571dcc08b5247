"""The engine's rejections as answers to a caller."""

from trading_api.errors import ApiError, Conflict, Invalid, NotFound
from trading_api.modules.broker.engine.checks.rejection import Rejection, RejectionCode

_NOT_FOUND = {RejectionCode.ORDER_NOT_FOUND, RejectionCode.POSITION_NOT_FOUND}
_CONFLICTS = {
    RejectionCode.ORDER_NOT_WORKING,
    RejectionCode.ORDER_TRIGGERED,
    RejectionCode.QUANTITY_BELOW_FILLED,
    RejectionCode.NOT_REDUCING,
    RejectionCode.POSITION_REVERSING,
    RejectionCode.EXCEEDS_POSITION,
    RejectionCode.KEY_REUSED,
    RejectionCode.CLIENT_ID_TAKEN,
    RejectionCode.NO_PRICE,
    RejectionCode.INSUFFICIENT_MARGIN,
}


def refusal(rejection: Rejection) -> ApiError:
    kind: type[ApiError] = Invalid
    if rejection.code in _NOT_FOUND:
        kind = NotFound
    elif rejection.code in _CONFLICTS:
        kind = Conflict
    return kind(rejection.message, rejection.code.value)
