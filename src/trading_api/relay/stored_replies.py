"""Replies that are longer than a message of the bus, stored until their parts are fetched."""

from __future__ import annotations

import itertools

from trading_api.relay import topic_messages as messages

STORED_REPLIES_MAX = 16
STORED_BYTES_MAX = 128 * 1024 * 1024
PART_BYTES = 800_000


class StoredReplies:
    """Sends a long reply in parts. A reply is dropped with its last part, or for newer ones. A
    gateway that misses a part repeats the whole request."""

    def __init__(self) -> None:
        self._replies: dict[int, bytes] = {}
        self._tokens = itertools.count(1)

    def in_parts(self, reply: bytes) -> bytes:
        """Return the reply, or the first part of one that is too long."""
        if len(reply) <= messages.REPLY_BYTES_MAX:
            return reply
        token = next(self._tokens)
        self._replies[token] = reply
        while len(self._replies) > 1 and self._is_full():
            del self._replies[next(iter(self._replies))]
        return messages.encode(messages.PartOfReply(token, len(reply), reply[:PART_BYTES]))

    def rest(self, request: messages.RestOfReply) -> messages.TopicReply:
        """Return the next part of a stored reply."""
        reply = self._replies.get(request.token)
        if reply is None:
            return messages.NotOwner()
        end = request.start + PART_BYTES
        part = reply[request.start : end]
        if end >= len(reply):
            del self._replies[request.token]
        return messages.PartOfReply(request.token, len(reply), part)

    def _is_full(self) -> bool:
        size = sum(map(len, self._replies.values()))
        return len(self._replies) > STORED_REPLIES_MAX or size > STORED_BYTES_MAX
