"""The common base of the groups of requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from trading_api_client.idempotency_key import new_idempotency_key
from trading_api_client.models import AccountMetainfo, Model
from trading_api_client.rest.transport import Request, RestTransport

T = TypeVar("T")


class RestArea:
    """A group of requests over one transport. Without an account, it uses the server's default
    account."""

    _rest: RestTransport
    _account_id: str | None

    async def _read(self, path: str, type_: type[T], **params: Any) -> T:
        return await self._rest.send(Request("GET", path, params), type_)

    async def _read_account(self, path: str, type_: type[T], **params: Any) -> T:
        return await self._read(path, type_, account_id=self._account_id, **params)

    async def _command(
        self,
        method: str,
        path: str,
        type_: type[T],
        key: str | None,
        body: Model | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> T:
        """Send a command. Without a key, the command gets a new one."""
        in_account = {"account_id": self._account_id, **(params or {})}
        key = key or new_idempotency_key()
        return await self._rest.send(Request(method, path, in_account, body, key), type_)

    async def _known_account_id(self) -> str:
        """Return the id of the account. The id of the default account is requested once."""
        if self._account_id is None:
            account = await self._read("/broker/account", AccountMetainfo)
            self._account_id = account.id
        return self._account_id
