"""Backtests: the server's paper exchange over recorded or simulated data, moved by its caller."""

from trading_api.backtest.session import BacktestSession as BacktestSession
from trading_api.backtest.session_factory import create_session as create_session
from trading_api.backtest.session_factory import (
    create_simulated_session as create_simulated_session,
)
from trading_api.backtest.session_factory import data_hash as data_hash
from trading_api.backtest.updates import AccountUpdate as AccountUpdate
from trading_api.backtest.updates import BarClosed as BarClosed
from trading_api.backtest.updates import QuoteChanged as QuoteChanged
