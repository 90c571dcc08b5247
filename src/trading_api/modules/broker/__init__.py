"""Orders, positions, executions and equity on a paper exchange."""

from trading_api.modules.broker.module import BrokerModule as BrokerModule
