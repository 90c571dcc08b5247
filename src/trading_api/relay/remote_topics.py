"""The gateway's side of topics: every topic is published by the owner of its partition."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from pydantic import BaseModel

from trading_api.bus.port import Bus
from trading_api.relay import topic_messages as messages
from trading_api.relay.opening_turns import OpeningTurns
from trading_api.relay.owner_client import OwnerClient
from trading_api.relay.partition_epochs import PartitionEpochs
from trading_api.relay.partition_jobs import Job
from trading_api.relay.partition_options import PartitionEvents, PartitionOptions
from trading_api.relay.partitions import MARKET
from trading_api.relay.remote_partition import RemotePartition
from trading_api.relay.remote_service import RemoteService
from trading_api.relay.update_frame import FrameError, decode_frame
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.streaming.row_encoding import transcode

log = logging.getLogger(__name__)

BEAT_S = 1.0
CHECKS_PER_SILENCE = 6


def no_lost_state(topic: str) -> Sequence[BaseModel]:
    """Return nothing: the clients of this topic are sent nothing while its owner is silent."""
    return ()


class RemoteTopics:
    """Follows the owners of all partitions.

    Build the routers with `service`, bind them to a FanOut, and pass them to `attach`.
    `close_topic_sessions` has to disconnect the sessions of a topic that cannot be continued, with
    1013. `on_partition_change` is called with a partition and whether its owner answers.
    `lost_state` returns what the clients of a topic are sent while its owner is silent; they are
    sent the true state once it is back."""

    def __init__(
        self,
        bus: Bus,
        gateway_id: str,
        routers: Iterable[WsRouter[Any, Any]],
        partition_of: Callable[[str], str],
        close_topic_sessions: Callable[[str], None],
        on_partition_change: Callable[[str, bool], None],
        lost_state: Callable[[str], Sequence[BaseModel]] = no_lost_state,
        *,
        beat_s: float = BEAT_S,
        options: PartitionOptions | None = None,
        epochs: PartitionEpochs | None = None,
    ) -> None:
        self._bus = bus
        self._epochs = epochs or PartitionEpochs()
        self._gateway = gateway_id
        self._beat_s = beat_s
        self._options = options or PartitionOptions()
        self._events = PartitionEvents(close_topic_sessions, on_partition_change, lost_state)
        self._generations = itertools.count(time.time_ns())
        self._turns = OpeningTurns()
        self._partitions: dict[str, RemotePartition] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._is_stopped = False
        # What has to run once `run` does: at most three jobs for each partition.
        self._waiting_jobs: list[Job] = []
        self.unreadable_messages = 0
        self.service = RemoteService(lambda topic: self._partition(partition_of(topic)))
        self.attach(routers)

    def attach(self, routers: Iterable[WsRouter[Any, Any]]) -> None:
        """Let routers that were built with `service` receive encoded data and remote snapshots."""
        for router in routers:
            router.encode, router.conflation_key = itemgetter(0), itemgetter(1)
            router.pack = partial(transcode, router.data_model)
            router.snapshots = self.service
            self.service.add_router(router)

    async def start(self) -> None:
        """Receive from owners. Raises BusUnavailable."""
        subscribe = self._bus.subscribe
        await subscribe(messages.shared_updates_subject(MARKET), self._on_frame)
        await subscribe(messages.gateway_updates_subject(self._gateway), self._on_frame)
        for audience in (messages.SHARED_AUDIENCE, self._gateway):
            await subscribe(messages.heartbeats_subject(audience), self._on_heartbeat)
        await self._bus.flush()
        self._bus.on_reconnect(self._publish_beat)
        self._publish_beat()

    async def run(self) -> None:
        """Publish that the gateway lives, notice silent owners and repair streams, until
        cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._beat(), name="gateway beat")
            self._tasks = tasks
            waiting, self._waiting_jobs = self._waiting_jobs, []
            for job in waiting:
                tasks.create_task(job())
            try:
                await self._watch()
            finally:
                self._tasks, self._is_stopped = None, True

    def health(self) -> str | None:
        """Return why the gateway cannot serve, or None. A single silent shard is no reason: the
        accounts of all others are served."""
        if not self._bus.is_connected:
            return "the bus is not connected"
        market = self._partitions.get(MARKET)
        if market is None or market.is_lost:
            return "the owner of the market does not answer"
        shards = [each for each in self._partitions.values() if each is not market]
        if not shards or all(each.is_lost for each in shards):
            return "no owner of accounts answers"
        return None

    def is_lost(self, partition: str) -> bool:
        """Return whether the owner of a partition does not answer."""
        known = self._partitions.get(partition)
        return known is None or known.is_lost

    @property
    def breaks(self) -> int:
        """How often the stream of a partition was not continued, so that its topics were opened
        again."""
        return sum(partition.breaks for partition in self._partitions.values())

    # What the bus delivers

    def _on_frame(self, message: bytes) -> None:
        try:
            frame = decode_frame(message)
            self._partition(frame.partition).on_frame(frame)
        except FrameError as error:
            self.unreadable_messages += 1
            log.error("frame_unreadable", extra={"reason": str(error)})

    def _on_heartbeat(self, message: bytes) -> None:
        beat = messages.decode_owner_beat(message)
        for partition in beat.partitions:
            self._partition(partition).on_heartbeat(beat)

    # Tasks

    async def _beat(self) -> None:
        while True:
            self._publish_beat()
            await asyncio.sleep(self._beat_s)

    def _publish_beat(self) -> None:
        beat = messages.GatewayBeat(self._gateway)
        self._bus.publish(messages.GATEWAYS, messages.encode(beat))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._options.silence_s / CHECKS_PER_SILENCE)
            for partition in list(self._partitions.values()):
                partition.check_silence()

    def _start_job(self, job: Job) -> None:
        if self._tasks is not None:
            self._tasks.create_task(job())
        elif not self._is_stopped:
            self._waiting_jobs.append(job)

    def _partition(self, name: str) -> RemotePartition:
        partition = self._partitions.get(name)
        if partition is None:
            owner = OwnerClient(
                self._bus,
                self._gateway,
                name,
                self._generations,
                self._options.request_s,
                self._epochs,
            )
            partition = self._partitions[name] = RemotePartition(
                name,
                self._gateway,
                owner,
                self._epochs,
                self._turns,
                self._options,
                self._events,
                self._start_job,
            )
        return partition
