"""Symbols, history, and live bars and quotes."""

from trading_api.modules.datafeed.module import DatafeedModule as DatafeedModule
