"""What administrators see: open connections and topics."""

from trading_api.models.common import WireModel, example


class OpenConnection(WireModel):
    """An open WebSocket connection. `connected_ms` is when it was opened, in ms since 1970.

    `waiting` is the number of updates that are not sent yet, and `waiting_bytes` their size.
    `subject` is empty until the client has authenticated.
    """

    model_config = example(
        {
            "id": "0f8fad5bd9cb469fa16570867728950e",
            "subject": "anyone",
            "address": "127.0.0.1",
            "connected_ms": 1790000040000,
            "topics": 3,
            "waiting": 0,
            "waiting_bytes": 0,
        }
    )

    id: str
    subject: str
    address: str
    connected_ms: int
    topics: int
    waiting: int
    waiting_bytes: int


class OpenTopic(WireModel):
    """A topic with its number of subscribed connections."""

    model_config = example({"topic": 'bars:{"resolution":"1","symbol":"AAPL"}', "subscribers": 2})

    topic: str
    subscribers: int
