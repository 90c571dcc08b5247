"""Which web pages may call the server."""

import re


def is_allowed_origin(origin: str | None, host: str | None, allowed: re.Pattern[str]) -> bool:
    """Return whether a request with this Origin header may be served.

    Pages of an `allowed` origin and pages that this server serves itself (`host`) may call.
    Clients that are not browsers send no Origin. Browsers do not apply CORS to WebSockets, so the
    server has to check.
    """
    if origin is None or allowed.fullmatch(origin):
        return True
    return origin.partition("://")[2] == host
