from trading_api.models.market.bars import Bar as Bar
from trading_api.models.market.bars import GetBarsResponse as GetBarsResponse
from trading_api.models.market.clock import AdvanceClockRequest as AdvanceClockRequest
from trading_api.models.market.clock import ClockResponse as ClockResponse
from trading_api.models.market.configuration import DatafeedConfiguration as DatafeedConfiguration
from trading_api.models.market.configuration import DatafeedHealthResponse as DatafeedHealthResponse
from trading_api.models.market.configuration import Exchange as Exchange
from trading_api.models.market.configuration import SymbolType as SymbolType
from trading_api.models.market.orderbook import Orderbook as Orderbook
from trading_api.models.market.orderbook import OrderbookLevel as OrderbookLevel
from trading_api.models.market.quotes import GetQuotesRequest as GetQuotesRequest
from trading_api.models.market.quotes import QuoteData as QuoteData
from trading_api.models.market.quotes import QuoteError as QuoteError
from trading_api.models.market.quotes import QuoteValues as QuoteValues
from trading_api.models.market.replay import JumpRequest as JumpRequest
from trading_api.models.market.replay import ReplayRequest as ReplayRequest
from trading_api.models.market.replay import ReplayState as ReplayState
from trading_api.models.market.replay import ReplaySubscriptionRequest as ReplaySubscriptionRequest
from trading_api.models.market.subscriptions import (
    BarsSubscriptionRequest as BarsSubscriptionRequest,
)
from trading_api.models.market.subscriptions import (
    OrderbookSubscriptionRequest as OrderbookSubscriptionRequest,
)
from trading_api.models.market.subscriptions import (
    QuotesSubscriptionRequest as QuotesSubscriptionRequest,
)
from trading_api.models.market.subscriptions import (
    TradesSubscriptionRequest as TradesSubscriptionRequest,
)
from trading_api.models.market.symbols import SearchSymbolResultItem as SearchSymbolResultItem
from trading_api.models.market.symbols import SymbolInfo as SymbolInfo
from trading_api.models.market.trades import Trade as Trade
from trading_api.models.market.udf import UdfConfiguration as UdfConfiguration
from trading_api.models.market.udf import UdfError as UdfError
from trading_api.models.market.udf import UdfHistory as UdfHistory
from trading_api.models.market.udf import UdfQuotes as UdfQuotes
