"""Which endpoints are called directly, and what FastAPI is left to do."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any

import pytest
from fastapi import BackgroundTasks, Cookie, Depends, FastAPI, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import Match
from starlette.types import Receive, Scope

from trading_api.settings import Settings
from trading_api.web.command_route import CommandRoute, CommandRoutes, to_command_route
from trading_api.web.json_route import StrictJSONRouter
from trading_api.web.paths import PREFIX
from trading_api.web.strict_request import StrictRequest


class Colour(IntEnum):
    RED = 1


class Result(BaseModel):
    values: list[Any]
    missing: int | None = None


class Body(BaseModel):
    number: int


async def current(request: Request, name: str = "none") -> str:
    return f"{request.method} {name}"


Current = Annotated[str, Depends(current)]
router = StrictJSONRouter(prefix="/things")


@router.put("/{thing}", operation_id="put")
async def put(
    who: Current,
    thing: str,
    body: Body,
    request: Request,
    colour: Annotated[Colour, Query()],
    share: float = 0.5,
) -> Result:
    return Result(values=[who, thing, body.number, colour, share, request.method])


@router.post("", operation_id="wrong")
async def wrong() -> Result:
    return {"values": 1}  # type: ignore[return-value]


@router.delete("", operation_id="gone")
async def gone() -> Result:
    return Response(status_code=204)  # type: ignore[return-value]


def scope_of(method: str, path: str, query: str = "", **changed: Any) -> Scope:
    app = FastAPI()
    app.state.settings = Settings.defaults()
    headers = [(b"content-type", b"application/json")]
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": headers,
        "app": app,
        **changed,
    }


def sending(body: bytes) -> Receive:
    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def answer(scope: Scope, body: bytes = b"") -> Response | None:
    match, child_scope = CommandRoutes([router]).matches(scope)
    assert match is Match.FULL
    scope.update(child_scope)
    (command,) = (each for each in child_scope.values() if isinstance(each, CommandRoute))
    return await command.answer(StrictRequest(scope, sending(body)))


async def test_a_valid_command_is_answered_without_missing_fields() -> None:
    scope = scope_of("PUT", f"{PREFIX}/things/a", "colour=1&name=x&name=y")
    response = await answer(scope, b'{"number":7}')
    assert response is not None
    assert response.body == b'{"values":["PUT y","a",7,1,0.5,"PUT"]}'
    assert response.headers["content-type"] == "application/json"
    assert scope["route"].operation_id == "put"
    assert (scope["path_params"], scope["endpoint"]) == ({"thing": "a"}, put)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("colour=2", b'{"number":7}'),
        ("", b'{"number":7}'),
        ("colour=1&share=much", b'{"number":7}'),
        ("colour=1", b'{"number":"seven"}'),
        ("colour=1", b"{"),
        ("colour=1", b""),
        ("colour=1", b"[" * 1_000 + b"]" * 1_000),
    ],
)
async def test_fastapi_answers_what_is_not_valid(query: str, body: bytes) -> None:
    assert await answer(scope_of("PUT", f"{PREFIX}/things/a", query), body) is None


async def test_fastapi_answers_other_content_types_and_overridden_dependencies() -> None:
    scope = scope_of("PUT", f"{PREFIX}/things/a", "colour=1", headers=[])
    assert await answer(scope, b'{"number":7}') is None
    scope = scope_of("PUT", f"{PREFIX}/things/a", "colour=1")
    scope["app"].dependency_overrides[current] = current
    assert await answer(scope, b'{"number":7}') is None


async def test_a_response_is_returned_as_it_is_and_a_result_of_another_type_is_a_fault() -> None:
    response = await answer(scope_of("DELETE", f"{PREFIX}/things"))
    assert response is not None
    assert response.status_code == 204
    with pytest.raises(Exception, match="validation error"):
        await answer(scope_of("POST", f"{PREFIX}/things"))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/things"),
        ("PUT", "/things"),
        ("PUT", "/things/a/b"),
        ("PUT", "/things/"),
        ("POST", "/other/things"),
    ],
)
def test_other_methods_and_paths_are_no_commands(method: str, path: str) -> None:
    assert CommandRoutes([router]).matches(scope_of(method, PREFIX + path))[0] is Match.NONE


def test_a_command_below_the_path_of_a_proxy_is_found() -> None:
    scope = scope_of("DELETE", f"/proxy{PREFIX}/things", root_path="/proxy")
    assert CommandRoutes([router]).matches(scope)[0] is Match.FULL


async def of_generator() -> Any:
    yield 1


async def nested(value: Current) -> str:
    return value


def synchronous() -> Result: ...  # type: ignore[empty-body]
async def of_cookie(a: Annotated[str, Cookie()]) -> Result: ...  # type: ignore[empty-body]
async def of_list(a: Annotated[list[str], Query()]) -> Result: ...  # type: ignore[empty-body]
async def of_model(a: Annotated[Body, Query()]) -> Result: ...  # type: ignore[empty-body]
async def of_two_bodies(a: Body, b: Body) -> Result: ...  # type: ignore[empty-body]
async def of_tasks(tasks: BackgroundTasks) -> Result: ...  # type: ignore[empty-body]
async def of_response(response: Response) -> Result: ...  # type: ignore[empty-body]
async def of_yield(a: Annotated[int, Depends(of_generator)]) -> Result: ...  # type: ignore[empty-body]
async def of_nested(a: Annotated[str, Depends(nested)]) -> Result: ...  # type: ignore[empty-body]
async def of_same(a: Current, b: Current) -> Result: ...  # type: ignore[empty-body]
@pytest.mark.parametrize(
    "endpoint",
    [
        synchronous,
        of_cookie,
        of_list,
        of_model,
        of_two_bodies,
        of_tasks,
        of_response,
        of_yield,
        of_nested,
        of_same,
    ],
)
def test_endpoints_that_use_more_of_fastapi_are_left_to_it(endpoint: Any) -> None:
    assert to_command_route(APIRoute("/a", endpoint, methods=["POST"])) is None


def test_only_commands_with_a_plain_json_response_are_called_directly() -> None:
    async def plain() -> Result:
        return Result(values=[])

    assert to_command_route(APIRoute("/a", plain, methods=["POST"])) is not None
    assert to_command_route(APIRoute("/a", plain, methods=["GET"])) is None
    assert to_command_route(APIRoute("/a/{b:int}", plain, methods=["POST"])) is None
    assert to_command_route(APIRoute("/a", plain, methods=["POST"], response_model=None)) is None
    other = APIRoute("/a", plain, methods=["POST"], response_model_exclude_unset=True)
    assert to_command_route(other) is None
