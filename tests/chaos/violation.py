"""A promise that was broken in a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Violation:
    """`kind` says what happened: `lost` and `repeated` count commands and updates, `unanswered` a
    command that got no answer, `unclosed` a client that did not read and was not closed for it,
    `ledger` a fault of the records, `final` a client whose last state is not that of the server.
    `fault` is the injected fault before it, where one is known."""

    kind: Literal["lost", "repeated", "unanswered", "ledger", "final", "error", "unclosed"]
    fault: str
    detail: str
