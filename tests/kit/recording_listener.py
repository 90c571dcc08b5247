"""A listener of a broker that remembers what it receives."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from trading_api.domain.account_event import AccountEvent
from trading_api.domain.broker_connection import BrokerConnection
from trading_api.domain.ports.broker import Broker


@dataclass
class RecordingListener:
    """A BrokerListener that remembers each event and the state that it met."""

    broker: Broker
    events: list[AccountEvent] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)
    valued: list[str] = field(default_factory=list)
    connections: list[tuple[Collection[str] | None, BrokerConnection]] = field(default_factory=list)

    def on_event(self, event: AccountEvent) -> None:
        self.events.append(event)
        self.seqs.append(self.broker.snapshot(event.account_id).seq)

    def on_valuation(self, account_id: str) -> None:
        self.valued.append(account_id)

    def on_connection(
        self, account_ids: Collection[str] | None, connection: BrokerConnection
    ) -> None:
        self.connections.append((account_ids, connection))
