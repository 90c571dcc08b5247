"""Log lines are structured, in UTC, and contain no token."""

from __future__ import annotations

import json
import logging
import time

import pytest

from tests.kit.captured_log import captured_log
from trading_api.observability.logs import EventFormatter, JsonFormatter, log_config, redact_tokens


@pytest.mark.parametrize(
    ("line", "redacted"),
    [
        ("token=eyJa.eyJb.c-d_e, then", "token=[token], then"),
        ("bearer.eyJa.eyJb.c eyJd.e", "bearer.[token] [token]"),
        ("/heyJude and.so eyJ.", "/heyJude and.so [token]"),
        # Scanned again from each prefix, this would take a minute and block the event loop.
        ("eyJ" * 100_000, "eyJ" * 100_000),
    ],
    ids=["a token", "tokens", "no token", "many beginnings"],
)
def test_tokens_are_redacted_in_one_pass(line: str, redacted: str) -> None:
    assert redact_tokens(line) == redacted


def test_log_lines_are_json_or_text() -> None:
    config = log_config("info", "json", 20)
    assert config["handlers"]["stderr"]["formatter"] == "json"
    with captured_log(JsonFormatter(), logging.INFO) as log:
        try:
            raise LookupError("gone")
        except LookupError:
            logging.getLogger("x").exception("failed", extra={"order_id": "order-1", "odd": {1}})
    (line,) = map(json.loads, log.getvalue().splitlines())
    assert (line["level"], line["event"], line["order_id"]) == ("error", "failed", "order-1")
    assert "LookupError: gone" in line["traceback"]
    with captured_log(EventFormatter("%(message)s"), logging.INFO) as log:
        logging.getLogger("x").info("done", extra={"order_id": "order-1"})
    assert log.getvalue() == "done order_id='order-1'\n"


def test_log_times_are_utc_in_every_time_zone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    record = logging.makeLogRecord({"created": 1_790_000_040.25, "msg": "done"})
    line = json.loads(JsonFormatter().format(record))
    monkeypatch.undo()
    time.tzset()
    assert line["time"] == "2026-09-21T14:14:00.250+00:00"
