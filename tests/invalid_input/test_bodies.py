"""Bodies of every operation: what the OpenAPI document forbids is rejected, and nothing fails."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from tests.kit.openapi_requests import (
    BODY_BYTES_MAX,
    OPERATIONS,
    Attempt,
    Operation,
    attempt_on,
    check_rejection,
    example_of,
    operations_with,
    resolve,
    try_all,
    validator_of,
)

# Values as JSON text; some are not valid JSON.
NESTED = "[" * 500 + "]" * 500
UNUSUAL_VALUES = {
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
LARGE = {name for name, text in UNUSUAL_VALUES.items() if len(text) > 1_000}
"""These take most of the time. They replace the body and the first field of an object; another
field is read by the same parser."""


NOT_JSON = {
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


@operations_with("body")
async def test_a_body_that_violates_its_schema_is_rejected(
    api: httpx.AsyncClient, operation: Operation
) -> None:
    await try_all(api, operation, _unusual_bodies(operation))


def _unusual_bodies(operation: Operation) -> Iterator[Attempt]:
    assert operation.body_schema is not None
    validator = validator_of(operation.body_schema)
    first = next(each for each in OPERATIONS if each.body_schema == operation.body_schema)
    for name, text in _mutations(operation.body_schema, operation.body):
        forbidden = not _is_valid(validator, text)
        # The fields of operations with the same schema are validated by one model. What it accepts
        # reaches each of them.
        is_field = ", " in name and not name.startswith("one more field")
        if operation is not first and is_field and forbidden:
            continue
        content = text.encode()
        if len(content) <= BODY_BYTES_MAX:
            yield attempt_on(operation, name, content=content, forbidden=forbidden)


def _mutations(schema: dict[str, Any], example: Any) -> Iterator[tuple[str, str]]:
    """Yield the example with one change, as JSON text.

    Unusual values replace the whole body and every kind of field at every depth; a field is
    missing, added or repeated.
    """
    yield from UNUSUAL_VALUES.items()
    schema = resolve(schema)
    if schema.get("type") == "array":
        for name, text in _mutations(schema["items"], example_of(schema["items"])):
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
            if len(seen) > 1 and name.rpartition(", ")[2] in LARGE:
                continue
            yield f"{key}, {name}", _object(texts | {key: text})
            if texts and name in ("negative", "NaN"):
                yield f"{key} twice, {name}", _object(texts)[:-1] + f',"{key}":{text}}}'
    for key in texts:
        others = {other: text for other, text in texts.items() if other != key}
        yield f"without {key}", _object(others)
    for name, text in UNUSUAL_VALUES.items():
        yield f"one more field, {name}", _object(texts | {"unknownField": text})


def _object(texts: dict[str, str]) -> str:
    return "{" + ",".join(f"{json.dumps(key)}:{text}" for key, text in texts.items()) + "}"


def _is_valid(validator: Draft202012Validator, text: str) -> bool:
    def reject_constant(constant: str) -> None:
        raise ValueError(constant)

    try:
        value = json.loads(text, parse_constant=reject_constant)
    except (ValueError, RecursionError):
        return False
    return bool(validator.is_valid(value))


@operations_with("body")
async def test_a_body_that_is_not_json_is_rejected(
    api: httpx.AsyncClient, operation: Operation
) -> None:
    attempts = [attempt_on(operation, name, content=content) for name, content in NOT_JSON.items()]
    attempts += [
        attempt_on(operation, f"as {content_type!r}", headers={"Content-Type": content_type})
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
    attempts.append(attempt_on(operation, "of no type", headers={}))
    await try_all(api, operation, iter(attempts))


@operations_with("body")
@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
async def test_a_body_over_64_kb_is_rejected_with_413(
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
    assert check_rejection(response)["code"] == "too_large"
    assert response.status_code == 413
