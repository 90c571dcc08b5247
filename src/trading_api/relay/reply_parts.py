"""Replies that are longer than a message of the bus, sent in parts."""

from __future__ import annotations

from trading_api.relay import topic_messages as messages
from trading_api.relay.stored_bodies import StoredBodies, new_token

STORED_REPLIES_MAX = 16
PART_BYTES = 800_000


class ReplyParts:
    """Sends a long reply in parts. A gateway that misses a part repeats the whole request."""

    def __init__(self) -> None:
        self._stored = StoredBodies[int](STORED_REPLIES_MAX)

    def first(self, reply: bytes) -> bytes:
        """Return the reply, or the first part of one that is too long."""
        if len(reply) <= messages.REPLY_BYTES_MAX:
            return reply
        token = new_token()
        self._stored.put(token, reply)
        return messages.encode(messages.PartOfReply(token, len(reply), reply[:PART_BYTES]))

    def rest(self, request: messages.RestOfReply) -> messages.TopicReply:
        """Return the next part of a stored reply."""
        part = self._stored.part(request.token, request.start, PART_BYTES)
        if part is None:
            return messages.NotOwner()
        return messages.PartOfReply(request.token, *part)
