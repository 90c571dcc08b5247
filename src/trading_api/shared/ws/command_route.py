"""A command of the WebSocket: all of it but the typed handler, which is generated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar, get_args, get_origin

from fastws import OperationRouter

from trading_api.auth.principal import Principal, Scope
from trading_api.models.ws import CommandPayload, CommandReply

PayloadT = TypeVar("PayloadT", bound=CommandPayload)
ReplyT = TypeVar("ReplyT", bound=CommandReply)


@dataclass(frozen=True, slots=True)
class CommandCall:
    """Who gives a command, and for which of their accounts. `raw` is the payload as it was sent,
    and `session` the id of the session that sent it."""

    principal: Principal
    account_id: str
    raw: dict[str, Any]
    session: str


@dataclass(frozen=True, slots=True)
class RestRequest:
    """A request: its path below `/api/v1`, its query without the account, and its body."""

    method: str
    path: str
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)


CommandExecutor: TypeAlias = Callable[[Any, CommandCall], Awaitable[Any]]
"""Executes a valid payload and returns the reply. Raises ApiError. Commands of one account are
executed in the order of the calls."""


class WsCommandRouter(OperationRouter, Generic[PayloadT, ReplyT]):
    """The operation R of one command, and its reply `R.response`.

    Subclasses are generated (WS-ROUTER-GENERATION.md) and add the typed handler. A CommandRunner
    validates a command's payload and calls the handler. `operation` is the id of the same operation
    in REST, and `scope` the scope that both need. The rate limit of commands does not hold for
    urgent ones."""

    payload_model: ClassVar[type[CommandPayload]]
    """The first argument of `WsCommandRouter[Payload, Reply]`."""
    command: Callable[[Any, CommandCall], Awaitable[Any]]

    def __init__(
        self,
        *,
        route: str,
        operation: str,
        summary: str,
        execute: CommandExecutor,
        scope: Scope = Scope.ACCOUNT_TRADE,
        is_urgent: bool = False,
        tags: list[str] | None = None,
    ) -> None:
        super().__init__(tags=list(tags or []))
        self.route = route
        self.reply_type = f"{route}.response"
        self.operation = operation
        self.execute = execute
        self.scope = scope
        self.is_urgent = is_urgent
        self.send(route, reply=self.reply_type, summary=summary)(self.command)

    def __init_subclass__(cls) -> None:
        for base in cls.__dict__.get("__orig_bases__", ()):
            if get_origin(base) is WsCommandRouter:
                cls.payload_model = get_args(base)[0]
