"""The one WebSocket endpoint."""

from contextlib import asynccontextmanager

from fastapi import APIRouter, WebSocket

router = APIRouter()


@router.websocket("/ws")
async def connect(websocket: WebSocket) -> None:
    ws_app = websocket.app.state.ws_app
    async with asynccontextmanager(ws_app.manage)(websocket) as client:
        await ws_app.serve(client)
