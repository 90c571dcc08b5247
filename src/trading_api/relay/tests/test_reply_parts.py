"""Long replies in parts."""

from __future__ import annotations

from trading_api.relay import topic_messages as messages
from trading_api.relay.reply_parts import PART_BYTES, STORED_REPLIES_MAX, ReplyParts

LONG = bytes(range(256)) * 8_000


def first(parts: ReplyParts, reply: bytes) -> messages.PartOfReply:
    part = messages.decode_reply(parts.first(reply))
    assert isinstance(part, messages.PartOfReply)
    return part


def test_a_long_reply_is_stored_and_sent_in_parts() -> None:
    parts = ReplyParts()
    assert parts.first(b"short") == b"short"
    part = first(parts, LONG)
    assert (part.size, len(part.data)) == (len(LONG), PART_BYTES)
    data = part.data
    while len(data) < part.size:
        rest = parts.rest(messages.RestOfReply(part.token, len(data)))
        assert isinstance(rest, messages.PartOfReply)
        data += rest.data
    assert data == LONG
    assert parts.rest(messages.RestOfReply(part.token, 0)) == messages.NotOwner()


def test_only_the_newest_long_replies_are_stored() -> None:
    parts = ReplyParts()
    part = first(parts, bytes(1_000_000))
    for _ in range(STORED_REPLIES_MAX):
        parts.first(bytes(1_000_000))
    assert parts.rest(messages.RestOfReply(part.token, 0)) == messages.NotOwner()


def test_an_owner_has_no_part_of_its_predecessors_replies() -> None:
    predecessor, successor = ReplyParts(), ReplyParts()
    part = first(predecessor, LONG)
    first(successor, bytes(len(LONG)))
    rest = messages.RestOfReply(part.token, len(part.data))
    assert successor.rest(rest) == messages.NotOwner()
