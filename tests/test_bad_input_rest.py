"""Whatever is sent to REST, the answer is a refusal that says why, and nothing else happens.

The generic half is driven by the application's own OpenAPI document, so a new path is tried
without a change here: what the document forbids is refused, what it allows never fails."""

from __future__ import annotations

import copy
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode

import httpx
import pytest
from jsonschema import Draft202012Validator

from tests.kit.server import serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api.web.paths import PREFIX

BODY_BYTES_MAX = Settings.defaults().body_bytes_max
DOCUMENT = create_app(Settings.defaults())[0].openapi()
SCRATCH = {"account_id": "SCRATCH"}
"""Where requests go that the document allows: some of them do place orders."""

ANSWER_BYTES_MAX = 512
ACCOUNT_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


# Refused before the operation is reached, so no operation documents them.
@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    parameters: list[dict[str, Any]]
    statuses: set[int]
    body_schema: dict[str, Any] | None

    @property
    def query(self) -> dict[str, Any]:
        """The documented example: required parameters alone."""
        return {
            parameter["name"]: _example(parameter["schema"])
            for parameter in self.parameters
            if parameter["in"] == "query" and parameter["required"]
        }

    @property
    def body(self) -> Any:
        return None if self.body_schema is None else _example(self.body_schema)

    @property
    def takes_account(self) -> bool:
        return any(parameter["name"] == "account_id" for parameter in self.parameters)

    def path_with(self, **values: str) -> str:
        names = {
            parameter["name"]: quote(str(_example(parameter["schema"])), safe="")
            for parameter in self.parameters
            if parameter["in"] == "path"
        }
        return self.path.format(**(names | values))


