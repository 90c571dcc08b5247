"""Who may come in, and which accounts they may act on."""

import re

from pydantic import TypeAdapter, ValidationError

from trading_api.models.common import AccountId
from trading_api.shared.errors import NotFound, shown

_account_ids: TypeAdapter[str] = TypeAdapter(AccountId)


def is_admitted_origin(origin: str | None, host: str | None, admitted: re.Pattern[str]) -> bool:
    """Browsers say which page opens a socket, and ask nobody whether it may; other clients say
    nothing. Pages that this server itself serves (`host`) may."""
    if origin is None or admitted.fullmatch(origin):
        return True
    return origin.partition("://")[2] == host


def granted_account(account_id: str) -> str:
    """Without authentication every well-formed id names a paper account. Raises NotFound."""
    try:
        return _account_ids.validate_python(account_id)
    except ValidationError:
        raise NotFound(
            f"There is no account {shown(account_id)!r}; an id is 1 to 64 characters of "
            "A-Z a-z 0-9 _ . and -.",
            "unknown_account",
        ) from None
