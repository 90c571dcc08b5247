"""The messages of forwarded requests."""

from __future__ import annotations

import pytest

from trading_api.auth.principal import Principal, Scope
from trading_api.relay.http_message import (
    VERSION,
    EarlierPart,
    ForwardedRequest,
    ForwardedResponse,
    MessageUnreadable,
    RestOfResponse,
    decode_request,
    decode_response,
    encode_request,
    encode_response,
)

PRINCIPALS = [
    Principal.anonymous("DEMO-ACCOUNT"),
    Principal("me", frozenset({Scope.ACCOUNT_READ}), frozenset({"B", "A"}), None, 1.5),
    Principal("", frozenset(), frozenset(), "A", None),
]


def request_of(principal: Principal) -> ForwardedRequest:
    return ForwardedRequest(
        method="POST",
        scheme="https",
        path="/api/v1/broker/Ä",
        root_path="",
        query="a=\xff",
        headers=[("content-type", "\xe9")],
        principal=principal,
        request_id="1",
        client_request_id="",
        is_body_cut=True,
        body=b"\x00\xff",
    )


@pytest.mark.parametrize("principal", PRINCIPALS, ids=lambda principal: principal.subject)
def test_a_request_is_read_as_it_was_written(principal: Principal) -> None:
    read = decode_request(encode_request(request_of(principal)))
    assert isinstance(read, ForwardedRequest)
    assert read.principal == principal
    assert [tuple(each) for each in read.headers] == [("content-type", "\xe9")]
    assert (read.path, read.query, read.body) == ("/api/v1/broker/Ä", "a=\xff", b"\x00\xff")
    assert (read.is_body_cut, read.lists_partitions, read.token) == (True, False, "")


@pytest.mark.parametrize("part", [EarlierPart("t", 3, b"abc"), RestOfResponse("t", 4)])
def test_a_part_is_read_as_it_was_written(part: EarlierPart | RestOfResponse) -> None:
    assert decode_request(encode_request(part)) == part


def test_a_response_is_read_as_it_was_written() -> None:
    response = ForwardedResponse(
        status=200, operation="getOrders", partitions=["shard-1"], token="t", size=9, body=b"[1,2]"
    )
    read = decode_response(encode_response(response))
    assert (read.status, read.operation, read.token, read.size) == (200, "getOrders", "t", 9)
    assert (list(read.headers), list(read.partitions), read.body) == ([], ["shard-1"], b"[1,2]")


@pytest.mark.parametrize(
    "message",
    [b"", b"\x01", bytes([VERSION + 1]) + encode_request(request_of(PRINCIPALS[0]))[1:]],
)
def test_a_message_of_another_version_is_unreadable(message: bytes) -> None:
    with pytest.raises(MessageUnreadable):
        decode_request(message)
    with pytest.raises(MessageUnreadable):
        decode_response(message)


def test_fields_of_a_later_version_are_ignored() -> None:
    request = with_field(encode_request(request_of(PRINCIPALS[0])))
    assert decode_request(request) == decode_request(encode_request(request_of(PRINCIPALS[0])))
    response = encode_response(ForwardedResponse(status=200, body=b"[]"))
    assert decode_response(with_field(response)) == decode_response(response)


def test_a_response_of_the_previous_version_has_no_epochs() -> None:
    head = b'{"status":200,"headers":[],"operation":"","partitions":[],"token":"","size":2}'
    response = decode_response(bytes([1, 2, 0, 0, 0, len(head)]) + head + b"[]")
    assert (response.status, response.body, response.epochs) == (200, b"[]", {})


def with_field(message: bytes) -> bytes:
    """Return the message with one more field in its head."""
    prefix, length = message[:2], int.from_bytes(message[2:6])
    head = message[6 : 6 + length].replace(b"{", b'{"later":[1],', 1)
    return prefix + len(head).to_bytes(4) + head + message[6 + length :]


def test_a_request_is_no_response() -> None:
    with pytest.raises(MessageUnreadable):
        decode_response(encode_request(request_of(PRINCIPALS[0])))
    with pytest.raises(MessageUnreadable):
        decode_request(encode_response(ForwardedResponse(status=200)))
