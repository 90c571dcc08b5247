"""What joins the log lines of one request: its id, from the header to what it caused."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
