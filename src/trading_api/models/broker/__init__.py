from trading_api.models.broker.account import AccountKind as AccountKind
from trading_api.models.broker.account import AccountMetainfo as AccountMetainfo
from trading_api.models.broker.account import AccountRequest as AccountRequest
from trading_api.models.broker.account import AccountState as AccountState
from trading_api.models.broker.account import BrokerConnectionStatus as BrokerConnectionStatus
from trading_api.models.broker.account import CashLine as CashLine
from trading_api.models.broker.account import ConnectionStatus as ConnectionStatus
from trading_api.models.broker.account import DepositRequest as DepositRequest
from trading_api.models.broker.account import DisconnectType as DisconnectType
from trading_api.models.broker.account import EquityData as EquityData
from trading_api.models.broker.account import ResetRequest as ResetRequest
from trading_api.models.broker.account import SettlementRequest as SettlementRequest
from trading_api.models.broker.account import WithdrawalRequest as WithdrawalRequest
from trading_api.models.broker.commands import CancelManyOrdersPayload as CancelManyOrdersPayload
from trading_api.models.broker.commands import CancelManyOrdersReply as CancelManyOrdersReply
from trading_api.models.broker.commands import CancelOrderPayload as CancelOrderPayload
from trading_api.models.broker.commands import ClosePositionPayload as ClosePositionPayload
from trading_api.models.broker.commands import EditBracketsPayload as EditBracketsPayload
from trading_api.models.broker.commands import ModifyOrderPayload as ModifyOrderPayload
from trading_api.models.broker.commands import PlaceOrderPayload as PlaceOrderPayload
from trading_api.models.broker.commands import PlaceOrderReply as PlaceOrderReply
from trading_api.models.broker.commands import PreviewOrderPayload as PreviewOrderPayload
from trading_api.models.broker.commands import PreviewOrderReply as PreviewOrderReply
from trading_api.models.broker.commands import ReversePositionPayload as ReversePositionPayload
from trading_api.models.broker.commands import SetKillSwitchPayload as SetKillSwitchPayload
from trading_api.models.broker.commands import SetKillSwitchReply as SetKillSwitchReply
from trading_api.models.broker.commands import SetLeveragePayload as SetLeveragePayload
from trading_api.models.broker.commands import SetLeverageReply as SetLeverageReply
from trading_api.models.broker.configuration import BrokerConfiguration as BrokerConfiguration
from trading_api.models.broker.configuration import BrokerFlags as BrokerFlags
from trading_api.models.broker.configuration import DurationInfo as DurationInfo
from trading_api.models.broker.configuration import InstrumentInfo as InstrumentInfo
from trading_api.models.broker.configuration import QuantityRange as QuantityRange
from trading_api.models.broker.events import BrokerEvent as BrokerEvent
from trading_api.models.broker.executions import Execution as Execution
from trading_api.models.broker.kill_switch import KillSwitchParams as KillSwitchParams
from trading_api.models.broker.kill_switch import KillSwitchResult as KillSwitchResult
from trading_api.models.broker.kill_switch import KillSwitchState as KillSwitchState
from trading_api.models.broker.leverage import LeverageInfo as LeverageInfo
from trading_api.models.broker.leverage import LeveragePreviewResult as LeveragePreviewResult
from trading_api.models.broker.leverage import LeverageSetParams as LeverageSetParams
from trading_api.models.broker.leverage import LeverageSetResult as LeverageSetResult
from trading_api.models.broker.notifications import Notification as Notification
from trading_api.models.broker.notifications import NotificationSeverity as NotificationSeverity
from trading_api.models.broker.orders import CancelOrdersRequest as CancelOrdersRequest
from trading_api.models.broker.orders import CancelOrdersResult as CancelOrdersResult
from trading_api.models.broker.orders import DurationType as DurationType
from trading_api.models.broker.orders import OrderDuration as OrderDuration
from trading_api.models.broker.orders import OrderMessage as OrderMessage
from trading_api.models.broker.orders import OrderPreviewResult as OrderPreviewResult
from trading_api.models.broker.orders import OrderPreviewRow as OrderPreviewRow
from trading_api.models.broker.orders import OrderPreviewSection as OrderPreviewSection
from trading_api.models.broker.orders import OrderStatus as OrderStatus
from trading_api.models.broker.orders import OrderType as OrderType
from trading_api.models.broker.orders import ParentType as ParentType
from trading_api.models.broker.orders import PlacedOrder as PlacedOrder
from trading_api.models.broker.orders import PlaceOrderResult as PlaceOrderResult
from trading_api.models.broker.orders import PreOrder as PreOrder
from trading_api.models.broker.orders import Side as Side
from trading_api.models.broker.orders import StopType as StopType
from trading_api.models.broker.performance import ClosedTrade as ClosedTrade
from trading_api.models.broker.performance import DailyEquity as DailyEquity
from trading_api.models.broker.performance import DayStatistics as DayStatistics
from trading_api.models.broker.performance import EquityHistoryData as EquityHistoryData
from trading_api.models.broker.performance import OpenTradesSummary as OpenTradesSummary
from trading_api.models.broker.performance import PerformanceStatistics as PerformanceStatistics
from trading_api.models.broker.performance import SymbolStatistics as SymbolStatistics
from trading_api.models.broker.performance import TradeStatistics as TradeStatistics
from trading_api.models.broker.positions import Brackets as Brackets
from trading_api.models.broker.positions import (
    EditPositionBracketsRequest as EditPositionBracketsRequest,
)
from trading_api.models.broker.positions import Position as Position
from trading_api.models.broker.positions import PositionPL as PositionPL
from trading_api.models.broker.subscriptions import AccountExecutions as AccountExecutions
from trading_api.models.broker.subscriptions import (
    AccountSubscriptionRequest as AccountSubscriptionRequest,
)
from trading_api.models.broker.subscriptions import (
    BrokerConnectionSubscriptionRequest as BrokerConnectionSubscriptionRequest,
)
from trading_api.models.broker.subscriptions import (
    EquitySubscriptionRequest as EquitySubscriptionRequest,
)
from trading_api.models.broker.subscriptions import (
    ExecutionsSubscriptionRequest as ExecutionsSubscriptionRequest,
)
from trading_api.models.broker.subscriptions import (
    NotificationsSubscriptionRequest as NotificationsSubscriptionRequest,
)
from trading_api.models.broker.subscriptions import (
    OrdersSubscriptionRequest as OrdersSubscriptionRequest,
)
from trading_api.models.broker.subscriptions import (
    PositionPLSubscriptionRequest as PositionPLSubscriptionRequest,
)
from trading_api.models.broker.subscriptions import (
    PositionsSubscriptionRequest as PositionsSubscriptionRequest,
)
from trading_api.models.broker.subscriptions import SymbolExecutions as SymbolExecutions
