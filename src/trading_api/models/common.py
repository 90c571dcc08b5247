"""Base classes and field types of the wire models."""

from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]
"""A finite JSON number, never a string."""


WholeNumber = Annotated[int, Field(ge=1 - 2**53, le=2**53 - 1)]
"""An integer that every JSON encoder can represent exactly."""


def _refuse_text(value: Any) -> Any:
    if isinstance(value, bool | str):
        raise ValueError("should be a number")
    return value


class WireIntEnum(IntEnum):
    """An integer enum of the wire. Its schema names the values by `x-enum-varnames`.

    Without them, code generators call the values `integer_1` and `integer__1`.
    """

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return _with_varnames(cls, core_schema, handler)


class WireStrEnum(StrEnum):
    """A text enum of the wire. Its schema names the values by `x-enum-varnames`."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return _with_varnames(cls, core_schema, handler)


def _with_varnames(
    enum: type[Enum], core_schema: CoreSchema, handler: GetJsonSchemaHandler
) -> JsonSchemaValue:
    reference = handler(core_schema)
    schema = handler.resolve_ref_schema(reference)
    schema["x-enum-varnames"] = [member.name for member in enum]
    return reference


class NamedLiteral:
    """Gives the enum in the schema of a Literal a title and names of its values.

    Example: `Annotated[Literal[1, -1], NamedLiteral("AggressorSide", "BUY", "SELL")]`. Without
    names, the values in upper case are the names.
    """

    def __init__(self, title: str, *names: str) -> None:
        self._title = title
        self._names = names

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core_schema)
        schema["title"] = self._title
        schema["x-enum-varnames"] = list(self._names or map(str.upper, schema["enum"]))
        return schema


NumberOnly = BeforeValidator(_refuse_text)
"""For integer enums: without it, Pydantic accepts `true` and `"1"` as 1."""

CommandSeq = Annotated[
    int, Field(description="The number of the account's last event after the command", examples=[5])
]

Symbol = Annotated[str, Field(min_length=1, max_length=64, examples=["AAPL"])]

AccountId = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$", examples=["DEMO-ACCOUNT"]),
]


def example(instance: dict[str, Any]) -> ConfigDict:
    """Return the configuration of a model with an example; a test validates each example."""
    return ConfigDict(json_schema_extra={"examples": [instance]})


class WireModel(BaseModel):
    """An object of the wire, with field names as they are declared. Unknown fields are ignored."""

    model_config = ConfigDict(
        allow_inf_nan=False,
        frozen=True,
        serialize_by_alias=True,
        validate_by_alias=True,
        validate_by_name=True,
    )


class CamelModel(WireModel):
    """A broker object of TradingView, whose field names are camelCase on the wire."""

    model_config = ConfigDict(alias_generator=to_camel)


class SubscriptionModel(BaseModel):
    """The payload of a subscription. Unknown fields are rejected and no value is converted.

    The payload is part of the topic's name, so it has to stay as the client wrote it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ErrorResponse(WireModel):
    """The body of every error response."""

    model_config = example({"detail": "There is no order order-9.", "code": "order_not_found"})

    detail: str = Field(description="One sentence for a person")
    code: str = Field(description="Machine-readable; stable", examples=["unknown_symbol"])


class SuccessResponse(WireModel):
    """A command succeeded. A command of an account has its `seq`; a repeated key has the first."""

    model_config = example({"success": True, "message": "Canceled", "seq": 5})

    success: bool = True
    message: str
    seq: CommandSeq | None = None
