"""What the process says of itself in numbers. Labels are bounded: never a topic, an account or
anything else that a caller can make up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
LAG_INTERVAL_S = 0.5


class Metrics:
    """Of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "trading_request_seconds",
            "REST requests, by operation and status",
            ["operation", "status"],
            buckets=_FAST,
            registry=self.registry,
        )
        self.commands = Histogram(
            "trading_command_seconds",
            "Commands of accounts, from the inbox to the answer",
            ["command", "outcome"],
            buckets=_FAST,
            registry=self.registry,
        )
        self.commits = Histogram(
            "trading_commit_seconds",
            "Writes to the ledger, each of what waited together",
            buckets=_FAST,
            registry=self.registry,
        )
        self.commits_failed = Counter(
            "trading_commits_failed", "Writes that the ledger did not take", registry=self.registry
        )
        self.disconnects = Counter(
            "trading_clients_gone",
            "WebSocket clients that went, by the close code they were cut off with, or 0",
            ["code"],
            registry=self.registry,
        )
        self.loop_lag = Histogram(
            "trading_loop_lag_seconds",
            "How much later than asked the event loop came back",
            buckets=_FAST,
            registry=self.registry,
        )

    def read(self, name: str, text: str, value: Callable[[], float]) -> None:
        """A gauge that is read when it is asked for."""
        self.registry.register(_Read(GaugeMetricFamily, f"trading_{name}", text, value))

    def read_total(self, name: str, text: str, value: Callable[[], float]) -> None:
        """A counter that somebody else counts."""
        self.registry.register(_Read(CounterMetricFamily, f"trading_{name}", text, value))

    def exposition(self) -> bytes:
        return generate_latest(self.registry)

    async def watch_loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + LAG_INTERVAL_S
            await asyncio.sleep(LAG_INTERVAL_S)
            self.loop_lag.observe(max(0.0, loop.time() - due_s))


class _Read(Collector):
    def __init__(
        self, family: Callable[..., Metric], name: str, text: str, value: Callable[[], float]
    ) -> None:
        self._family = family
        self._name = name
        self._text = text
        self._value = value

    def collect(self) -> Iterable[Metric]:
        yield self._family(self._name, self._text, value=self._value())
