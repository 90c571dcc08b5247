"""Topics are the same bytes as those of the server and of the TypeScript client."""

import json
from pathlib import Path
from typing import Any

import pytest

from trading_api_client.topics import canonical_json, topic_of

ROOT = Path(__file__).resolve().parents[3]
VECTORS = json.loads(
    (ROOT / "tests" / "contract" / "topic_vectors.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["params"][:40])
def test_a_vector_gives_its_bytes(vector: dict[str, Any]) -> None:
    assert canonical_json(vector["payload"]) == vector["params"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["why"])
def test_what_encoders_write_differently_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        canonical_json(vector["payload"])


def test_a_topic_is_the_channel_and_its_subscription() -> None:
    topic = topic_of("bars", {"symbol": "AAPL", "resolution": "1D"})
    assert topic == 'bars:{"resolution":"1D","symbol":"AAPL"}'
