"""A message about an account, for the people and the programs that follow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

ReferenceValue = str | int | Decimal


class Severity(StrEnum):
    """How urgent a notification is."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Notification:
    """What happened to an account.

    `text` is for people: plain English, in whole sentences. `code` is for programs and names the
    kind of occurrence. `reference` names what it is about: ids, symbols and numbers."""

    severity: Severity
    code: str
    text: str
    reference: Mapping[str, ReferenceValue] = field(default_factory=dict)
