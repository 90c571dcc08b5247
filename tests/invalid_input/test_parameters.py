"""Paths, methods and parameters that the OpenAPI document forbids are rejected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlencode

import httpx
import pytest

from tests.kit.documents import OPENAPI
from tests.kit.openapi_requests import (
    ACCOUNT_ID,
    ANSWER_BYTES_MAX,
    OPERATIONS,
    Attempt,
    Operation,
    attempt_on,
    check_rejection,
    operations_with,
    resolve,
    send,
    try_all,
    validator_of,
)
from trading_api.web.paths import PREFIX

UNUSUAL_TEXTS = {
    "empty": "",
    "space": "%20",
    "long": "x" * 300,
    "60 KB": "x" * 60_000,
    "true": "true",
    "null": "null",
    "NaN": "NaN",
    "Infinity": "Infinity",
    "negative Infinity": "-Infinity",
    "beyond a double": "1e999",
    "huge": "1e308",
    "tiny": "1e-300",
    "negative zero": "-0.0",
    "zero": "0",
    "negative": "-1",
    "fraction": "1.5",
    "10**400": "1" + "0" * 400,
    "5000 digits": "7" * 5_000,
    "list": "%5B1%5D",
    "NUL": "%00",
    "half a surrogate": "%ED%A0%80",
    "no UTF-8": "%FF",
    "no encoding": "%zz",
    "emoji": "%F0%9F%92%A9",
    "new line": "A%0D%0AX-Injected:1",
    "slash": "A%2FB",
    "markup": "%3Cscript%3E",
}

FEW_TEXTS = {name: UNUSUAL_TEXTS[name] for name in ("empty", "long", "NaN", "slash", "no UTF-8")}
"""For a parameter that an operation before has too: the same code reads both."""

FEW_NUMBERS = {name: UNUSUAL_TEXTS[name] for name in ("zero", "negative", "fraction", "10**400")}
"""For such a parameter if it is a number: what is read reaches the code of each operation."""


def _texts_of(operation: Operation, parameter: dict[str, Any]) -> dict[str, str]:
    """Return the texts that an operation's parameter is tried with."""
    first = next(each for each in OPERATIONS if parameter in each.parameters)
    if operation is first:
        return UNUSUAL_TEXTS
    is_number = resolve(parameter["schema"]).get("type") in ("integer", "number")
    return FEW_TEXTS | FEW_NUMBERS if is_number else FEW_TEXTS


@operations_with("query")
async def test_query_parameters_that_violate_their_schema_are_rejected(
    api: httpx.AsyncClient, operation: Operation
) -> None:
    await try_all(api, operation, _unusual_queries(operation))


def _unusual_queries(operation: Operation) -> Iterator[Attempt]:
    for parameter in operation.parameters:
        name = parameter["name"]
        if parameter["in"] != "query":
            continue
        others = urlencode({key: value for key, value in operation.query.items() if key != name})
        if parameter["required"]:
            yield attempt_on(operation, f"without {name}", query=others)
        validator = validator_of(parameter["schema"])
        for what, text in _texts_of(operation, parameter).items():
            query = f"{others}&{name}={text}"
            forbidden = not any(validator.is_valid(reading) for reading in _readings(text))
            if name == "account_id":
                forbidden = ACCOUNT_ID.fullmatch(text) is None
            yield attempt_on(operation, f"{name}, {what}", query=query, forbidden=forbidden)
    everything = urlencode(operation.query)
    yield attempt_on(operation, "unknown", query=f"{everything}&unknown=of", forbidden=False)
    yield attempt_on(operation, "no pairs", query=f"{everything}&&=&%00=%00&;", forbidden=False)


def _readings(text: str) -> Iterator[Any]:
    """Yield the values that a text in a query can be parsed as."""
    yield str(httpx.QueryParams(f"text={text}")["text"])
    try:
        number = float(text)
    except ValueError:
        return
    if abs(number) < 1e300:
        yield number


@operations_with("path")
async def test_invalid_path_parameters_are_rejected(
    api: httpx.AsyncClient, operation: Operation
) -> None:
    def attempts() -> Iterator[Attempt]:
        for parameter in operation.parameters:
            if parameter["in"] != "path":
                continue
            dots = {"dots": "..", "encoded dots": "%2E%2E", "encoded twice": "%252F"}
            for what, text in (_texts_of(operation, parameter) | dots).items():
                if text:
                    path = operation.path_with(**{parameter["name"]: text})
                    names_account = parameter["name"] == "account_id"
                    yield attempt_on(
                        operation,
                        f"{parameter['name']}, {what}",
                        path=path,
                        forbidden=not (names_account and ACCOUNT_ID.fullmatch(unquote(text))),
                    )

    await try_all(api, operation, attempts())


@pytest.mark.parametrize("path", OPENAPI["paths"])
async def test_a_wrong_method_is_rejected_with_the_allowed_methods(
    api: httpx.AsyncClient, path: str
) -> None:
    concrete = next(operation for operation in OPERATIONS if operation.path == path).path_with()
    right = {
        operation.method
        for operation in OPERATIONS
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", operation.path), concrete)
    }
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - right:
        response = await api.request(method, concrete)
        assert check_rejection(response)["code"] == "method_not_allowed"
        assert response.status_code == 405
        assert set(response.headers["allow"].split(", ")) <= right
    if "GET" not in right:
        head = await api.head(concrete)
        assert (head.status_code, head.content) == (405, b"")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_the_documented_example_is_valid(
    api: httpx.AsyncClient, operation: Operation
) -> None:
    response = await send(api, attempt_on(operation, "as documented", forbidden=False))
    assert response.status_code in operation.statuses, response.text
    if not response.is_success:
        assert check_rejection(response)["code"] != "invalid_request"


@pytest.mark.parametrize(
    "target",
    [
        "/nothing",
        "/api",
        "/api/v1",
        "/api/v2/health",
        "/api/v1/healthy",
        "/api/v1//health",
        "/api/v1/%2Fhealth",
        "/api/v1/../../etc/passwd",
        "/api/v1/health%00",
        "/api/v1/broker",
        "/api/v1/broker/executions/A/B",
        "/api/v1/ws/nothing",
        "/api/v1/docs/assets/nothing.js",
        "/api/v1/docs/assets/..%2f..%2f..%2fpyproject.toml",
        "/api/v1/docs/assets/%00",
        "/api/v1/docs/assets/%FF",
        "/api/v1/docs/assets/" + "x" * 5_000,
        "/" + "x" * 60_000,
        "/" + "a/" * 30_000,
        "/%ED%A0%80",
    ],
    ids=lambda target: target[:60],
)
async def test_an_unknown_path_is_404(api: httpx.AsyncClient, target: str) -> None:
    response = await send(api, Attempt(target, "GET", target))
    assert check_rejection(response)["code"] == "not_found"
    assert response.status_code == 404


async def test_a_plain_get_of_the_websocket_requires_an_upgrade(api: httpx.AsyncClient) -> None:
    response = await api.get("/api/v1/ws")
    assert check_rejection(response)["code"] == "upgrade_required"
    assert (response.status_code, response.headers["Upgrade"]) == (426, "websocket")


@pytest.mark.parametrize("target", ["/{}", f"{PREFIX}/datafeed/search?user_input={{}}"])
async def test_a_url_of_100_kb_is_rejected_with_431(api: httpx.AsyncClient, target: str) -> None:
    response = await send(api, Attempt("", "GET", target.format("x" * 100_000)))
    assert response.status_code == 431
    assert len(response.content) <= ANSWER_BYTES_MAX
