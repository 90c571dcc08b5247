"""Creates the services of the trading API with their dependencies."""

from __future__ import annotations

from trading_api.modules.alpaca.services import AlpacaServices
from trading_api.modules.alpaca.trading.account import AlpacaAccounts
from trading_api.modules.alpaca.trading.activities import AlpacaActivities
from trading_api.modules.alpaca.trading.calendar import MarketCalendar
from trading_api.modules.alpaca.trading.orders import AccountOrders
from trading_api.modules.alpaca.trading.portfolio import AlpacaPortfolio
from trading_api.modules.alpaca.trading.positions import AlpacaPositions
from trading_api.modules.alpaca.trading.price_history import PriceHistory


class AlpacaTrading:
    """The services that the endpoints of the trading API call, in `app.state.trading`."""

    def __init__(self, services: AlpacaServices) -> None:
        context = services.context
        prices = PriceHistory(context.market, context.history)
        self.context = context
        self.assets = services.assets
        self.calendar = MarketCalendar(context.market)
        self.orders = AccountOrders(services)
        self.positions = AlpacaPositions(services, self.orders, prices)
        self.portfolio = AlpacaPortfolio(services, prices, self.calendar)
        self.accounts = AlpacaAccounts(services, self.orders, self.portfolio)
        self.activities = AlpacaActivities(services)
