"""The switch that stops an account from trading."""

from typing import Annotated

from pydantic import Field

from trading_api.models.common import CamelModel, CommandSeq, example

Reason = Annotated[str, Field(max_length=200)]


class KillSwitchState(CamelModel):
    """Whether an account is halted, why, and when that was set, in ms since 1970.

    While it is `on`, the account only cancels orders and closes positions. `time` is absent if it
    was never set.
    """

    model_config = example({"on": True, "reason": "a wild strategy", "time": 1790000000250})

    on: bool
    reason: str = ""
    time: int | None = None


class KillSwitchParams(CamelModel):
    """Whether to halt the account, or to let it trade again, and why."""

    model_config = example({"on": True, "reason": "a wild strategy"})

    on: Annotated[bool, Field(strict=True)]
    reason: Reason = ""


class KillSwitchResult(CamelModel):
    """Whether the account is halted now, and the orders whose cancellation that began."""

    model_config = example({"on": True, "canceled": ["order-1"], "seq": 5})

    on: bool
    canceled: list[str]
    seq: CommandSeq
