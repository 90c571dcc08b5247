"""A gateway's requests to the owner of one partition."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from trading_api.bus.port import MESSAGE_BYTES_MAX, Bus, BusUnavailable, NoResponder, RequestTimeout
from trading_api.clock import running_clock
from trading_api.errors import ApiError, Unavailable
from trading_api.relay import topic_messages as messages
from trading_api.relay.partition_epochs import PartitionEpochs

REPLY_BYTES_TOTAL_MAX = 64 * MESSAGE_BYTES_MAX


class OwnerSilent(Unavailable):
    """The owner of a partition does not answer. `is_absent`: no process serves the partition."""

    def __init__(self, is_absent: bool = False) -> None:
        super().__init__("The owner of this topic does not answer; try again.", "owner_unavailable")
        self.is_absent = is_absent


class OwnerClient:
    """Sends requests about topics. Each raises OwnerSilent where no owner answers, or one that has
    a successor.

    `generations` number the requests to open a topic, of all partitions together."""

    def __init__(
        self,
        bus: Bus,
        gateway: str,
        partition: str,
        generations: itertools.count[int],
        request_s: float,
        epochs: PartitionEpochs,
    ) -> None:
        self._epochs = epochs
        self._partition = partition
        self._bus = bus
        self._gateway = gateway
        self._subject = messages.topics_subject(partition)
        self._generations = generations
        self._request_s = request_s

    def next_generation(self) -> int:
        """Return the number of a new request to open a topic."""
        return next(self._generations)

    async def open(
        self, topic: str, generation: int, since: int | None, prev: int | None
    ) -> messages.TopicOpened:
        """Open a topic, and return what it shows, or what follows the position `since`. `prev` is
        the position of the last update that was posted, where that is before `since`. Raises the
        ApiError that the owner answers with, and OwnerSilent where it has too many to open."""
        request = messages.OpenTopic(self._gateway, topic, generation, since, prev)
        reply = await self._request(request)
        if isinstance(reply, messages.TopicRejected | messages.TopicOpened):
            self._check_epoch(reply.epoch)
        if isinstance(reply, messages.TopicRejected) and reply.code == messages.OVERLOADED:
            raise OwnerSilent
        if isinstance(reply, messages.TopicRejected):
            error = ApiError(reply.detail, reply.code)
            error.status = reply.status
            raise error
        if not isinstance(reply, messages.TopicOpened):
            raise OwnerSilent
        return reply

    async def close(self, topics: list[tuple[str, int]]) -> messages.TopicsClosed:
        """Close topics, each opened in this generation or before it."""
        reply = await self._request(messages.CloseTopics(self._gateway, topics))
        if not isinstance(reply, messages.TopicsClosed):
            raise OwnerSilent
        return reply

    async def frames(self, stream: int, first: int, last: int) -> list[bytes]:
        """Return frames that were missed, some or all of them in order. Empty if the owner does not
        have the first one any longer."""
        request = messages.MissedFrames(self._gateway, stream, first, last)
        reply = await self._request(request)
        return reply.frames if isinstance(reply, messages.FramesAgain) else []

    def _check_epoch(self, epoch: int | None) -> None:
        if epoch is not None and not self._epochs.observe(self._partition, epoch):
            raise OwnerSilent

    async def _request(self, request: messages.TopicRequest) -> messages.TopicReply:
        reply = await self._request_part(request)
        if not isinstance(reply, messages.PartOfReply):
            return reply
        data, token, size = bytearray(reply.data), reply.token, reply.size
        while len(data) < min(size, REPLY_BYTES_TOTAL_MAX):
            part = await self._request_part(messages.RestOfReply(token, len(data)))
            if not isinstance(part, messages.PartOfReply) or not part.data:
                raise OwnerSilent
            data += part.data
        return messages.decode_reply(bytes(data))

    async def _request_part(self, request: messages.TopicRequest) -> messages.TopicReply:
        message = messages.encode(request)
        try:
            reply = await self._bus.request(self._subject, message, self._request_s)
        except (NoResponder, RequestTimeout, BusUnavailable) as error:
            raise OwnerSilent(isinstance(error, NoResponder)) from error
        return messages.decode_reply(reply)


@asynccontextmanager
async def answer_deadline(delay_s: float) -> AsyncIterator[None]:
    """Raise OwnerSilent where the block takes longer than the loop runs for `delay_s`."""
    try:
        async with running_clock().timeout(delay_s):
            yield
    except TimeoutError:
        raise OwnerSilent from None
