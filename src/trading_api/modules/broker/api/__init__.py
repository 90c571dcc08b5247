"""/broker: TradingView's broker over REST."""

from trading_api.modules.broker.api import (
    accounts,
    kill_switch,
    leverage,
    orders,
    performance,
    positions,
    records,
)

ROUTERS = [
    part.router
    for part in (orders, positions, accounts, records, performance, leverage, kill_switch)
]
