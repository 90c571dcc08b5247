"""What FastAPI costs alone: the body of an order in, an id out."""

from __future__ import annotations

from fastapi import FastAPI

from trading_api.models.broker import PlaceOrderResult, PreOrder
from trading_api.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    app = FastAPI()

    @app.post("/api/v1/broker/orders")
    async def place_order(order: PreOrder, account_id: str | None = None) -> PlaceOrderResult:
        return PlaceOrderResult(order_id="order-1", seq=2)

    return app
