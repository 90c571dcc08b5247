"""Log lines: time, level, event name, fields. As text for whoever develops, as JSON for machines;
never with a token in them."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Any

import orjson

from trading_api.observability.request_id import request_id

_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "color_message", "taskName"}
_BEGINNING = "eyJ"
"""Of every JWT: `{"`."""
_WORD = re.compile(r"[\w.-]+")


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
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return without_tokens(orjson.dumps(line, default=str).decode())


def without_tokens(line: str) -> str:
    """Libraries log headers where one debugs. In one pass, because what is logged may be all of a
    path that somebody made up."""
    return _WORD.sub(_without_token, line) if _BEGINNING in line else line


def _without_token(word: re.Match[str]) -> str:
    before, _, token = word[0].partition(_BEGINNING)
    return f"{before}[token]" if "." in token else word[0]


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    if name := request_id.get():
        fields["request_id"] = name
    return fields


class OurOwnWord(logging.Filter):
    """uvicorn and websockets tell of each socket too, the one with its whole address, where tokens
    do not belong and yet may be, the other with none."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = str(record.msg)
        return '"WebSocket %s"' not in said and not said.startswith("connection ")


def log_config(level: str, style: str) -> dict[str, Any]:
    """`style` is `text` or `json`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"our_own_word": {"()": OurOwnWord}},
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
                "filters": ["our_own_word"],
            }
        },
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {"uvicorn.access": {"level": "WARNING"}},
    }
