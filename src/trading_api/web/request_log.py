"""The log and the metric of requests, whether they came by HTTP or by a socket."""

from __future__ import annotations

import logging

from prometheus_client import Histogram

from trading_api.observability.metrics import Metrics

log = logging.getLogger(__name__)

SLOW_S = 1.0


class RequestLog:
    """Logs each request with its outcome and duration, and measures it.

    Requests that change something, fail or are slow are logged with level INFO, others with DEBUG.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._requests = metrics.requests
        # The labels are bounded, as those of every metric.
        self._durations: dict[tuple[str, int], Histogram] = {}

    def record(
        self,
        method: str,
        path: str,
        operation: str,
        status: int,
        duration_s: float,
        subject: str,
        address: str,
    ) -> None:
        """Record a request that was answered with an HTTP status, or with what equals it."""
        durations = self._durations.get((operation, status))
        if durations is None:
            durations = self._requests.labels(operation, str(status))
            self._durations[operation, status] = durations
        durations.observe(duration_s)
        is_notable = method != "GET" or status >= 400 or duration_s > SLOW_S
        level = logging.INFO if is_notable else logging.DEBUG
        if log.isEnabledFor(level):
            fields = {
                "method": method,
                "path": path,
                "operation": operation,
                "status": status,
                "ms": round(duration_s * 1000, 1),
                "subject": subject,
                "address": address,
            }
            log.log(level, "request", extra=fields)
