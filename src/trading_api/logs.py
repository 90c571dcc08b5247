"""Log lines: time, level, event name, fields. As text for whoever develops, as JSON for machines;
never with a token in them."""

from __future__ import annotations

import logging
import re
from typing import Any

import orjson

from trading_api.shared.request_id import request_id

_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "color_message", "taskName"}
_TOKEN = re.compile(r"eyJ[\w-]+\.[\w.-]+")


class EventFormatter(logging.Formatter):
    """Fields given as `extra` follow the message as `name=value`."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        fields = [f"{name}={value!r}" for name, value in _fields(record).items()]
        return " ".join([super().formatMessage(record), *fields])

    def format(self, record: logging.LogRecord) -> str:
        return without_tokens(super().format(record))


class JsonFormatter(logging.Formatter):
    """One object a line; `event` is the message."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return without_tokens(orjson.dumps(line, default=str).decode())


def without_tokens(line: str) -> str:
    """Libraries log headers where one debugs."""
    return _TOKEN.sub("[token]", line) if "eyJ" in line else line


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    if name := request_id.get():
        fields["request_id"] = name
    return fields


class WithoutAddresses(logging.Filter):
    """uvicorn tells of each socket with its whole address, where tokens do not belong and yet may
    be; the delivery tells of them without."""

    def filter(self, record: logging.LogRecord) -> bool:
        return '"WebSocket %s"' not in str(record.msg)


def log_config(level: str, style: str) -> dict[str, Any]:
    """`style` is `text` or `json`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"without_addresses": {"()": WithoutAddresses}},
        "formatters": {
            "text": {
                "()": EventFormatter,
                "format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s",
            },
            "json": {"()": JsonFormatter},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": style,
                "filters": ["without_addresses"],
            }
        },
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {"uvicorn.access": {"level": "WARNING"}},
    }
