"""The messages with which a gateway forwards HTTP requests to the owner of a partition.

A message is a version, a kind, the length of its head, the head as JSON, and raw bytes of a body.
A receiver ignores fields of the head that it does not know, so that the next version can add some.
A body that is too long for one message travels in parts, each as a request of its own."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson

from trading_api.auth.principal import Principal

VERSION = 1
PART_BYTES = 600_000
"""The most bytes of a body in one message. The rest of a message of the bus is for the head."""

_REQUEST, _RESPONSE, _EARLIER_PART, _REST = range(1, 5)
_PREFIX = struct.Struct(">BBI")

Headers: TypeAlias = Sequence[tuple[str, str]]
"""Names and values, as Latin-1."""


class MessageUnreadable(Exception):
    """Raised for a message of an unknown version or kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardedRequest:
    """A request whose caller a gateway has authenticated.

    `command` is the number of a command, the same for all of its tries, which `attempt` counts; 0
    for a request that changes nothing. `token` names the parts of the body that were sent before,
    and is empty if there are none. `is_body_cut`: the client's body is longer than the gateway
    reads. `lists_partitions`: the response names the partitions that it is true for."""

    method: str
    scheme: str
    path: str
    root_path: str
    query: str
    headers: Headers
    principal: Principal
    request_id: str
    client_request_id: str
    command: int = 0
    attempt: int = 1
    is_body_cut: bool = False
    lists_partitions: bool = False
    token: str = ""
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class EarlierPart:
    """A part of the body of a request that follows. It begins at the byte `start`."""

    token: str
    start: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RestOfResponse:
    """Send the body of a stored response from the byte `start` on."""

    token: str
    start: int


RequestMessage: TypeAlias = ForwardedRequest | EarlierPart | RestOfResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardedResponse:
    """The response of an owner, or a part of its body.

    `operation` is the OpenAPI operation, and empty if there is none. `partitions` are those that
    the response is true for, if the request asked for them. `epochs` has the owner's epoch of the
    partition that was asked, and of these. An older version sends none. A body of `size` bytes that
    is longer than `body` is stored under `token` for a short time."""

    status: int
    headers: Headers = ()
    operation: str = ""
    partitions: Sequence[str] = ()
    epochs: Mapping[str, int] = field(default_factory=dict)
    token: str = ""
    size: int = 0
    body: bytes = field(default=b"", repr=False)


def encode_request(request: RequestMessage) -> bytes:
    """Return the message that `decode_request` reads."""
    match request:
        case EarlierPart(token, start, body):
            return _encode(_EARLIER_PART, {"token": token, "start": start}, body)
        case RestOfResponse(token, start):
            return _encode(_REST, {"token": token, "start": start})
    head = _fields(request, but=("body", "principal"))
    return _encode(_REQUEST, head | {"principal": _plain(request.principal)}, request.body)


def decode_request(message: bytes) -> RequestMessage:
    """Raises MessageUnreadable."""
    kind, head, body = _decode(message)
    if kind == _REQUEST:
        head["principal"] = _principal(head["principal"])
        return ForwardedRequest(**_known(ForwardedRequest, head), body=body)
    if kind == _EARLIER_PART:
        return EarlierPart(head["token"], head["start"], body)
    if kind == _REST:
        return RestOfResponse(head["token"], head["start"])
    raise MessageUnreadable(f"kind {kind}")


def encode_response(response: ForwardedResponse) -> bytes:
    """Return the message that `decode_response` reads."""
    return _encode(_RESPONSE, _fields(response, but=("body",)), response.body)


def decode_response(message: bytes) -> ForwardedResponse:
    """Raises MessageUnreadable."""
    kind, head, body = _decode(message)
    if kind != _RESPONSE:
        raise MessageUnreadable(f"kind {kind}")
    return ForwardedResponse(**_known(ForwardedResponse, head), body=body)


def _encode(kind: int, head: dict[str, Any], body: bytes = b"") -> bytes:
    encoded = orjson.dumps(head)
    return b"".join((_PREFIX.pack(VERSION, kind, len(encoded)), encoded, body))


def _decode(message: bytes) -> tuple[int, dict[str, Any], bytes]:
    try:
        version, kind, length = _PREFIX.unpack_from(message)
        if version != VERSION:
            raise MessageUnreadable(f"version {version}")
        end = _PREFIX.size + length
        return kind, orjson.loads(message[_PREFIX.size : end]), message[end:]
    except (struct.error, orjson.JSONDecodeError) as error:
        raise MessageUnreadable(str(error)) from error


def _fields(message: ForwardedRequest | ForwardedResponse, but: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(message, name) for name in message.__slots__ if name not in but}


def _known(
    kind: type[ForwardedRequest | ForwardedResponse], head: dict[str, Any]
) -> dict[str, Any]:
    return {name: value for name, value in head.items() if name in kind.__slots__}


def _plain(principal: Principal) -> dict[str, Any]:
    accounts = principal.accounts
    return {
        "subject": principal.subject,
        "scopes": sorted(principal.scopes),
        "accounts": None if accounts is None else sorted(accounts),
        "default_account": principal.default_account,
        "expires_s": principal.expires_s,
    }


def _principal(plain: dict[str, Any]) -> Principal:
    accounts = plain["accounts"]
    return Principal(
        plain["subject"],
        frozenset(plain["scopes"]),
        None if accounts is None else frozenset(accounts),
        plain["default_account"],
        plain["expires_s"],
    )
