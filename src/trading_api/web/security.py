"""Authorization of endpoints: a dependency that requires a scope and documents it in OpenAPI."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from trading_api.auth.principal import Principal, Scope


def require_scope(scope: Scope) -> Any:
    """Return a dependency that resolves to the caller and requires a scope of them.

    Use it as `who: Annotated[Principal, require_scope(Scope.ADMIN)]`, or in the `dependencies`
    of a router. A request without the scope is answered with 403.
    """
    return security_dependency(_CallerWithScope(scope))


def security_dependency(requirement: ScopeRequirement) -> Any:
    """Return a FastAPI dependency for a callable subclass of `ScopeRequirement`.

    Use it as `Annotated[T, security_dependency(...)]`, where calling the requirement returns a T.
    """
    assert callable(requirement)
    return Security(requirement, scopes=[requirement.scope])


class ScopeRequirement(SecurityBase):
    """Requires one scope of the caller whom `AuthenticationMiddleware` identified.

    OpenAPI lists the requirement at every operation that depends on it.
    """

    scheme_name = "token"
    model = HTTPBearer(
        bearerFormat="JWT",
        description="Required unless AUTH_MODE is off. Claims: `sub`, `exp`, `scope`, `accounts`.",
    )

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def authorize(self, request: Request) -> Principal:
        """Return the caller. Raises Forbidden where they lack the scope."""
        principal: Principal = request.scope["state"]["principal"]
        principal.require(self.scope)
        return principal


class AccountRequirement(ScopeRequirement):
    """Requires one scope of the caller for one account, and admits commands of the account.

    The rate limit of commands does not hold for urgent ones."""

    def __init__(self, scope: Scope, *, is_urgent: bool = False) -> None:
        super().__init__(scope)
        self._is_urgent = is_urgent

    def authorized_account(self, request: Request, account_id: str | None) -> str:
        """Return the account that the request is about.

        Raises Forbidden, NotFound, TooManyRequests, and Unavailable once the server is stopping.
        """
        account = self.account(self.authorize(request), account_id)
        if self.scope is not Scope.ACCOUNT_READ:
            request.app.state.command_admission.admit(account, is_urgent=self._is_urgent)
        return account

    def account(self, principal: Principal, account_id: str | None) -> str:
        """Return the account that the caller names, by default their own. Raises NotFound."""
        return principal.account(account_id)


class _CallerWithScope(ScopeRequirement):
    async def __call__(self, request: Request) -> Principal:
        return self.authorize(request)
