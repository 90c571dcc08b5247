"""FastWS as its README shows it, with the messages of `streaming_app`."""

import asyncio
from typing import Annotated

from fastapi import Depends, FastAPI
from fastws import Client, FastWS, Message

from benchmarks import updates
from benchmarks.updates import ROUTE
from trading_api.clock import wall_clock_ms
from trading_api.models.market import Bar, BarsSubscriptionRequest
from trading_api.models.ws import SubscriptionResponse, SubscriptionUpdate
from trading_api.settings import Settings
from trading_api.shared.ws.router_interface import buildTopicParams


def create_app(_: Settings) -> FastAPI:
    app, fastws = FastAPI(), FastWS()
    fastws.send(f"{ROUTE}.subscribe", reply=f"{ROUTE}.subscribe.response")(_subscribe)
    fastws.recv(f"{ROUTE}.update")(_update)
    fastws.setup(app)

    @app.websocket("/api/v1/ws")
    async def connect(client: Annotated[Client, Depends(fastws.manage)]) -> None:
        await fastws.serve(client)

    @app.post("/publish")
    async def publish(kind: str, first: int, last: int, rounds: int, pause_s: float) -> None:
        for _ in range(rounds):
            for number in range(first, last):
                topic = updates.topic(number)
                update = SubscriptionUpdate[Bar](
                    topic=topic, payload=updates.bar(), ts=wall_clock_ms()
                )
                message = Message(type=f"{ROUTE}.update", payload=update)
                await fastws.server_send(message, topic=topic)
            await asyncio.sleep(pause_s)

    return app


def _subscribe(
    payload: BarsSubscriptionRequest, client: Client, app: FastWS
) -> SubscriptionResponse:
    topic = f"{ROUTE}:{buildTopicParams(payload.model_dump())}"
    client.subscribe(topic)
    return SubscriptionResponse(status="ok", message="Subscribed", topic=topic)


def _update(payload: SubscriptionUpdate[Bar], app: FastWS) -> SubscriptionUpdate[Bar]:
    return payload
