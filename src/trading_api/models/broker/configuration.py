"""What the broker and its instruments support."""

from pydantic import Field

from trading_api.models.broker.orders import DurationType, OrderType
from trading_api.models.common import CamelModel, Number, example


class BrokerFlags(CamelModel):
    """TradingView's configFlags. A flag is true where the feature is supported."""

    support_order_brackets: bool = True
    support_position_brackets: bool = True
    support_market_brackets: bool = True
    support_modify_order_price: bool = True
    support_modify_brackets: bool = True
    support_modify_duration: bool = True
    support_modify_trailing_stop: bool = True
    support_edit_amount: bool = True
    support_close_position: bool = True
    support_partial_close_position: bool = True
    support_reverse_position: bool = True
    support_native_reverse_position: bool = True
    support_market_orders: bool = True
    support_limit_orders: bool = True
    support_stop_orders: bool = True
    support_stop_limit_orders: bool = True
    support_trailing_stop: bool = True
    support_guaranteed_stop: bool = False
    support_place_order_preview: bool = True
    support_modify_order_preview: bool = True
    support_orders_history: bool = True
    support_executions: bool = True
    support_leverage: bool = True
    support_margin: bool = True
    support_pl_update: bool = Field(default=True, alias="supportPLUpdate")
    support_position_netting: bool = True
    support_level2_data: bool = Field(default=True, alias="supportLevel2Data")
    support_multiposition: bool = False
    support_crypto_brackets: bool = False
    support_demo_live_switcher: bool = False


class DurationInfo(CamelModel):
    """A time in force. The pickers are true where the terminal has to ask for `datetime`."""

    model_config = example(
        {"name": "Good till canceled", "value": "GTC", "supportedOrderTypes": [1, 2, 3, 4]}
    )

    name: str
    value: DurationType
    default: bool = False
    has_date_picker: bool = False
    has_time_picker: bool = False
    supported_order_types: list[OrderType]


class BrokerConfiguration(CamelModel):
    """The features that a terminal can enable. `currency` is the currency of all accounts.

    An account is warned when its margin level falls below one of `marginWarningLevels`, which are
    in percent, descending."""

    model_config = example(
        {
            "configFlags": {"supportOrderBrackets": True, "supportGuaranteedStop": False},
            "durations": [
                {"name": "Good till canceled", "value": "GTC", "supportedOrderTypes": [1, 2, 3, 4]}
            ],
            "currency": "USD",
            "marginWarningLevels": [150, 120],
        }
    )

    config_flags: BrokerFlags
    durations: list[DurationInfo]
    currency: str
    margin_warning_levels: list[Number] = Field(default_factory=list)


class QuantityRange(CamelModel):
    """The quantities that an order of a symbol may have."""

    model_config = example({"min": 1, "max": 1000000, "step": 1, "default": 1})

    min: Number
    max: Number
    step: Number
    default: Number


class InstrumentInfo(CamelModel):
    """The properties of a symbol that an order ticket needs.

    `pipValue` is the value of one pip of one unit, in the account's currency. It is left out
    while no quote allows to convert it.
    """

    model_config = example(
        {
            "qty": {"min": 1, "max": 1000000, "step": 1, "default": 1},
            "pipSize": 0.01,
            "pipValue": 0.01,
            "minTick": 0.01,
            "description": "Apple Inc.",
            "currency": "USD",
            "leverage": "10:1",
            "allowedOrderTypes": [1, 2, 3, 4],
            "allowedDurations": ["DAY", "GTC"],
        }
    )

    qty: QuantityRange
    pip_size: Number
    pip_value: Number | None = None
    min_tick: Number
    description: str
    currency: str
    leverage: str
    allowed_order_types: list[OrderType]
    allowed_durations: list[DurationType]
