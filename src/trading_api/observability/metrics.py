"""The metrics of the process, in the format of Prometheus.

Label values are bounded: never a topic, an account or anything else that a caller chooses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

_LATENCY_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
LAG_INTERVAL_S = 0.5


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        # CPU, memory and open files of the process.
        ProcessCollector(registry=self.registry)
        self.requests = Histogram(
            "trading_request_seconds",
            "REST requests, by operation and status",
            ["operation", "status"],
            buckets=_LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.commands = Histogram(
            "trading_command_seconds",
            "Commands of accounts, from the queue to the answer",
            ["command", "outcome"],
            buckets=_LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.commits = Histogram(
            "trading_commit_seconds",
            "Commits to the ledger, each of a batch of entries",
            buckets=_LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.commits_failed = Counter(
            "trading_commits_failed", "Commits to the ledger that failed", registry=self.registry
        )
        self.disconnects = Counter(
            "trading_clients_disconnected",
            "WebSocket clients that disconnected, by the close code the server sent, or 0",
            ["code"],
            registry=self.registry,
        )
        self.loop_lag = Histogram(
            "trading_loop_lag_seconds",
            "How much later than scheduled the event loop ran a timer",
            buckets=_LATENCY_BUCKETS,
            registry=self.registry,
        )

    def add_gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Add a gauge whose value is read at each scrape."""
        self.registry.register(
            _CallbackCollector(GaugeMetricFamily, f"trading_{name}", text, value)
        )

    def add_labeled_gauge(
        self, name: str, text: str, label: str, values: Callable[[], Mapping[str, float]]
    ) -> None:
        """Add gauges of one name that differ in a label. They are read at each scrape."""
        self.registry.register(_LabeledCollector(f"trading_{name}", text, label, values))

    def add_counter(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Add a counter whose total is kept elsewhere and read at each scrape."""
        self.registry.register(
            _CallbackCollector(CounterMetricFamily, f"trading_{name}", text, value)
        )

    def exposition(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self.registry)

    async def measure_loop_lag(self) -> None:
        """Measure the lag of the event loop until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + LAG_INTERVAL_S
            await asyncio.sleep(LAG_INTERVAL_S)
            self.loop_lag.observe(max(0.0, loop.time() - due_s))


class _CallbackCollector(Collector):
    def __init__(
        self, family: Callable[..., Metric], name: str, text: str, value: Callable[[], float]
    ) -> None:
        self._family = family
        self._name = name
        self._text = text
        self._value = value

    def collect(self) -> Iterable[Metric]:
        yield self._family(self._name, self._text, value=self._value())


class _LabeledCollector(Collector):
    def __init__(
        self, name: str, text: str, label: str, values: Callable[[], Mapping[str, float]]
    ) -> None:
        self._name = name
        self._text = text
        self._label = label
        self._values = values

    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily(self._name, self._text, labels=[self._label])
        for label, value in self._values().items():
            family.add_metric([label], value)
        yield family
