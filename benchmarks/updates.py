"""The update that every peer sends: the same bytes, except for its times."""

from __future__ import annotations

import time

from trading_api.clock import wall_clock_ms
from trading_api.models.market import Bar, BarsSubscriptionRequest
from trading_api.models.ws import SubscriptionUpdate
from trading_api.shared.ws.router_interface import buildTopicParams

ROUTE = "bars"
UPDATE_MARK = '.update","payload":{'
OK_MARK = '"status":"ok"'

_TIME_US, _TS = 1_111_111_111_111_111, 2_222_222_222_222


def bar() -> Bar:
    """Return a bar whose time is the monotonic clock in microseconds.

    The load client computes the age of the update from it.
    """
    return _bar(time.monotonic_ns() // 1000)


def symbol(number: int) -> str:
    return f"S{number:03}"


def request(number: int) -> BarsSubscriptionRequest:
    return BarsSubscriptionRequest(symbol=symbol(number), resolution="1")


def topic(number: int) -> str:
    return f"{ROUTE}:{buildTopicParams(request(number).model_dump())}"


def update_text(number: int) -> str:
    now_us = time.monotonic_ns() // 1000
    return template(number, str(now_us), str(wall_clock_ms()))


def template(number: int, time_us: str, ts: str) -> str:
    """Return the text of an update, with these texts in the place of its two times."""
    update = SubscriptionUpdate[Bar](topic=topic(number), payload=_bar(_TIME_US), ts=_TS)
    payload = update.model_dump_json()
    text = f'{{"type":"{ROUTE}.update","payload":{payload}}}'
    return text.replace(str(_TIME_US), time_us).replace(str(_TS), ts)


def _bar(time_us: int) -> Bar:
    return Bar(time=time_us, open=187.4, high=187.61, low=187.35, close=187.43, volume=8_120)
