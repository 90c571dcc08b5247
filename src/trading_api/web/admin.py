"""Endpoints of administrators: list the open connections and topics, close a connection."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request
from websockets.frames import CloseCode

from trading_api.auth.principal import Scope
from trading_api.errors import NotFound, truncate
from trading_api.models.admin import OpenConnection, OpenTopic
from trading_api.models.common import SuccessResponse
from trading_api.web.json_route import NOT_FOUND_ERROR, StrictJSONRouter
from trading_api.web.security import require_scope

router = StrictJSONRouter(
    prefix="/admin", tags=["admin"], dependencies=[require_scope(Scope.ADMIN)]
)


@router.get("/connections", operation_id="getConnections", summary="Open WebSocket connections")
async def get_connections(request: Request) -> list[OpenConnection]:
    return [
        OpenConnection(
            id=session.uid,
            subject=session.principal.subject if session.principal else "",
            address=session.address,
            connected_ms=session.connected_ms,
            topics=len(session.topics),
            waiting=len(session.outbox),
            waiting_bytes=session.outbox.bytes_waiting,
        )
        for session in request.app.state.ws_app.sessions()
    ]


@router.get("/topics", operation_id="getTopics", summary="Topics that have subscribers")
async def get_topics(request: Request) -> list[OpenTopic]:
    counts = request.app.state.ws_app.subscriptions.session_counts()
    return [OpenTopic(topic=name, subscribers=count) for name, count in counts.items()]


@router.delete(
    "/connections/{connection_id}",
    operation_id="closeConnection",
    summary="Close a WebSocket connection with 1008",
    responses=NOT_FOUND_ERROR,
)
async def close_connection(
    request: Request,
    connection_id: Annotated[
        str, Path(max_length=64, examples=["0f8fad5bd9cb469fa16570867728950e"])
    ],
) -> SuccessResponse:
    session = request.app.state.ws_app.connections.get(connection_id)
    if session is None:
        raise NotFound(f"There is no connection {truncate(connection_id)!r}.", "unknown_connection")
    session.request_close(CloseCode.POLICY_VIOLATION, "Closed by an administrator")
    return SuccessResponse(message="Closing")
