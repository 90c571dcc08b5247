"""FastWS as its README shows it, with the messages of `one_route`."""

from typing import Annotated

from fastapi import Depends, FastAPI
from fastws import Client, FastWS, Message

from benchmarks.one_route import BAR, REQUEST, ROUTE
from trading_api.models.market import Bar, BarsSubscriptionRequest
from trading_api.models.ws import SubscriptionResponse, SubscriptionUpdate
from trading_api.settings import Settings
from trading_api.shared.clock import wall_clock_ms
from trading_api.shared.ws.router_interface import buildTopicParams


def create_app(_: Settings) -> FastAPI:
    app, fastws = FastAPI(), FastWS()
    fastws.send(f"{ROUTE}.subscribe", reply=f"{ROUTE}.subscribe.response")(_subscribe)
    fastws.recv(f"{ROUTE}.update")(_update)
    fastws.setup(app)
    topic = _topic(BarsSubscriptionRequest.model_validate(REQUEST))

    @app.websocket("/api/v1/ws")
    async def connect(client: Annotated[Client, Depends(fastws.manage)]) -> None:
        await fastws.serve(client)

    @app.post("/tell")
    async def tell(count: int) -> None:
        for _ in range(count):
            update = SubscriptionUpdate[Bar](topic=topic, payload=BAR, ts=wall_clock_ms())
            await fastws.server_send(Message(type=f"{ROUTE}.update", payload=update), topic=topic)

    return app


def _subscribe(
    payload: BarsSubscriptionRequest, client: Client, app: FastWS
) -> SubscriptionResponse:
    topic = _topic(payload)
    client.subscribe(topic)
    return SubscriptionResponse(status="ok", message="Subscribed", topic=topic)


def _update(payload: SubscriptionUpdate[Bar], app: FastWS) -> SubscriptionUpdate[Bar]:
    return payload


def _topic(request: BarsSubscriptionRequest) -> str:
    return f"{ROUTE}:{buildTopicParams(request.model_dump())}"
