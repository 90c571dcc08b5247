"""Which web pages may talk to the server."""

import re


def is_allowed_origin(origin: str | None, host: str | None, admitted: re.Pattern[str]) -> bool:
    """Browsers say which page sends a request, and ask nobody whether it may open a socket; other
    clients say nothing. Pages that this server itself serves (`host`) may."""
    if origin is None or admitted.fullmatch(origin):
        return True
    return origin.partition("://")[2] == host
