"""A client of the subprotocol in MessagePack, which returns messages as JSON has them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, get_args, get_origin

import msgspec
from pydantic import BaseModel
from websockets.asyncio.client import ClientConnection, connect

from tests.kit.server import TIMEOUT_S, WsClient
from trading_api.streaming.row_encoding import field_orders

SUBPROTOCOL = "trading-api.msgpack.v1"


def named_fields(model: type[BaseModel], row: Sequence[Any]) -> dict[str, Any]:
    """Return the object of a datum's array, without the missing fields."""
    names = field_orders(model)[model.__name__]
    types = [field.annotation for field in model.model_fields.values()]
    return {
        name: _named_value(annotation, value)
        for name, annotation, value in zip(names, types, row, strict=False)
        if value is not None
    }


def _named_value(annotation: Any, value: Any) -> Any:
    if not isinstance(value, list):
        return value
    parts = get_args(annotation) or (annotation,)
    models = [each for each in parts if isinstance(each, type) and issubclass(each, BaseModel)]
    if not models:
        return value
    if get_origin(annotation) is list:
        return [named_fields(models[0], each) for each in value]
    # Of the unions of the wire, an error has fewer fields than a value.
    fitting = [model for model in models if len(model.model_fields) >= len(value)]
    return named_fields(min(fitting, key=lambda model: len(model.model_fields)), value)


class MsgpackClient(WsClient):
    """Decodes updates by the model of their route: `models` by the route's name."""

    def __init__(self, connection: ClientConnection, models: Mapping[str, type[BaseModel]]) -> None:
        super().__init__(connection)
        self.models = models
        self.topics: dict[int, str] = {}

    async def send(self, type: str, payload: Any) -> None:
        await self.connection.send(msgspec.msgpack.encode({"type": type, "payload": payload}))

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(TIMEOUT_S):
            frame = await self.connection.recv()
        assert isinstance(frame, bytes), "every message is binary"
        message = msgspec.msgpack.decode(frame)
        return self._update(message) if isinstance(message, list) else self._reply(message)

    def _reply(self, message: dict[str, Any]) -> dict[str, Any]:
        payload = message["payload"]
        if (number := payload.pop("topicId", None)) is not None:
            self.topics[number] = payload["topic"]
        return message

    def _update(self, message: list[Any]) -> dict[str, Any]:
        number, row, ts, *meta = message
        topic = self.topics[number]
        route = topic.partition(":")[0]
        payload = {"topic": topic, "payload": named_fields(self.models[route], row)}
        payload |= {"ts": ts} | (meta[0] if meta else {})
        return {"type": f"{route}.update", "payload": payload}


@asynccontextmanager
async def msgpack_connected(
    address: str, models: Mapping[str, type[BaseModel]], **options: Any
) -> AsyncIterator[MsgpackClient]:
    """Yield a client that reads ahead without bound."""
    options = {"max_queue": None, "subprotocols": [SUBPROTOCOL]} | options
    async with connect(f"ws://{address}/api/v1/ws", **options) as connection:
        assert connection.subprotocol == SUBPROTOCOL
        yield MsgpackClient(connection, models)
