"""Price alerts: notifications of an account when the price of a symbol crosses a threshold."""

from trading_api.modules.alerts.module import AlertsModule as AlertsModule
