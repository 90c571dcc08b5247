"""Who calls, for endpoints that ask."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from trading_api.shared.auth.principal import Principal, Scope


class _Caller(SecurityBase):
    """One dependency for all of it, because each costs a request some 20 us."""

    scheme_name = "token"
    model = HTTPBearer(
        bearerFormat="JWT",
        description="Asked for unless AUTH_MODE is off. Claims: `sub`, `exp`, `scope`, `accounts`.",
    )

    def __init__(self, scope: Scope | None = None) -> None:
        self._scope = scope

    async def __call__(self, request: Request) -> Principal:
        """Raises Unauthorized, Forbidden."""
        state = request.scope.setdefault("state", {})
        principal: Principal | None = state.get("principal")
        if principal is None:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            sent = token.strip() if scheme.lower() == "bearer" else None
            principal = state["principal"] = await request.app.state.tokens.principal(sent)
        if self._scope is not None:
            principal.require(self._scope)
        return principal


def needs(scope: Scope) -> Any:
    """`who: Annotated[Principal, needs(Scope.ADMIN)]`, or of a router's dependencies."""
    return Security(_Caller(scope), scopes=[scope])


AUTHENTICATED = Security(_Caller())
"""With whatever scopes."""
