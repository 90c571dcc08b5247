"""Requests derived from the OpenAPI document, with valid and invalid input."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from jsonschema import Draft202012Validator

from tests.kit.documents import OPENAPI
from tests.kit.raw_http import raw_http
from trading_api.settings import Settings

BODY_BYTES_MAX = Settings.defaults().body_bytes_max
SCRATCH = {"account_id": "SCRATCH"}
"""The account of requests that the document allows: some of them do place orders."""

ANSWER_BYTES_MAX = 512
ACCOUNT_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the OpenAPI document."""

    id: str
    method: str
    path: str
    parameters: list[dict[str, Any]]
    statuses: set[int]
    body_schema: dict[str, Any] | None

    @property
    def query(self) -> dict[str, Any]:
        """The documented example, with the required parameters only."""
        return {
            parameter["name"]: example_of(parameter["schema"])
            for parameter in self.parameters
            if parameter["in"] == "query" and parameter["required"]
        }

    @property
    def body(self) -> Any:
        return None if self.body_schema is None else example_of(self.body_schema)

    @property
    def has_account(self) -> bool:
        return any(parameter["name"] == "account_id" for parameter in self.parameters)

    def path_with(self, **values: str) -> str:
        names = {
            parameter["name"]: quote(str(example_of(parameter["schema"])), safe="")
            for parameter in self.parameters
            if parameter["in"] == "path"
        }
        return self.path.format(**(names | values))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request. `target` is sent as it is, encoded or not."""

    name: str
    method: str
    target: str
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    forbidden: bool = True


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema without a reference, and without the null of an optional field."""
    if "$ref" in schema:
        return resolve(OPENAPI["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return resolve(schema["anyOf"][0])
    return schema


def example_of(schema: dict[str, Any]) -> Any:
    examples = schema.get("examples") or resolve(schema).get("examples")
    assert examples, f"no example: {schema}"
    return copy.deepcopy(examples[0])


def validator_of(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema | {"components": OPENAPI["components"]})


def _read_operations() -> Iterator[Operation]:
    for path, methods in OPENAPI["paths"].items():
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


OPERATIONS = list(_read_operations())


def operations_with(place: str) -> pytest.MarkDecorator:
    """Parametrize a test with the operations that have a body, or parameters of this place."""
    chosen = [
        operation
        for operation in OPERATIONS
        if (place == "body" and operation.body_schema)
        or any(parameter["in"] == place for parameter in operation.parameters)
    ]
    return pytest.mark.parametrize("operation", chosen, ids=lambda operation: operation.id)


async def send(api: httpx.AsyncClient, attempt: Attempt) -> httpx.Response:
    request = api.build_request(
        attempt.method, "/", content=attempt.content, headers=attempt.headers
    )
    request.extensions["target"] = attempt.target.encode()
    return await api.send(request)


def check_rejection(response: httpx.Response) -> dict[str, str]:
    """Check that the response is a well-formed rejection, and return its body."""
    assert 400 <= response.status_code < 500, f"{response.status_code} {response.text[:200]}"
    assert response.headers["content-type"] == "application/json"
    assert len(response.content) <= ANSWER_BYTES_MAX
    body: dict[str, str] = response.json()
    assert set(body) == {"detail", "code"}
    assert re.fullmatch(r"(?!\d+:)[A-Za-z0-9].*[^.]\.", body["detail"]), body
    assert body["detail"].isprintable(), body
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", body["code"]), body
    return body


async def try_all(
    api: httpx.AsyncClient, operation: Operation, attempts: Iterator[Attempt]
) -> None:
    """Send every attempt, and report all that were not answered as expected."""
    failures, count = [], 0
    async with raw_http(api.base_url.netloc.decode()) as client:
        for attempt in attempts:
            count += 1
            response = await client.send(
                attempt.method, attempt.target, attempt.headers, attempt.content
            )
            try:
                if attempt.forbidden or not response.is_success:
                    check_rejection(response)
                    assert response.status_code in operation.statuses
            except AssertionError as failure:
                first_line = str(failure).partition("\n")[0]
                failures.append(f"{attempt.name}: {first_line}"[:200])
    assert count
    assert not failures, "\n".join(failures)


def attempt_on(
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
    if not forbidden and operation.has_account:
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
