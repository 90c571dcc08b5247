"""Commands without FastAPI's dependency solver, which costs more than the command itself."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from inspect import iscoroutinefunction
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from urllib.parse import parse_qsl

from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import ResponseValidationError
from fastapi.routing import APIRoute, APIRouter
from pydantic import TypeAdapter
from starlette.convertors import StringConvertor
from starlette.datastructures import URLPath
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound, compile_path
from starlette.types import Receive, Scope, Send

from trading_api.web.paths import PREFIX, route_path
from trading_api.web.strict_request import StrictRequest

METHODS = frozenset({"POST", "PUT", "DELETE"})

_JSON = frozenset({b"application/json", b"application/json; charset=utf-8"})
# A longer query string is parsed each time, so that the cache is small.
_CACHED_QUERY_BYTES_MAX = 128
# In the scope: the command that a request matches, and whether FastAPI answers it.
_COMMAND, _BY_FASTAPI = "trading_api.command", "trading_api.by_fastapi"
_SCALARS = (str, int, float, Enum, NoneType)


class CommandRoute:
    """A command's endpoint, as FastAPI documents it, called directly.

    `answer` answers only requests that are valid. FastAPI answers all others, so that it words
    every error. Nothing is executed before a request is found to be valid."""

    def __init__(self, route: APIRoute, call: _Call, dependencies: list[_Dependency]) -> None:
        self.route = route
        self._call = call
        self._dependencies = dependencies
        self._to_json = TypeAdapter(route.response_model).serializer.to_json
        self._status = route.status_code or 200

    async def answer(self, request: StrictRequest) -> Response | None:
        """Return the response, or None where FastAPI has to answer. Raises what the dependencies
        and the endpoint raise, and HTTPException for a body that cannot be read."""
        scope = request.scope
        if scope["app"].dependency_overrides:
            return None
        sources = _Sources(scope)
        values = self._call.values(sources)
        if values is None:
            return None
        if self._call.body is not None and not await self._add_body(request, sources, values):
            return None
        calls = []
        for dependency in self._dependencies:
            arguments = dependency.call.values(sources)
            if arguments is None:
                return None
            calls.append((dependency, arguments))
        for dependency, arguments in calls:
            if dependency.call.request_name is not None:
                arguments[dependency.call.request_name] = request
            result = await dependency.call.function(**arguments)
            if dependency.name is not None:
                values[dependency.name] = result
        if self._call.request_name is not None:
            values[self._call.request_name] = request
        return self._response(await self._call.function(**values))

    async def _add_body(
        self, request: StrictRequest, sources: _Sources, values: dict[str, Any]
    ) -> bool:
        assert self._call.body is not None
        try:
            body = await request.body()
            if not body or sources.headers.get(b"content-type") not in _JSON:
                return False
        except HTTPException:
            raise
        except Exception as error:
            raise HTTPException(400, "There was an error parsing the body") from error
        try:
            parsed = await request.json()
        except (HTTPException, ValueError):
            return False
        return self._call.body.add(parsed, values)

    def _response(self, result: Any) -> Response:
        if isinstance(result, Response):
            return result
        if type(result) is not self.route.response_model:
            assert self.route.response_field is not None
            result, errors = self.route.response_field.validate(result, {}, loc=("response",))
            if errors:
                raise ResponseValidationError(errors=errors, body=result)
        content = self._to_json(
            result, by_alias=True, exclude_none=self.route.response_model_exclude_none
        )
        return _JSONResponse(content, self._status)


class _JSONResponse(Response):
    """A response of JSON bytes. Its headers cost less than Starlette's general ones."""

    def __init__(self, content: bytes, status: int) -> None:
        self.status_code = status
        self.background = None
        self.body = content
        self.raw_headers = [
            (b"content-length", b"%d" % len(content)),
            (b"content-type", b"application/json"),
        ]


