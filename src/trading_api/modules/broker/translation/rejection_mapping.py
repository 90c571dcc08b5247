"""Maps the engine's rejections to errors of the broker port."""

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
    RejectionCode.INSUFFICIENT_FUNDS,
    RejectionCode.TRADING_HALTED,
}


def to_api_error(rejection: Rejection) -> ApiError:
    """Return NotFound, Conflict or Invalid with the rejection's message and code."""
    error: type[ApiError] = Invalid
    if rejection.code in _NOT_FOUND:
        error = NotFound
    elif rejection.code in _CONFLICTS:
        error = Conflict
    return error(rejection.message, rejection.code.value)
