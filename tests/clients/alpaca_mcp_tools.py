"""The tools of alpaca-mcp-server, over stdio: a program that `make clients` runs.

Its market data has a setting for the address (DATA_API_URL). Its trading has none: here, and only
here, the constant with Alpaca's own address is replaced before the server starts."""

import asyncio
import json
import sys
from typing import Any

from fastmcp import Client
from fastmcp.client.transports import StdioTransport

START = """
import sys
from alpaca_mcp_server import server
from alpaca_mcp_server.cli import main
server.TRADING_API_BASE_URLS["paper"] = sys.argv.pop()
main()
"""
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("get_stock_bars", {"symbols": "AAPL", "timeframe": "1Day", "limit": 3}),
    ("get_stock_quotes", {"symbols": "AAPL", "limit": 3}),
    ("get_stock_trades", {"symbols": "AAPL", "limit": 3}),
    ("get_stock_latest_bar", {"symbols": "AAPL"}),
    ("get_stock_latest_quote", {"symbols": "AAPL"}),
    ("get_stock_latest_trade", {"symbols": "AAPL"}),
    ("get_stock_snapshot", {"symbols": "AAPL,MSFT"}),
    ("get_crypto_bars", {"symbols": "BTC/USD", "timeframe": "1Hour", "limit": 3}),
    ("get_crypto_quotes", {"symbols": "BTC/USD", "limit": 3}),
    ("get_crypto_trades", {"symbols": "BTC/USD", "limit": 3}),
    ("get_crypto_latest_quote", {"loc": "us", "symbols": "BTC/USD"}),
    ("get_crypto_latest_orderbook", {"loc": "us", "symbols": "BTC/USD"}),
    ("get_crypto_snapshot", {"loc": "us", "symbols": "BTC/USD"}),
    ("get_account_info", {}),
    ("get_clock", {}),
    ("get_all_assets", {}),
    (
        "place_stock_order",
        {"symbol": "AAPL", "side": "buy", "qty": "2", "type": "market", "time_in_force": "day"},
    ),
    ("get_orders", {"status": "all"}),
    ("get_all_positions", {}),
    ("close_position", {"symbol_or_asset_id": "AAPL"}),
    ("get_portfolio_history", {}),
]


async def use_tools(url: str) -> dict[str, str]:
    """Return what each tool answered: `ok`, or its error."""
    environment = {"ALPACA_API_KEY": "any", "ALPACA_SECRET_KEY": "any", "DATA_API_URL": url}
    transport = StdioTransport(sys.executable, ["-c", START, url], env=environment)
    answers: dict[str, str] = {}
    async with Client(transport) as client:
        for name, arguments in CALLS:
            try:
                await client.call_tool(name, arguments)
                answers[name] = "ok"
            except Exception as error:  # noqa: BLE001, whatever its user would see
                answers[name] = str(error)[:300]
    return answers


if __name__ == "__main__":
    print(json.dumps(asyncio.run(use_tools(sys.argv[1]))))
