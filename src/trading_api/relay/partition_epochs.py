"""The owners of partitions that a gateway knows, by their epochs."""

from __future__ import annotations


class PartitionEpochs:
    """The highest epoch of each partition that a gateway has seen, in heartbeats, frames or
    answers.

    A process that was paused may continue after another one took over its partitions. Until it
    finds that out, its answers have a lower epoch."""

    def __init__(self) -> None:
        self._epochs: dict[str, int] = {}

    def observe(self, partition: str, epoch: int) -> bool:
        """Note the epoch of a sender. Return False if a later owner of the partition is known."""
        if epoch < self._epochs.get(partition, 0):
            return False
        self._epochs[partition] = epoch
        return True
