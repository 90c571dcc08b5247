"""The server itself.

Generated from openapi.json and asyncapi.json by `make generate-python-client`."""

from __future__ import annotations

from typing import Literal

from trading_api_client.models.base import Model


class VersionInfo(Model, frozen=True, kw_only=True):
    """A version of the API. `release_date` is an ISO 8601 date."""

    version: str
    status: Literal["stable", "deprecated", "planned"]
    release_date: str
    breaking_changes: list[str]


class APIMetadata(Model, frozen=True, kw_only=True):
    """Every version of the API that this server offers."""

    current_version: str
    available_versions: list[VersionInfo]
    documentation_url: str


class HealthResponse(Model, frozen=True, kw_only=True):
    """The state of the server. `timestamp` is ISO 8601 in UTC; `modules` are those enabled."""

    status: Literal["ok"] = "ok"
    timestamp: str
    version: str
    api_version: str
    modules: list[str]


class OpenConnection(Model, frozen=True, kw_only=True):
    """An open WebSocket connection. `connected_ms` is when it was opened, in ms since 1970.

    `waiting` is the number of updates that are not sent yet, and `waiting_bytes` their size.
    `subject` is empty until the client has authenticated."""

    id: str
    subject: str
    address: str
    connected_ms: int
    topics: int
    waiting: int
    waiting_bytes: int


class OpenTopic(Model, frozen=True, kw_only=True):
    """A topic with its number of subscribed connections."""

    topic: str
    subscribers: int
