"""The id of the current request, which joins its log lines and the updates that it causes."""

import re
from contextvars import ContextVar

PLAIN_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
"""The form of a client's id that is kept: other texts could be mistaken in a log."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request or connection: its client's own, or a generated one. Logs use it."""

client_request_id: ContextVar[str] = ContextVar("client_request_id", default="")
"""The request id if the client sent one, else empty. Events and updates carry it.

Generated ids stay in the log, so that the same commands always cause the same updates.
"""
