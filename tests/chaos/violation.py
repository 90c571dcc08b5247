"""A promise that was broken in a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Violation:
    """What happened, by `kind`. `lost` and `repeated` count commands and updates.

    `unanswered` is a command that got no answer. `unclosed` is a client that did not read and was
    not closed for it. `ledger` is a fault of the records. `final` is a client whose last state is
    not that of the server. `fault` is the injected fault before it, where one is known."""

    kind: Literal["lost", "repeated", "unanswered", "ledger", "final", "error", "unclosed"]
    fault: str
    detail: str
