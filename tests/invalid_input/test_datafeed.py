"""Well-formed requests to the datafeed that cannot be answered are rejected with the right code."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.kit.openapi_requests import (
    check_rejection,
)
from trading_api.web.paths import PREFIX

INVALID_INTERVALS: dict[str, tuple[dict[str, Any], int, str]] = {
    "from after to": ({"from_time": 1_790_000_001}, 422, "from_after_to"),
    "from after to, in ms": ({"from_time": 1_790_000_000_001}, 422, "from_after_to"),
    "negative count": ({"count_back": -1}, 422, "invalid_request"),
    "huge count": ({"count_back": 10**400}, 422, "invalid_request"),
    "count above its bound": ({"count_back": 10_001}, 422, "invalid_request"),
    "fraction of a count": ({"count_back": 1.5}, 422, "invalid_request"),
    "time not a number": ({"to_time": "NaN"}, 422, "invalid_request"),
    "time infinite": ({"to_time": "Infinity"}, 422, "invalid_request"),
    "time beyond its bound": ({"to_time": 10**14 + 1}, 422, "invalid_request"),
    "unknown symbol": ({"symbol": "NOPE"}, 404, "unknown_symbol"),
    "no symbol": ({"symbol": ""}, 404, "unknown_symbol"),
    "unknown resolution": ({"resolution": "7"}, 422, "unsupported_resolution"),
    "no resolution": ({"resolution": ""}, 422, "unsupported_resolution"),
    "resolution in lower case": ({"resolution": "1d"}, 422, "unsupported_resolution"),
    "negative resolution": ({"resolution": "-1"}, 422, "unsupported_resolution"),
    "resolution 1.0": ({"resolution": "1.0"}, 422, "unsupported_resolution"),
    "all of history by the second": (
        {"from_time": 0, "to_time": 10**14, "resolution": "1S"},
        422,
        "window_too_large",
    ),
}


@pytest.mark.parametrize(
    ("change", "status", "code"), INVALID_INTERVALS.values(), ids=INVALID_INTERVALS.keys()
)
async def test_an_invalid_interval_of_history_is_rejected(
    api: httpx.AsyncClient, change: dict[str, Any], status: int, code: str
) -> None:
    window = {"symbol": "AAPL", "resolution": "5", "from_time": 1.79e9, "to_time": 1.79e9}
    query = {key: _plain(value) for key, value in (window | change).items()}
    response = await api.get(f"{PREFIX}/datafeed/bars", params=query)
    assert (response.status_code, check_rejection(response)["code"]) == (status, code)


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


async def test_unknown_symbols_get_an_error_next_to_the_quotes_of_known_ones(
    api: httpx.AsyncClient,
) -> None:
    names = ["AAPL", "NOPE", "AAPL", "aapl", "A\0", "\U0001f4a9", "x" * 64]
    answer = await api.post(f"{PREFIX}/datafeed/quotes", json={"symbols": names})
    assert answer.status_code == 200
    statuses = {quote["n"]: quote["s"] for quote in answer.json()}
    assert statuses == dict.fromkeys(names, "error") | {"AAPL": "ok"}
    assert len(answer.json()) == len(statuses), "each symbol once"


@pytest.mark.parametrize(
    "symbols",
    [["AAPL"] * 501, [f"S{number}" for number in range(501)], [""], ["x" * 65], ["AAPL", None]],
    ids=["the same 501 times", "501", "empty", "long", "null"],
)
async def test_an_invalid_list_of_symbols_is_rejected(
    api: httpx.AsyncClient, symbols: list[Any]
) -> None:
    response = await api.post(f"{PREFIX}/datafeed/quotes", json={"symbols": symbols})
    assert (response.status_code, check_rejection(response)["code"]) == (422, "invalid_request")


async def test_an_empty_list_of_symbols_has_no_quotes(api: httpx.AsyncClient) -> None:
    assert (await api.post(f"{PREFIX}/datafeed/quotes", json={"symbols": []})).json() == []
