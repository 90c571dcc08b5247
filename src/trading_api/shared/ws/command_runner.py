"""Runs the commands that sessions send, several of a session at the same time."""

from __future__ import annotations

import asyncio
import logging
import time
from secrets import token_hex
from typing import Any, TypeAlias

from pydantic import TypeAdapter, ValidationError

from trading_api.auth.principal import Scope
from trading_api.errors import ApiError, TooManyRequests
from trading_api.limits.command_admission import CommandAdmission
from trading_api.models.ws import CommandId, CommandReply
from trading_api.observability.request_id import PLAIN_ID, client_request_id, request_id
from trading_api.shared.ws.command_route import CommandCall, WsCommandRouter
from trading_api.streaming.session import Session
from trading_api.web.error_responses import (
    INTERNAL_ERROR,
    INTERNAL_ERROR_DETAIL,
    INVALID_REQUEST,
    describe_invalid_field,
)
from trading_api.web.middleware.access_log import InFlightRequests
from trading_api.web.request_log import RequestLog

log = logging.getLogger(__name__)

AnyCommandRouter: TypeAlias = WsCommandRouter[Any, Any]

RETRY_AFTER_S = 1
_command_id: TypeAdapter[str | int] = TypeAdapter(CommandId)


class CommandRunner:
    """Runs each command in a task of its own, and replies when it has finished.

    Tasks begin in the order in which the commands arrived, so that the commands of one session on
    one account are executed in that order. A shutdown waits until `in_flight` is idle."""

    def __init__(
        self, admission: CommandAdmission, request_log: RequestLog, in_flight: InFlightRequests
    ) -> None:
        self._admission = admission
        self._log = request_log
        self._in_flight = in_flight
        # At most the sessions' limit of commands in flight, together.
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, router: AnyCommandRouter, payload: Any, session: Session) -> None:
        """Begin a command. Raises ValidationError for a payload without a usable id, because no
        reply could name the command."""
        _command_id.validate_python(payload.get("id") if isinstance(payload, dict) else None)
        most = session.limits.commands_in_flight
        if session.commands_in_flight >= most:
            session.reply(router.reply_type, _error(payload["id"], _too_many_in_flight(most)))
            return
        session.commands_in_flight += 1
        task = asyncio.create_task(self._run(router, payload, session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, router: AnyCommandRouter, raw: dict[str, Any], session: Session) -> None:
        started_s = time.perf_counter()
        _set_request_id(str(raw["id"]))
        with self._in_flight:
            try:
                reply, status = await self._execute(router, raw, session)
            finally:
                session.commands_in_flight -= 1
            session.reply(router.reply_type, reply, after_updates=True)
        subject = session.principal.subject if session.principal else ""
        self._log.record(
            "WS",
            router.route,
            router.operation,
            status,
            time.perf_counter() - started_s,
            subject,
            session.address,
        )

    async def _execute(
        self, router: AnyCommandRouter, raw: dict[str, Any], session: Session
    ) -> tuple[CommandReply, int]:
        """Return the reply, and the status with which REST would answer."""
        id = raw["id"]
        try:
            return await self._authorized(router, raw, session), 200
        except ApiError as rejection:
            return _error(id, rejection), rejection.status
        except ValidationError as error:
            return _invalid(id, error, router.payload_model.rest_body), 422
        except Exception:
            log.exception("command_failed", extra={"route": router.route})
            reply = CommandReply(
                status="error", id=id, message=INTERNAL_ERROR_DETAIL, code=INTERNAL_ERROR
            )
            return reply, 500

    async def _authorized(
        self, router: AnyCommandRouter, raw: dict[str, Any], session: Session
    ) -> CommandReply:
        """Return the reply of the command. Raises ApiError and ValidationError, as REST does: first
        for the caller, then for the rate, then for the fields."""
        principal = session.principal
        assert principal is not None, "an unauthenticated client may only send `auth`"
        principal.require(router.scope)
        account_id = raw.get("accountId")
        if not isinstance(account_id, str):
            # Raises: the account is required.
            account_id = router.payload_model.model_validate(raw).account_id
        account_id = principal.account(account_id)
        if router.scope is not Scope.ACCOUNT_READ:
            self._admission.admit(account_id, is_urgent=router.is_urgent)
        payload = router.payload_model.model_validate(raw)
        reply: CommandReply = await router.command(
            payload, CommandCall(principal, account_id, raw, session.uid)
        )
        return reply


def _set_request_id(text: str) -> None:
    """Name the present task's command in the log, and in the updates that it causes."""
    is_plain = PLAIN_ID.fullmatch(text) is not None
    request_id.set(text if is_plain else token_hex(8))
    client_request_id.set(text if is_plain else "")


def _too_many_in_flight(most: int) -> TooManyRequests:
    detail = f"At most {most} commands of a connection are in flight; wait for replies."
    return TooManyRequests(detail, RETRY_AFTER_S, "too_many_commands_in_flight")


def _error(id: str | int, error: ApiError) -> CommandReply:
    retry_after = (error.headers or {}).get("Retry-After")
    return CommandReply(
        status="error",
        id=id,
        message=error.detail,
        code=error.code,
        retry_after=None if retry_after is None else int(retry_after),
    )


def _invalid(id: str | int, error: ValidationError, rest_body: str) -> CommandReply:
    first, *others = error.errors(include_url=False, include_context=False, include_input=False)
    parts = [str(part) for part in first["loc"]]
    if parts[0] == rest_body and len(parts) > 1:
        del parts[0]
    detail = describe_invalid_field(".".join(parts), first["msg"], len(others))
    return CommandReply(status="error", id=id, message=detail, code=INVALID_REQUEST)