class CommandRoutes(BaseRoute):
    """The commands of an application, in front of its routers, which include the same endpoints.

    The routers are included under PREFIX, and without further dependencies. What a command's route
    cannot answer goes to the routers."""

    def __init__(self, routers: Iterable[APIRouter]) -> None:
        self._by_path: dict[tuple[str, str], CommandRoute] = {}
        self._by_pattern: list[tuple[str, re.Pattern[str], CommandRoute]] = []
        for route in (route for router in routers for route in router.routes):
            command = to_command_route(route) if isinstance(route, APIRoute) else None
            if command is not None:
                self._add(command)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope["method"] not in METHODS or _BY_FASTAPI in scope:
            return Match.NONE, {}
        method, path = scope["method"], route_path(scope)
        command = self._by_path.get((method, path))
        if command is not None:
            return Match.FULL, _child_scope(command, {})
        for each_method, pattern, command in self._by_pattern:
            if each_method == method and (found := pattern.match(path)):
                return Match.FULL, _child_scope(command, found.groupdict())
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        command: CommandRoute = scope[_COMMAND]
        request = StrictRequest(scope, receive)
        response = await command.answer(request)
        if response is not None:
            await response(scope, receive, send)
        else:
            scope[_BY_FASTAPI] = True
            await scope["router"].app(scope, request.unread(), send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        raise NoMatchFound(name, path_params)

    def _add(self, command: CommandRoute) -> None:
        path = f"{PREFIX}{command.route.path}"
        for method in command.route.methods or ():
            if "{" in path:
                self._by_pattern.append((method, compile_path(path)[0], command))
            else:
                self._by_path[method, path] = command


def _child_scope(command: CommandRoute, path_params: dict[str, str]) -> Scope:
    """Return what FastAPI sets in the scope of a matching request, and the command."""
    route = command.route
    return {
        "route": route,
        "endpoint": route.endpoint,
        "path_params": path_params,
        _COMMAND: command,
    }


def to_command_route(route: APIRoute) -> CommandRoute | None:
    """Return the direct call of a route, or None where it uses more of FastAPI than is done here:
    generators, nested dependencies, parameters that are lists or models, forms, or cookies."""
    if not METHODS.issuperset(route.methods or ()) or not _has_plain_response(route):
        return None
    if any(not isinstance(each, StringConvertor) for each in route.param_convertors.values()):
        return None
    call = _to_call(route.dependant)
    dependencies = [_to_dependency(each) for each in route.dependant.dependencies]
    if call is None or (call.body is not None and call.body.field is not route.body_field):
        return None
    supported = [each for each in dependencies if each is not None and each.call.body is None]
    functions = {id(each.call.function) for each in supported}
    if len(functions) < len(dependencies):
        return None
    return CommandRoute(route, call, supported)


def _has_plain_response(route: APIRoute) -> bool:
    """Return whether a response is the JSON of one model."""
    return (
        route.response_field is not None
        and isinstance(route.response_class, DefaultPlaceholder)
        and route.response_model_by_alias
        and not route.is_json_stream
        and not (route.response_model_include or route.response_model_exclude)
        and not (route.response_model_exclude_unset or route.response_model_exclude_defaults)
    )


class _Sources:
    """The parts of a request that hold parameters. The first of equal headers counts, and the last
    of equal query parameters."""

    __slots__ = ("headers", "path", "query")

    def __init__(self, scope: Scope) -> None:
        self.headers: Mapping[bytes, bytes] = dict(reversed(scope["headers"]))
        self.path: Mapping[str, str] = scope["path_params"]
        text = scope["query_string"]
        is_short = len(text) <= _CACHED_QUERY_BYTES_MAX
        self.query = _cached_query(text) if is_short else _query(text)

    def text_of(self, parameter: _Parameter) -> str | None:
        if parameter.source == "header":
            value = self.headers.get(parameter.key.encode())
            return None if value is None else value.decode("latin-1")
        return (self.path if parameter.source == "path" else self.query).get(parameter.key)


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    key: str
    source: str
    field: Any
    is_required: bool
    default: Any

    def add(self, value: Any, values: dict[str, Any]) -> bool:
        """Add the validated value. Return whether it is valid."""
        values[self.name], errors = self.field.validate(value, {}, loc=())
        return not errors


@dataclass(frozen=True, slots=True)
class _Call:
    """A function and the parameters that it takes from the request."""

    function: Callable[..., Awaitable[Any]]
    parameters: tuple[_Parameter, ...]
    body: _Parameter | None
    request_name: str | None

    def values(self, sources: _Sources) -> dict[str, Any] | None:
        """Return the arguments without the body, or None where one is not valid."""
        values: dict[str, Any] = {}
        for parameter in self.parameters:
            value = sources.text_of(parameter)
            if value is not None:
                if not parameter.add(value, values):
                    return None
            elif parameter.is_required:
                return None
            else:
                values[parameter.name] = parameter.default
        return values


@dataclass(frozen=True, slots=True)
class _Dependency:
    """A dependency; its result is the endpoint's argument `name`, if it has a name."""

    name: str | None
    call: _Call


def _to_dependency(dependant: Dependant) -> _Dependency | None:
    call = None if dependant.dependencies else _to_call(dependant)
    return None if call is None else _Dependency(dependant.name, call)


def _to_call(dependant: Dependant) -> _Call | None:
    function = dependant.call
    others = (
        dependant.cookie_params,
        dependant.background_tasks_param_name,
        dependant.http_connection_param_name,
        dependant.response_param_name,
        dependant.security_scopes_param_name,
        dependant.websocket_param_name,
        dependant.concurrency,
    )
    if function is None or any(others) or len(dependant.body_params) > 1:
        return None
    if not (iscoroutinefunction(function) or iscoroutinefunction(type(function).__call__)):
        return None
    fields = {
        "path": dependant.path_params,
        "query": dependant.query_params,
        "header": dependant.header_params,
    }
    if not all(_is_one_text(field) for each in fields.values() for field in each):
        return None
    body = [_to_parameter(field, "body") for field in dependant.body_params]
    return _Call(
        function,
        tuple(_to_parameter(field, source) for source, each in fields.items() for field in each),
        body[0] if body else None,
        dependant.request_param_name,
    )


def _to_parameter(field: Any, source: str) -> _Parameter:
    key = field.validation_alias or field.alias
    name = key.lower() if source == "header" else key
    return _Parameter(
        field.name, name, source, field, field.field_info.is_required(), field.default
    )


def _is_one_text(field: Any) -> bool:
    """Return whether a parameter is read from one text by one name."""
    information = field.field_info
    has_one_name = information.validation_alias is None or isinstance(
        information.validation_alias, str
    )
    has_plain_default = information.default_factory is None and not information.validate_default
    return has_one_name and has_plain_default and _is_scalar(information.annotation)


def _is_scalar(annotation: Any) -> bool:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _is_scalar(arguments[0])
    if origin in (Union, UnionType):
        return all(map(_is_scalar, arguments))
    return isinstance(annotation, type) and issubclass(annotation, _SCALARS)


def _query(text: bytes) -> dict[str, str]:
    return dict(parse_qsl(text.decode("latin-1"), keep_blank_values=True))


_cached_query = lru_cache(1024)(_query)
