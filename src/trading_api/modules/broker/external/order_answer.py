"""What a venue answers to the question what became of a request."""

from __future__ import annotations

from typing import NamedTuple

from trading_api.modules.broker.engine.venue_events import VenueRequest
from trading_api.modules.broker.external.venue_client import ExecutionReport


class OrderAnswer(NamedTuple):
    """What the venue knows of an order. `replaced` is the state under the ids of its replacement.
    None stands for an order that the venue has never seen."""

    order: ExecutionReport | None
    replaced: ExecutionReport | None = None

    @property
    def report(self) -> ExecutionReport:
        """The state that counts. Only for an answer that has one."""
        report = self.replaced or self.order
        assert report is not None
        return report

    def denies(self, request: VenueRequest) -> bool:
        """Return whether the venue knows nothing of the request."""
        return self.replaced is None and (request is VenueRequest.REPLACE or self.order is None)
