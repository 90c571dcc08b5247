"""The AsyncAPI document of FastWS, normalized to be as strict as the messages are."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from trading_api.streaming.row_encoding import field_orders
from trading_api.streaming.topics import buildTopicParams

_SCHEMA_REF = "#/components/schemas/"
_EXAMPLE_CHANGES = {
    "unsubscribe.response": {"message": "Unsubscribed"},
    "resume.response": {"message": "Resumed"},
}


def normalize(
    document: dict[str, Any], path: str, data_models: Mapping[str, type[BaseModel]]
) -> dict[str, Any]:
    """Return FastWS's document with strict messages and readable names.

    FastWS lets a message's `type` be any string and its payload null, and names its envelopes
    after Python generics. Here each message has a constant type, and every schema has a title. An
    update has the order of its fields in MessagePack; `data_models` are the models of the routes.
    """
    document["channels"] = {path: document["channels"].pop("/")}
    schemas, messages = document["components"]["schemas"], document["components"]["messages"]
    for name, message in messages.items():
        envelope = schemas.pop(message["payload"]["$ref"].removeprefix(_SCHEMA_REF))
        payload = envelope["properties"]["payload"]["anyOf"][0]
        message.update(name=name, title=name, payload=_envelope(name, payload))
        if name.endswith(".response"):
            message["description"] = "The reply: status ok or error, and a message."
        message["examples"] = [{"payload": {"type": name, "payload": _example(payload, schemas)}}]
    for name in messages:
        _complete_example(name, messages)
    for route, model in data_models.items():
        messages[f"{route}.update"]["x-msgpack-fields"] = field_orders(model)
    return _with_plain_names(document)


def _envelope(name: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": _pascal_case(name) + "Message",
        "type": "object",
        "additionalProperties": False,
        "required": ["type", "payload"],
        "properties": {"type": {"type": "string", "const": name}, "payload": payload},
    }


def _pascal_case(name: str) -> str:
    """Return `BrokerConnectionUpdate` for `broker-connection.update`."""
    return "".join(word.capitalize() for word in re.split(r"\W", name))


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """Return the schema's first example, or one composed of the examples of its parts."""
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].removeprefix(_SCHEMA_REF)], schemas)
    if "examples" in schema:
        return copy.deepcopy(schema["examples"][0])
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        parts = schema["properties"]
        return {key: _example(parts[key], schemas) for key in schema.get("required", parts)}
    raise ValueError(f"{schema.get('title')} has no example")


def _complete_example(name: str, messages: dict[str, Any]) -> None:
    """Make the example of a message agree with those of the other messages of its route."""
    route, _, kind = name.partition(".")
    example = _example_payload(messages[name])
    example |= _EXAMPLE_CHANGES.get(kind, {})
    if kind == "update" and f"{route}.resume" in messages:
        example |= {"seq": 7, "prev": 4, "ts": example.pop("ts")}
    if "topic" in example:
        request = _example_payload(messages[f"{route}.subscribe"])
        example["topic"] = f"{route}:{buildTopicParams(request)}"


def _example_payload(message: dict[str, Any]) -> Any:
    return message["examples"][0]["payload"]["payload"]


def _with_plain_names(document: dict[str, Any]) -> dict[str, Any]:
    """Rename the schema of each generic model: `SubscriptionUpdate[Bar]` is `BarUpdate`."""
    text = json.dumps(document)
    for name in document["components"]["schemas"]:
        if name.startswith("SubscriptionUpdate_"):
            data = name.removeprefix("SubscriptionUpdate_").removesuffix("_")
            plain = f"{data}Update"
            text = text.replace(f'"{name}"', f'"{plain}"').replace(f'/{name}"', f'/{plain}"')
            text = text.replace(f'"SubscriptionUpdate[{data}]"', f'"{plain}"')
    renamed: dict[str, Any] = json.loads(text)
    for name, schema in renamed["components"]["schemas"].items():
        schema.setdefault("title", name)
    return renamed