@dataclass(frozen=True, slots=True)
class Attempt:
    """`target` is sent as it stands, encoded or not."""

    name: str
    method: str
    target: str
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    forbidden: bool = True


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Without a reference, and without the null that stands for a left-out field."""
    if "$ref" in schema:
        return _resolved(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return _resolved(schema["anyOf"][0])
    return schema


def _example(schema: dict[str, Any]) -> Any:
    examples = schema.get("examples") or _resolved(schema).get("examples")
    assert examples, f"no example: {schema}"
    return copy.deepcopy(examples[0])


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema | {"components": DOCUMENT["components"]})


def _operations() -> Iterator[Operation]:
    for path, methods in DOCUMENT["paths"].items():
        for method, described in methods.items():
            body = described.get("requestBody")
            yield Operation(
                id=described["operationId"],
                method=method.upper(),
                path=path,
                parameters=described.get("parameters", []),
                statuses={int(status) for status in described["responses"]},
                body_schema=body["content"]["application/json"]["schema"] if body else None,
            )


OPERATIONS = list(_operations())


def _only(with_what: str) -> pytest.MarkDecorator:
    """Parametrises with the operations that have a body, or parameters in a place."""
    chosen = [
        operation
        for operation in OPERATIONS
        if (with_what == "body" and operation.body_schema)
        or any(parameter["in"] == with_what for parameter in operation.parameters)
    ]
    return pytest.mark.parametrize("operation", chosen, ids=lambda operation: operation.id)


# Texts of JSON, some of which are none.
NESTED = "[" * 500 + "]" * 500
ODD_VALUES = {
    "null": "null",
    "true": "true",
    "text of a number": '"1"',
    "text of a boolean": '"true"',
    "empty text": '""',
    "long text": f'"{"x" * 60_000}"',
    "half a surrogate": '"\\ud800"',
    "NUL": '"A\\u0000"',
    "zero": "0",
    "negative": "-1",
    "fraction": "1.5",
    "negative zero": "-0.0",
    "huge": "1e308",
    "tiny": "1e-300",
    "beyond a double": "1e999",
    "integer beyond a double": "1" + "0" * 400,
    "integer of 5000 digits": "7" * 5_000,
    "NaN": "NaN",
    "Infinity": "Infinity",
    "negative Infinity": "-Infinity",
    "list": "[]",
    "list of a number": "[1]",
    "list of null": "[null]",
    "object": "{}",
    "object of a number": '{"a":1}',
    "object of NaN": '{"a":NaN}',
    "object with half a surrogate for a key": '{"\\ud800":1}',
    "object with a long key": f'{{"{"k" * 60_000}":1}}',
    "nested": NESTED,
    "deeply nested": "[" * 30_000 + "]" * 30_000,
    "deeply nested object": '{"a":' * 10_000 + "1" + "}" * 10_000,
}
ODD_TEXTS = {
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
NO_JSON = {
    "nothing": b"",
    "space": b" ",
    "cut off": b'{"symbol":',
    "single quotes": b"{'symbol':'AAPL'}",
    "comma at the end": b'{"symbol":"AAPL",}',
    "more after it": b"{}{}",
    "NUL": b"\x00",
    "no UTF-8": b'{"symbol":"\xff"}',
    "half of UTF-16": b"\xff\xfe{",
    "form": b"symbol=AAPL&qty=1",
    "deeply nested": b"[" * 60_000,
    "100,000 levels": b"[" * 50_000 + b"]" * 50_000,
    "100 KB": b'"' + b"x" * 100_000 + b'"',
}


@pytest.fixture(scope="module")
async def api() -> AsyncIterator[httpx.AsyncClient]:
    """The default account has a working order and a position, for bad input to spoil."""
    app, _ = create_app(Settings.defaults())
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}", timeout=10) as client,
    ):
        for order in (
            {"symbol": "AAPL", "type": 1, "side": 1, "qty": 10, "limitPrice": 1},
            {"symbol": "EURUSD", "type": 2, "side": 1, "qty": 1000},
        ):
            assert (await client.post(f"{PREFIX}/broker/orders", json=order)).status_code == 200
        while not (await client.get(f"{PREFIX}/broker/positions")).json():
            pass
        yield client


@pytest.fixture(scope="module")
async def kept(api: httpx.AsyncClient) -> list[Any]:
    """The account as the last test left it, so that only the one that spoils it fails."""
    return [await _account(api)]


@pytest.fixture
async def unharmed(
    api: httpx.AsyncClient, kept: list[Any], caplog: pytest.LogCaptureFixture
) -> AsyncIterator[None]:
    """Afterwards the account is as it was, the server answers, and no fault was logged."""
    yield
    before, kept[0] = kept[0], await _account(api)
    assert kept[0] == before
    faults = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not faults, faults


pytestmark = pytest.mark.usefixtures("unharmed")


async def _account(api: httpx.AsyncClient) -> Any:
    """All that ever happened to the default account."""
    return (await api.get(f"{PREFIX}/broker/events")).raise_for_status().json()


async def _send(api: httpx.AsyncClient, attempt: Attempt) -> httpx.Response:
    request = api.build_request(
        attempt.method, "/", content=attempt.content, headers=attempt.headers
    )
    request.extensions["target"] = attempt.target.encode()
    return await api.send(request)


def _refusal(response: httpx.Response) -> dict[str, str]:
    """The answer, held against the shape that every refusal has."""
    assert 400 <= response.status_code < 500, f"{response.status_code} {response.text[:200]}"
    assert response.headers["content-type"] == "application/json"
    assert len(response.content) <= ANSWER_BYTES_MAX
    body: dict[str, str] = response.json()
    assert set(body) == {"detail", "code"}
    assert re.fullmatch(r"(?!\d+:)[A-Za-z0-9].*[^.]\.", body["detail"]), body
    assert body["detail"].isprintable(), body
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", body["code"]), body
    return body


async def _try_all(
    api: httpx.AsyncClient, operation: Operation, attempts: Iterator[Attempt]
) -> None:
    """Every attempt, though some of them fail."""
    complaints, count = [], 0
    for attempt in attempts:
        count += 1
        response = await _send(api, attempt)
        try:
            if attempt.forbidden or not response.is_success:
                _refusal(response)
                assert response.status_code in operation.statuses
        except AssertionError as complaint:
            first_line = str(complaint).partition("\n")[0]
            complaints.append(f"{attempt.name}: {first_line}"[:200])
    assert count
    assert not complaints, "\n".join(complaints)


def _attempt(
    operation: Operation,
    name: str,
    *,
    query: str | None = None,
    path: str | None = None,
    content: bytes | None = None,
    headers: dict[str, str] | None = None,
    forbidden: bool = True,
) -> Attempt:
    if content is None and operation.body is not None:
        content = json.dumps(operation.body).encode()
    query = urlencode(operation.query) if query is None else query
    if not forbidden and operation.takes_account:
        query += "&" + urlencode(SCRATCH)
        path = path or operation.path_with(**SCRATCH)
    if content is not None:
        headers = {"Content-Type": "application/json"} if headers is None else headers
    return Attempt(
        name=f"{operation.id}, {name}",
        method=operation.method,
        target=f"{path or operation.path_with()}?{query}",
        content=content,
        headers=headers or {},
        forbidden=forbidden,
    )


# What every operation must stand, by the document


@_only("body")
async def test_a_body_that_the_document_forbids_is_refused(
    api: httpx.AsyncClient, operation: Operation
) -> None:
    await _try_all(api, operation, _odd_bodies(operation))


def _odd_bodies(operation: Operation) -> Iterator[Attempt]:
    assert operation.body_schema is not None
    validator = _validator(operation.body_schema)
    for name, text in _mutations(operation.body_schema, operation.body):
        forbidden = not _is_valid(validator, text)
        content = text.encode()
        if len(content) <= BODY_BYTES_MAX:
            yield _attempt(operation, name, content=content, forbidden=forbidden)


def _mutations(schema: dict[str, Any], example: Any) -> Iterator[tuple[str, str]]:
    """The example with one thing wrong, as text: odd values in the place of the whole and of
    every field (one of a kind) at every depth, a field missing, one too many, one twice."""
    yield from ODD_VALUES.items()
    schema = _resolved(schema)
    if schema.get("type") == "array":
        for name, text in _mutations(schema["items"], _example(schema["items"])):
            yield f"item, {name}", f"[{text}]"
    if schema.get("type") != "object" or "properties" not in schema:
        return
    texts = {key: json.dumps(value) for key, value in (example or {}).items()}
    seen = []
    for key, part in schema["properties"].items():
        if (kind := part | {"title": ""}) in seen:
            continue
        seen.append(kind)
        for name, text in _mutations(part, (example or {}).get(key)):
            yield f"{key}, {name}", _object(texts | {key: text})
            if texts and name in ("negative", "NaN"):
                yield f"{key} twice, {name}", _object(texts)[:-1] + f',"{key}":{text}}}'
    for key in texts:
        others = {other: text for other, text in texts.items() if other != key}
        yield f"without {key}", _object(others)
    for name, text in ODD_VALUES.items():
        yield f"one more field, {name}", _object(texts | {"unheardOf": text})


def _object(texts: dict[str, str]) -> str:
    return "{" + ",".join(f"{json.dumps(key)}:{text}" for key, text in texts.items()) + "}"


def _is_valid(validator: Draft202012Validator, text: str) -> bool:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        value = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        return False
    return bool(validator.is_valid(value))


@_only("body")
async def test_a_body_that_is_no_json_is_refused(
    api: httpx.AsyncClient, operation: Operation
) -> None:
    attempts = [_attempt(operation, name, content=content) for name, content in NO_JSON.items()]
    attempts += [
        _attempt(operation, f"as {content_type!r}", headers={"Content-Type": content_type})
        for content_type in (
            "",
            "text/plain",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "application/json/json",
        )
    ]
    attempts.append(_attempt(operation, "of no type", headers={}))
    await _try_all(api, operation, iter(attempts))


@_only("body")
@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
async def test_a_body_over_64_kb_is_refused_with_413(
    api: httpx.AsyncClient, operation: Operation, chunked: bool
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b" " * (BODY_BYTES_MAX // 4)
        yield json.dumps(operation.body).encode()

    content = chunks() if chunked else b"".join([part async for part in chunks()])
    response = await api.request(
        operation.method,
        operation.path_with(),
        content=content,
        headers={"Content-Type": "application/json"},
    )
    assert _refusal(response)["code"] == "too_large"
    assert response.status_code == 413


@_only("query")
async def test_query_parameters_that_the_document_forbids_are_refused(
    api: httpx.AsyncClient, operation: Operation
) -> None:
    await _try_all(api, operation, _odd_queries(operation))


def _odd_queries(operation: Operation) -> Iterator[Attempt]:
    for parameter in operation.parameters:
        name = parameter["name"]
        if parameter["in"] != "query":
            continue
        others = urlencode({key: value for key, value in operation.query.items() if key != name})
        if parameter["required"]:
            yield _attempt(operation, f"without {name}", query=others)
        validator = _validator(parameter["schema"])
        for what, text in ODD_TEXTS.items():
            query = f"{others}&{name}={text}"
            forbidden = not any(validator.is_valid(reading) for reading in _readings(text))
            if name == "account_id":
                forbidden = ACCOUNT_ID.fullmatch(text) is None
            yield _attempt(operation, f"{name}, {what}", query=query, forbidden=forbidden)
    everything = urlencode(operation.query)
    yield _attempt(operation, "unknown", query=f"{everything}&unheard=of", forbidden=False)
    yield _attempt(operation, "no pairs", query=f"{everything}&&=&%00=%00&;", forbidden=False)


def _readings(text: str) -> Iterator[Any]:
    """What a text in a query may stand for."""
    yield str(httpx.QueryParams(f"text={text}")["text"])
    try:
        number = float(text)
    except ValueError:
        return
    if abs(number) < 1e300:
        yield number


@_only("path")
async def test_path_parameters_of_any_shape_are_refused(
    api: httpx.AsyncClient, operation: Operation
) -> None:
    def attempts() -> Iterator[Attempt]:
        for parameter in operation.parameters:
            if parameter["in"] != "path":
                continue
            odd = ODD_TEXTS | {"dots": "..", "encoded dots": "%2E%2E", "encoded twice": "%252F"}
            for what, text in odd.items():
                if text:
                    path = operation.path_with(**{parameter["name"]: text})
                    names_account = parameter["name"] == "account_id"
                    yield _attempt(
                        operation,
                        f"{parameter['name']}, {what}",
                        path=path,
                        forbidden=not (names_account and ACCOUNT_ID.fullmatch(unquote(text))),
                    )

    await _try_all(api, operation, attempts())


@pytest.mark.parametrize("path", DOCUMENT["paths"])
async def test_a_wrong_method_is_refused_with_the_right_ones(
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
        assert _refusal(response)["code"] == "method_not_allowed"
        assert response.status_code == 405
        assert set(response.headers["allow"].split(", ")) <= right
    if "GET" not in right:
        head = await api.head(concrete)
        assert (head.status_code, head.content) == (405, b"")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_the_documented_example_is_not_refused_as_malformed(
    api: httpx.AsyncClient, operation: Operation
) -> None:
    response = await _send(api, _attempt(operation, "as documented", forbidden=False))
    assert response.status_code in operation.statuses, response.text
    if not response.is_success:
        assert _refusal(response)["code"] != "invalid_request"


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
        "/api/v1/ws",
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
    response = await _send(api, Attempt(target, "GET", target))
    assert _refusal(response)["code"] == "not_found"
    assert response.status_code == 404


@pytest.mark.parametrize("target", ["/{}", f"{PREFIX}/datafeed/search?user_input={{}}"])
async def test_an_address_of_100_kb_is_refused_by_the_http_server(
    api: httpx.AsyncClient, target: str
) -> None:
    response = await _send(api, Attempt("", "GET", target.format("x" * 100_000)))
    assert response.status_code == 431
    assert len(response.content) <= ANSWER_BYTES_MAX


# What the domain refuses

LIMIT = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 10, "limitPrice": 1}
MARKET = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 10}
STOP = {"symbol": "AAPL", "type": 3, "side": 1, "qty": 10, "stopPrice": 900}
NOT_YET = "not_supported_yet"

NO_ORDERS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown symbol": (LIMIT | {"symbol": "NOPE"}, "unknown_symbol"),
    "symbol in lower case": (LIMIT | {"symbol": "aapl"}, "unknown_symbol"),
    "symbol with a NUL": (LIMIT | {"symbol": "AAPL\0"}, "unknown_symbol"),
    "symbol of another exchange": (LIMIT | {"symbol": "FX:AAPL"}, "unknown_symbol"),
    "limit without price": (MARKET | {"type": 1}, "limit_price_missing"),
    "stop without price": (MARKET | {"type": 3}, "stop_price_missing"),
    "stop-limit without limit": (STOP | {"type": 4}, "limit_price_missing"),
    "stop-limit without stop": (LIMIT | {"type": 4}, "stop_price_missing"),
    "limit with a null price": (LIMIT | {"limitPrice": None}, "limit_price_missing"),
    "zero quantity": (LIMIT | {"qty": 0}, "quantity_not_positive"),
    "negative zero quantity": (LIMIT | {"qty": -0.0}, "quantity_not_positive"),
    "negative quantity": (LIMIT | {"qty": -10}, "quantity_not_positive"),
    "huge quantity": (LIMIT | {"qty": 1e308}, "quantity_too_large"),
    "quantity just too large": (LIMIT | {"qty": 1_000_001}, "quantity_too_large"),
    "tiny quantity": (LIMIT | {"qty": 1e-300}, "quantity_off_grid"),
    "smallest double as quantity": (LIMIT | {"qty": 5e-324}, "quantity_off_grid"),
    "half a share": (LIMIT | {"qty": 0.5}, "quantity_off_grid"),
    "zero limit": (LIMIT | {"limitPrice": 0}, "price_not_positive"),
    "negative limit": (LIMIT | {"limitPrice": -1}, "price_not_positive"),
    "negative zero limit": (LIMIT | {"limitPrice": -0.0}, "price_not_positive"),
    "huge limit": (LIMIT | {"limitPrice": 1e308}, "price_too_large"),
    "tiny limit": (LIMIT | {"limitPrice": 1e-300}, "price_off_tick"),
    "limit off the tick": (LIMIT | {"limitPrice": 1.001}, "price_off_tick"),
    "negative stop": (STOP | {"stopPrice": -1}, "price_not_positive"),
    "huge stop": (STOP | {"stopPrice": 1e308}, "price_too_large"),
    "stop off the tick": (STOP | {"stopPrice": 900.001}, "price_off_tick"),
    "market, zero quantity": (MARKET | {"qty": 0}, "quantity_not_positive"),
    "closing no position": (MARKET | {"isClose": True}, "position_not_found"),
    "closing by adding": (
        MARKET | {"symbol": "EURUSD", "isClose": True},
        "not_reducing",
    ),
    "closing more than there is": (
        MARKET | {"symbol": "EURUSD", "side": -1, "qty": 1001, "isClose": True},
        "exceeds_position",
    ),
    "stop loss above": (LIMIT | {"stopLoss": 1.5}, "bracket_price_wrong"),
    "take profit below": (LIMIT | {"takeProfit": 0.5}, "bracket_price_wrong"),
    "stop loss off the tick": (LIMIT | {"stopLoss": 0.501}, "price_off_tick"),
    "no trail": (LIMIT | {"trailingStopPips": 0}, "price_not_positive"),
    "huge trail": (LIMIT | {"trailingStopPips": 1e308}, "price_too_large"),
    "trail off the tick": (LIMIT | {"trailingStopPips": 0.5}, "price_off_tick"),
    "trailing by nothing": (STOP | {"stopType": 1}, "trailing_stop_pips_missing"),
    "guaranteed stop": (LIMIT | {"guaranteedStop": 0.5}, NOT_YET),
    "guaranteed stop type": (LIMIT | {"stopType": 2}, NOT_YET),
    "brackets on a close": (
        MARKET | {"symbol": "EURUSD", "side": -1, "qty": 1000, "isClose": True, "stopLoss": 0.5},
        "brackets_not_allowed",
    ),
    "date that is past": (LIMIT | {"duration": {"type": "GTD", "datetime": 1}}, "expiry_past"),
    "date missing": (LIMIT | {"duration": {"type": "GTD"}}, "expiry_missing"),
    "date beyond time": (
        LIMIT | {"duration": {"type": "GTD", "datetime": 1e308}},
        "invalid_request",
    ),
    "stop at once": (STOP | {"duration": {"type": "IOC"}}, "duration_not_allowed"),
    "no duration": (LIMIT | {"duration": {"type": "GTX"}}, "invalid_request"),
    "beyond the margin": (LIMIT | {"qty": 1_000_000, "limitPrice": 900}, "insufficient_margin"),
    "client's id with a NUL": (LIMIT | {"clientOrderId": "my-1\0"}, "invalid_request"),
    "no side": (LIMIT | {"side": 0}, "invalid_request"),
    "no type": (LIMIT | {"type": 5}, "invalid_request"),
    "number for a boolean": (LIMIT | {"isClose": 1}, "invalid_request"),
    "text for a boolean": (LIMIT | {"isClose": "no"}, "invalid_request"),
}


@pytest.mark.parametrize("path", ["orders", "orders/preview"])
@pytest.mark.parametrize(("order", "code"), NO_ORDERS.values(), ids=NO_ORDERS.keys())
async def test_an_order_that_cannot_be_is_refused(
    api: httpx.AsyncClient, path: str, order: dict[str, Any], code: str
) -> None:
    response = await api.post(f"{PREFIX}/broker/{path}", json=order)
    assert _refusal(response)["code"] == code
    kinds = {"position_not_found": 404} | dict.fromkeys(
        ("not_reducing", "exceeds_position", "insufficient_margin"), 409
    )
    assert response.status_code == kinds.get(code, 422)


@pytest.mark.parametrize(
    ("order_id", "change", "status", "code"),
    [
        ("order-1", {"symbol": "MSFT"}, 422, "not_modifiable"),
        ("order-1", {"side": -1}, 422, "not_modifiable"),
        ("order-1", {"type": 3, "stopPrice": 900}, 422, "not_modifiable"),
        ("order-1", {"qty": 0}, 422, "quantity_not_positive"),
        ("order-1", {"qty": 1e308}, 422, "quantity_too_large"),
        ("order-1", {"limitPrice": None}, 422, "limit_price_missing"),
        ("order-1", {"limitPrice": 1.001}, 422, "price_off_tick"),
        ("order-1", {"symbol": "NOPE"}, 422, "unknown_symbol"),
        ("order-1", {"stopLoss": 1}, 422, "bracket_price_wrong"),
        ("order-1", {"qty": 1_000_000, "limitPrice": 900}, 409, "insufficient_margin"),
        ("order-1", {"duration": {"type": "FOK"}}, 422, "not_modifiable"),
        ("order-2", {"symbol": "EURUSD", "type": 2}, 409, "order_not_working"),
        ("order-99", {}, 404, "order_not_found"),
        ("order-01", {}, 404, "order_not_found"),
        ("ORDER-1", {}, 404, "order_not_found"),
    ],
)
async def test_an_order_that_cannot_be_changed_so_is_refused(
    api: httpx.AsyncClient, order_id: str, change: dict[str, Any], status: int, code: str
) -> None:
    response = await api.put(f"{PREFIX}/broker/orders/{order_id}", json=LIMIT | change)
    assert (response.status_code, _refusal(response)["code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("DELETE", "orders/order-2", 409, "order_not_working"),
        ("DELETE", "orders/order-99", 404, "order_not_found"),
        ("DELETE", "positions/AAPL", 404, "position_not_found"),
        ("DELETE", "positions/NOPE", 404, "unknown_symbol"),
        ("DELETE", "positions/EURUSD?amount=0", 422, "quantity_not_positive"),
        ("DELETE", "positions/EURUSD?amount=-0.0", 422, "quantity_not_positive"),
        ("DELETE", "positions/EURUSD?amount=-5", 422, "quantity_not_positive"),
        ("DELETE", "positions/EURUSD?amount=0.5", 422, "quantity_off_grid"),
        ("DELETE", "positions/EURUSD?amount=1e-300", 422, "quantity_off_grid"),
        ("DELETE", "positions/EURUSD?amount=1e308", 422, "quantity_too_large"),
        ("DELETE", "positions/EURUSD?amount=1001", 409, "exceeds_position"),
        ("DELETE", "positions/EURUSD?amount=NaN", 422, "invalid_request"),
        ("DELETE", "positions/EURUSD?amount=inf", 422, "invalid_request"),
        ("DELETE", "positions/EURUSD?amount=1e999", 422, "invalid_request"),
        ("DELETE", "positions/EURUSD?amount=", 422, "invalid_request"),
        ("GET", "executions/NOPE", 404, "unknown_symbol"),
        ("GET", "leverage/info?symbol=NOPE&orderType=2&side=1", 404, "unknown_symbol"),
        ("POST", "positions/AAPL/reverse", 404, "position_not_found"),
        ("POST", "positions/NOPE/reverse", 404, "unknown_symbol"),
        ("GET", "orders/order-99", 404, "order_not_found"),
        ("GET", "instruments/NOPE", 404, "unknown_symbol"),
        ("GET", "events?since=-1", 422, "invalid_request"),
        ("GET", "ledger?limit=0", 422, "invalid_request"),
        ("GET", "orders/history?limit=1001", 422, "invalid_request"),
        ("GET", "leverage/info?symbol=AAPL&orderType=2&side=0", 422, "invalid_request"),
        ("GET", "leverage/info?symbol=AAPL&orderType=true&side=1", 422, "invalid_request"),
    ],
)
async def test_what_is_not_there_or_not_in_this_state_is_refused(
    api: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await api.request(method, f"{PREFIX}/broker/{path}")
    assert (response.status_code, _refusal(response)["code"]) == (status, code)


@pytest.mark.parametrize(
    "account_id",
    ["", "%20", "A%20B", "A%2FB", "%00", "DEMO-ACCOUNT%0A", "%C3%A9", "%ED%A0%80", "x" * 65, "*"],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "orders"), ("GET", "account"), ("POST", "orders"), ("DELETE", "positions/EURUSD")],
)
async def test_an_account_that_cannot_be_is_404(
    api: httpx.AsyncClient, account_id: str, method: str, path: str
) -> None:
    target = f"{PREFIX}/broker/{path}?account_id={account_id}"
    content = json.dumps(LIMIT).encode() if method == "POST" else None
    headers = {"Content-Type": "application/json"} if content else {}
    response = await _send(api, Attempt("", method, target, content, headers))
    assert (response.status_code, _refusal(response)["code"]) == (404, "unknown_account")


NO_BARS: dict[str, tuple[dict[str, Any], int, str]] = {
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


@pytest.mark.parametrize(("change", "status", "code"), NO_BARS.values(), ids=NO_BARS.keys())
async def test_a_window_of_history_that_cannot_be_is_refused(
    api: httpx.AsyncClient, change: dict[str, Any], status: int, code: str
) -> None:
    window = {"symbol": "AAPL", "resolution": "5", "from_time": 1.79e9, "to_time": 1.79e9}
    query = {key: _plain(value) for key, value in (window | change).items()}
    response = await api.get(f"{PREFIX}/datafeed/bars", params=query)
    assert (response.status_code, _refusal(response)["code"]) == (status, code)


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


async def test_quotes_of_unknown_symbols_say_so_beside_those_of_known_ones(
    api: httpx.AsyncClient,
) -> None:
    names = ["AAPL", "NOPE", "AAPL", "aapl", "A\0", "\U0001f4a9", "x" * 64]
    answer = await api.post(f"{PREFIX}/datafeed/quotes", json={"symbols": names})
    assert answer.status_code == 200
    told = {quote["n"]: quote["s"] for quote in answer.json()}
    assert told == dict.fromkeys(names, "error") | {"AAPL": "ok"}
    assert len(answer.json()) == len(told), "each once"


@pytest.mark.parametrize(
    "symbols",
    [["AAPL"] * 501, [f"S{number}" for number in range(501)], [""], ["x" * 65], ["AAPL", None]],
    ids=["the same 501 times", "501", "empty", "long", "null"],
)
async def test_a_list_of_symbols_that_cannot_be_quoted_is_refused(
    api: httpx.AsyncClient, symbols: list[Any]
) -> None:
    response = await api.post(f"{PREFIX}/datafeed/quotes", json={"symbols": symbols})
    assert (response.status_code, _refusal(response)["code"]) == (422, "invalid_request")


async def test_no_quotes_of_no_symbols(api: httpx.AsyncClient) -> None:
    assert (await api.post(f"{PREFIX}/datafeed/quotes", json={"symbols": []})).json() == []


@pytest.mark.parametrize("key", ["", "x" * 256, "x" * 10_000])
async def test_an_idempotency_key_that_cannot_be_is_refused(
    api: httpx.AsyncClient, key: str
) -> None:
    headers = {"Idempotency-Key": key}
    response = await api.post(f"{PREFIX}/broker/orders", json=LIMIT, headers=headers)
    assert (response.status_code, _refusal(response)["code"]) == (422, "invalid_request")


@pytest.mark.parametrize(
    "amount", [0, -0.0, -5, 1e-12, 5e-324, 1.000000001, 1e12 + 1, 1e300, 1e308]
)
@pytest.mark.parametrize(("path", "field"), [("deposit", "amount"), ("reset", "balance")])
async def test_an_amount_that_cannot_be_is_refused_and_the_ledger_stays_readable(
    api: httpx.AsyncClient, path: str, field: str, amount: float
) -> None:
    lines = (await api.get(f"{PREFIX}/broker/ledger")).json()
    answer = await api.post(f"{PREFIX}/broker/accounts/DEMO-ACCOUNT/{path}", json={field: amount})
    assert (answer.status_code, _refusal(answer)["code"]) == (422, "amount_wrong")
    assert (await api.get(f"{PREFIX}/broker/ledger")).json() == lines


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "positions/EURUSD/brackets", {"brackets": {}}),
        ("DELETE", "orders", None),
        ("POST", "orders/cancel", {"orderIds": []}),
        ("POST", "accounts/DEMO-ACCOUNT/reset", {}),
    ],
)
async def test_an_idempotency_key_is_not_passed_over(
    api: httpx.AsyncClient, method: str, path: str, body: Any
) -> None:
    headers = {"Idempotency-Key": "k"}
    response = await api.request(method, f"{PREFIX}/broker/{path}", json=body, headers=headers)
    code = _refusal(response)["code"]
    assert (response.status_code, code) == (422, "idempotency_key_not_taken")
