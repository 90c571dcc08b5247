"""Topics are the same bytes in every language: the vectors are shared with other test suites."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from trading_api.shared.ws.router_interface import buildTopicParams, parse_topic

ROOT = Path(__file__).resolve().parent.parent.parent
VECTORS = json.loads((Path(__file__).parent / "topic_vectors.json").read_text(encoding="utf-8"))

integers = st.integers(-(2**53) + 1, 2**53 - 1)
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | integers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["params"][:40])
def test_a_vector_gives_its_bytes(vector: dict[str, Any]) -> None:
    assert buildTopicParams(vector["payload"]) == vector["params"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["why"])
def test_what_encoders_write_differently_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        buildTopicParams(vector["payload"])


@given(st.dictionaries(texts, values, max_size=5))
def test_params_are_what_rfc_8785_makes_of_them(payload: dict[str, Any]) -> None:
    assert buildTopicParams(payload) == rfc8785.dumps(_without_null(payload)).decode()


@given(st.dictionaries(texts, values, max_size=5))
def test_a_topic_is_read_back_as_it_was_built(payload: dict[str, Any]) -> None:
    topic = f"bars:{buildTopicParams(payload)}"
    assert parse_topic(topic) == ("bars", _without_null(payload))


def test_the_protocols_typescript_gives_the_same_bytes(tmp_path: Path) -> None:
    protocol = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    snippet = protocol.partition("```ts\n")[2].partition("```")[0]
    payloads = json.dumps([vector["payload"] for vector in VECTORS["vectors"]])
    script = tmp_path / "topics.ts"
    script.write_text(f"{snippet}console.log(JSON.stringify({payloads}.map(canonical)));")
    node = Path(sys.executable).parent / "node"
    output = subprocess.run([node, script], capture_output=True, check=True).stdout
    assert json.loads(output) == [vector["params"] for vector in VECTORS["vectors"]]


def _without_null(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, dict):
        return {key: _without_null(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_null(item) for item in value]
    return value
