"""FastWS's AsyncAPI document, made as strict as the messages are."""

from __future__ import annotations

import copy
import json
from typing import Any

from trading_api.shared.ws.router_interface import buildTopicParams

_SCHEMA_REF = "#/components/schemas/"


def tidied(document: dict[str, Any], path: str) -> dict[str, Any]:
    """FastWS lets a message's `type` be any string and its payload null, and names its envelopes
    after Python generics. Here each message says its own type, and payloads have plain names."""
    document["channels"] = {path: document["channels"].pop("/")}
    schemas, messages = document["components"]["schemas"], document["components"]["messages"]
    for name, message in messages.items():
        envelope = schemas.pop(message["payload"]["$ref"].removeprefix(_SCHEMA_REF))
        payload = envelope["properties"]["payload"]["anyOf"][0]
        message.update(name=name, title=name, payload=_envelope(name, payload))
        if name.endswith(".response"):
            message["description"] = "The reply: ok or error, and what to say of it."
        message["examples"] = [{"payload": {"type": name, "payload": _example(payload, schemas)}}]
    for name, message in messages.items():
        route, _, kind = name.partition(".")
        example = _payload(message)
        example |= _SAID.get(kind, {})
        if kind == "update" and f"{route}.resume" in messages:
            example |= {"seq": 7, "prev": 4, "ts": example.pop("ts")}
        if "topic" in example:
            request = _payload(messages[f"{route}.subscribe"])
            example["topic"] = f"{route}:{buildTopicParams(request)}"
    return _renamed(document)


_SAID = {
    "unsubscribe.response": {"message": "Unsubscribed"},
    "resume.response": {"message": "Resumed"},
}


def _envelope(name: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["type", "payload"],
        "properties": {"type": {"type": "string", "const": name}, "payload": payload},
    }


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """What the schema gives as its first example, or one put together from its parts."""
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


def _payload(message: dict[str, Any]) -> Any:
    return message["examples"][0]["payload"]["payload"]


def _renamed(document: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(document)
    for name in document["components"]["schemas"]:
        if name.startswith("SubscriptionUpdate_"):
            plain = name.removeprefix("SubscriptionUpdate_").removesuffix("_") + "Update"
            text = text.replace(f'"{name}"', f'"{plain}"').replace(f'/{name}"', f'/{plain}"')
    renamed: dict[str, Any] = json.loads(text)
    return renamed
