"""/broker: TradingView's broker over REST."""

from fastapi import APIRouter

from trading_api.modules.broker.api import accounts, leverage, orders, positions, records
from trading_api.shared.api.wire_route import NOT_FOUND

router = APIRouter(prefix="/broker", tags=["broker"], responses=NOT_FOUND)
for part in (orders, positions, accounts, records, leverage):
    router.include_router(part.router)
