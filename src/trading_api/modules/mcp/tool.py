"""The description of a tool, and the caller of a tool."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from trading_api.auth.principal import Principal, Scope
from trading_api.domain.account_kind import AccountKind, account_kind
from trading_api.errors import Forbidden
from trading_api.models.mcp.values import ToolArguments, ToolResult
from trading_api.modules.mcp.sessions import McpSession


@dataclass(frozen=True, slots=True)
class ToolCaller:
    """The principal that calls a tool, and its session."""

    principal: Principal
    session: McpSession

    def account(self, account_id: str | None) -> str:
        """Return the account with this id, by default the caller's own, if it is a paper account.

        Raises NotFound, and Forbidden for a live account, whatever the caller's scopes are."""
        if account_id is not None:
            _require_paper(account_id)
        account_id = self.principal.account(account_id)
        _require_paper(account_id)
        return account_id


class Effect(Enum):
    """Whether a tool only reads, or changes orders and positions. Hosts ask a person before they
    call a tool that trades."""

    READS = "reads"
    TRADES = "trades"


@dataclass(frozen=True, slots=True)
class AssistantTool:
    """A tool that an assistant may call. `run` raises ApiError for a call that it refuses."""

    name: str
    title: str
    description: str
    scope: Scope
    arguments: type[ToolArguments]
    result: type[ToolResult]
    run: Callable[[ToolCaller, Any], Awaitable[ToolResult]]
    effect: Effect = Effect.READS


def _require_paper(account_id: str) -> None:
    if account_kind(account_id) is not AccountKind.PAPER:
        raise Forbidden(
            "Assistants use paper accounts only; live accounts are excluded.",
            "live_account_excluded",
        )
