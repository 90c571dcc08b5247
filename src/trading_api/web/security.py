"""Who calls, for endpoints that ask."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from trading_api.auth.principal import Principal, Scope


class Asking(SecurityBase):
    """A dependency that asks whoever Admission let in for a scope, and the document says so."""

    scheme_name = "token"
    model = HTTPBearer(
        bearerFormat="JWT",
        description="Asked for unless AUTH_MODE is off. Claims: `sub`, `exp`, `scope`, `accounts`.",
    )

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def caller(self, request: Request) -> Principal:
        """Raises Forbidden."""
        principal: Principal = request.scope["state"]["principal"]
        principal.require(self.scope)
        return principal


class _Caller(Asking):
    async def __call__(self, request: Request) -> Principal:
        return self.caller(request)


def needs(scope: Scope) -> Any:
    """`who: Annotated[Principal, needs(Scope.ADMIN)]`, or of a router's dependencies."""
    return asked(_Caller(scope))


def asked(asking: Asking) -> Any:
    """`Annotated[Desk, asked(...)]`, of a subclass that can be called as a dependency."""
    assert callable(asking)
    return Security(asking, scopes=[asking.scope])
