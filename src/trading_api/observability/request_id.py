"""What joins the log lines of one request: its id, from the header to what it caused."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of every request: its caller's, or one made up."""

named_request: ContextVar[str] = ContextVar("named_request", default="")
"""The id if its caller gave it, or empty: updates tell it. They tell none that was made up, so
that the same commands are the same updates."""
