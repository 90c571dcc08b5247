"""Every datum of the wire has the same values in JSON and in MessagePack."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.kit.echo_route import NOW_MS
from tests.kit.msgpack_client import named_fields
from tests.kit.scale import scaled
from tests.kit.wire_models import UPDATE_MODELS, instances
from trading_api.streaming.frames import messages
from trading_api.streaming.message_format import JSON
from trading_api.streaming.msgpack_format import MSGPACK
from trading_api.streaming.row_encoding import pack_model, transcode
from trading_api.streaming.subscriptions import Topic
from trading_api.streaming.update_encoding import (
    Datum,
    EncodedDatum,
    SharedParts,
    SuffixEncoder,
    encode_model,
)

META = st.dictionaries(
    st.sampled_from(["seq", "prev", "as_of_seq"]), st.integers(0, 2**53 - 1)
) | st.fixed_dictionaries({"seq": st.integers(0, 2**53 - 1), "request_id": st.text(max_size=64)})


class Format:
    """The encodings of a route whose data are encoded here, or came from another process."""

    def __init__(self, model: type[BaseModel], is_remote: bool) -> None:
        self.encode: Any = (lambda datum: datum.json) if is_remote else encode_model
        self.pack: Any = (lambda datum: transcode(model, datum)) if is_remote else pack_model
        self.conflation_key: Any = lambda datum: None


def update_in_json(frame: bytes) -> dict[str, Any]:
    ((_, content),) = messages(frame)
    payload: dict[str, Any] = orjson.loads(content)["payload"]
    del payload["topic"]
    return payload


def update_in_msgpack(frame: bytes, model: type[BaseModel]) -> dict[str, Any]:
    ((_, content),) = messages(frame)
    number, row, ts, *meta = msgspec.msgpack.decode(content)
    assert number == 300
    return {"payload": named_fields(model, row), "ts": ts, **(meta[0] if meta else {})}


@pytest.mark.parametrize("is_remote", [False, True], ids=["own", "from another process"])
@pytest.mark.parametrize("model", UPDATE_MODELS, ids=lambda model: model.__name__)
@settings(max_examples=scaled(15))
@given(data=st.data(), meta=META)
def test_both_encodings_decode_to_the_same_values(
    model: type[BaseModel], is_remote: bool, data: st.DataObject, meta: dict[str, int | str]
) -> None:
    datum: Datum = data.draw(instances(model))
    if is_remote:
        datum = EncodedDatum(encode_model(datum), None)  # type: ignore[arg-type]
    topic = Topic("r:{}", 300, prefix=b'{"type":"r.update","payload":{"topic":"r:{}","payload":')
    route, parts = Format(model, is_remote), SharedParts()
    suffix = SuffixEncoder(lambda: NOW_MS).encode(meta)
    in_json = update_in_json(JSON.update(topic, datum, suffix, route, parts))
    in_msgpack = update_in_msgpack(MSGPACK.update(topic, datum, suffix, route, parts), model)
    assert in_json == in_msgpack


def test_missing_values_at_the_end_are_left_out_and_others_are_nil() -> None:
    class Datum(BaseModel):
        first: int | None = None
        second: int | None = None
        third: int | None = None

    def row(**values: int) -> Any:
        return msgspec.msgpack.decode(pack_model(Datum(**values)))

    assert row() == []
    assert row(second=2) == [None, 2]
    assert row(first=1, third=3) == [1, None, 3]


def test_a_model_of_one_field_is_an_array_too() -> None:
    class Datum(BaseModel):
        only: str

    assert msgspec.msgpack.decode(pack_model(Datum(only="a"))) == ["a"]


def test_numbers_keep_all_their_digits() -> None:
    class Datum(BaseModel):
        values: list[float]

    values = [0.1, math.pi, 5e-324, -0.0, 1.7976931348623157e308, 2.0**53]
    assert msgspec.msgpack.decode(pack_model(Datum(values=values))) == [values]


def test_what_is_no_model_has_no_field_order() -> None:
    class Datum(BaseModel):
        value: Any

    with pytest.raises(TypeError, match="complex has no field order"):
        pack_model(Datum(value=1j))
