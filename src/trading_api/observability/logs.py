"""Structured log lines: time, level, event name and fields.

They are written as text for development or as JSON for machines. A line is bounded in length,
whatever a caller put into it, and never contains a token.
"""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Any

import orjson

from trading_api.observability.bounded_values import (
    MESSAGE_LENGTH_MAX,
    bounded_fields,
    bounded_text,
    bounded_traceback,
)
from trading_api.observability.log_rate_limit import LogRateLimitFilter
from trading_api.observability.request_id import request_id

_STANDARD_ATTRIBUTES = {
    *vars(logging.makeLogRecord({})),
    "message",
    "asctime",
    "color_message",
    "taskName",
}
_TOKEN_PREFIX = "eyJ"
"""The first characters of every JWT: `{"` in Base64."""
_WORD = re.compile(r"[\w.-]+")


class _BoundedFormatter(logging.Formatter):
    """Bounds what both formats take from a record."""

    def formatException(self, ei: Any) -> str:
        return bounded_traceback(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        return bounded_traceback(super().formatStack(stack_info))


class EventFormatter(_BoundedFormatter):
    """Writes a text line: fields that are given as `extra` follow the message as `name=value`."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = _message(record)
        fields = [f"{name}={value!r}" for name, value in _fields(record).items()]
        return " ".join([super().formatMessage(record), *fields])

    def format(self, record: logging.LogRecord) -> str:
        # The text that a formatter without bounds may have stored in the record.
        record.exc_text = None
        return redact_tokens(super().format(record))


class JsonFormatter(_BoundedFormatter):
    """Writes one JSON object a line, in which `event` is the message.

    A `process_name` distinguishes the processes of one deployment."""

    def __init__(self, process_name: str = "") -> None:
        super().__init__()
        self._process = {"process": process_name} if process_name else {}

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            **self._process,
            "logger": record.name,
            "event": _message(record),
            **_fields(record),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return redact_tokens(orjson.dumps(line).decode())


def redact_tokens(line: str) -> str:
    """Return the line with every JWT replaced by `[token]`.

    Libraries log headers at level DEBUG. One pass is enough for any line, which matters because a
    caller can put a long path into it.
    """
    return _WORD.sub(_redact, line) if _TOKEN_PREFIX in line else line


def _redact(word: re.Match[str]) -> str:
    before, _, token = word[0].partition(_TOKEN_PREFIX)
    return f"{before}[token]" if "." in token else word[0]


def _message(record: logging.LogRecord) -> str:
    return bounded_text(record.getMessage(), MESSAGE_LENGTH_MAX)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    own = ((name, each) for name, each in vars(record).items() if name not in _STANDARD_ATTRIBUTES)
    fields = bounded_fields(own)
    if id := request_id.get():
        fields["request_id"] = id
    return fields


class LibraryNoiseFilter(logging.Filter):
    """Drops the lines that uvicorn and websockets log for each WebSocket connection.

    This project logs connections itself. uvicorn's line contains the whole URL, in which a client
    may have put a token; the line of websockets does not name the client.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        message = str(record.msg)
        return '"WebSocket %s"' not in message and not message.startswith("connection ")


def log_config(level: str, style: str, lines_per_s: int, process_name: str = "") -> dict[str, Any]:
    """Return the configuration for `logging.config`.

    `style` is `text` or `json`. `lines_per_s` limits the lines of each event
    (`LogRateLimitFilter`). Each line names the process, if it has a name.
    """
    before_name = f"{process_name} " if process_name else ""
    library_level = "INFO" if level == "debug" else level.upper()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "library_noise": {"()": LibraryNoiseFilter},
            "rate_limit": {"()": LogRateLimitFilter, "lines_per_s": lines_per_s},
        },
        "formatters": {
            "text": {
                "()": EventFormatter,
                "format": f"%(asctime)s %(levelname)-7s {before_name}%(name)s: %(message)s",
            },
            "json": {"()": JsonFormatter, "process_name": process_name},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": style,
                "filters": ["library_noise", "rate_limit"],
            }
        },
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {
            "uvicorn.access": {"level": "WARNING"},
            # At level DEBUG, they log the headers and messages of WebSocket connections, in which
            # clients send keys and secrets.
            "uvicorn.error": {"level": library_level},
            "websockets": {"level": library_level},
        },
    }
