"""Who calls, for endpoints that ask."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from trading_api.shared.auth.principal import Principal, Scope

_bearer = HTTPBearer(
    scheme_name="token",
    bearerFormat="JWT",
    description="Asked for unless AUTH_MODE is off. Claims: `sub`, `exp`, `scope`, `accounts`.",
    auto_error=False,
)


async def authenticated(
    request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Principal:
    known: Principal | None = getattr(request.state, "principal", None)
    if known is None:
        token = bearer.credentials if bearer else None
        known = request.state.principal = await request.app.state.tokens.principal(token)
    return known


async def caller(
    principal: Annotated[Principal, Depends(authenticated)], wanted: SecurityScopes
) -> Principal:
    """With the scopes that whoever depends on it wants. Raises Unauthorized, Forbidden."""
    for scope in wanted.scopes:
        principal.require(scope)
    return principal


def needs(scope: Scope) -> Any:
    """`dependencies=[needs(Scope.MARKET_READ)]`"""
    return Security(caller, scopes=[scope])
