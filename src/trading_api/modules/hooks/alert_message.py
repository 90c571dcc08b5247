"""Parses the body of an alert into its secret and its message."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson
from pydantic import ValidationError

from trading_api.errors import Invalid, truncate
from trading_api.limits.json_nesting import exceeds_nesting
from trading_api.models.hooks import OrderAlert, TargetAlert

_KINDS: dict[str, type[OrderAlert | TargetAlert]] = {"order": OrderAlert, "target": TargetAlert}


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """The body of an alert whose secret is not checked yet. `fields` is the body without it."""

    secret: str = field(repr=False)
    fields: dict[str, Any] = field(repr=False)

    def digest(self) -> str:
        """Return the digest of the message without its secret, by which a repetition is
        detected."""
        return sha256(self._text()).hexdigest()

    def alert(self) -> OrderAlert | TargetAlert:
        """Return the validated message. Raises Invalid, whose text never contains the secret."""
        if self.secret.encode() in self._text():
            raise Invalid("The secret stands in another field too.", "secret_in_message")
        mode = self.fields.get("mode")
        kind = _KINDS.get(mode) if isinstance(mode, str) else None
        if kind is None:
            raise Invalid("mode: should be 'order' or 'target'.", "invalid_request")
        try:
            return kind.model_validate(self.fields)
        except ValidationError as error:
            first, *others = error.errors(include_input=False, include_url=False)
            raise Invalid(_describe(first, len(others)), "invalid_request") from None

    def _text(self) -> bytes:
        return orjson.dumps(self.fields, option=orjson.OPT_SORT_KEYS)


def read_message(body: bytes, depth_max: int) -> AlertMessage:
    """Parse a body, whatever its Content-Type. The secret is empty, and so belongs to no hook, if
    the body has none or is not a JSON object."""
    if exceeds_nesting(body.decode("latin-1"), depth_max):
        return AlertMessage("", {})
    try:
        fields = orjson.loads(body)
    except ValueError:
        return AlertMessage("", {})
    if not isinstance(fields, dict):
        return AlertMessage("", {})
    secret = fields.pop("secret", "")
    return AlertMessage(secret if isinstance(secret, str) else "", fields)


def _describe(error: Any, others: int) -> str:
    name = ".".join(str(part) for part in error["loc"])
    name = "".join(each if each.isprintable() else "?" for each in truncate(name)) or "message"
    message = str(error["msg"]).removeprefix("Value error, ")
    more = f" (and {others} more)" if others else ""
    return f"{name}: {message}{more}."
