"""Price alerts over REST.

Generated from rest/alert_rest.py by `make generate-python-client`."""

from __future__ import annotations

from trading_api_client.async_client import AsyncClient
from trading_api_client.blocking.loop_thread import LoopThread
from trading_api_client.models import (
    Alert,
    AlertCondition,
    AlertFrequency,
    SuccessResponse,
)
from trading_api_client.tables import ModelList


class BlockingAlertRest:
    """The price alerts of an account."""

    _client: AsyncClient
    _loop: LoopThread

    def alerts(self) -> ModelList[Alert]:
        """Return the alerts of the account."""
        return self._loop.run(self._client.alerts())

    def alert(self, alert_id: str) -> Alert:
        """Return an alert. Raises Refused for an unknown one."""
        return self._loop.run(self._client.alert(alert_id))

    def create_alert(
        self,
        symbol: str,
        condition: AlertCondition | str,
        price: float,
        *,
        frequency: AlertFrequency | str = AlertFrequency.ONCE,
        expires_ms: int | None = None,
        message: str | None = None,
        key: str | None = None,
    ) -> Alert:
        """Create an alert that fires when the price of the symbol crosses `price`.

        `condition` is "up", "down" or "either", and `frequency` "once" or "repeating"."""
        return self._loop.run(
            self._client.create_alert(
                symbol,
                condition,
                price,
                frequency=frequency,
                expires_ms=expires_ms,
                message=message,
                key=key,
            )
        )

    def change_alert(
        self,
        alert_id: str,
        symbol: str,
        condition: AlertCondition | str,
        price: float,
        *,
        frequency: AlertFrequency | str = AlertFrequency.ONCE,
        expires_ms: int | None = None,
        message: str | None = None,
        key: str | None = None,
    ) -> Alert:
        """Replace the conditions of an alert, and activate it again."""
        return self._loop.run(
            self._client.change_alert(
                alert_id,
                symbol,
                condition,
                price,
                frequency=frequency,
                expires_ms=expires_ms,
                message=message,
                key=key,
            )
        )

    def delete_alert(self, alert_id: str, *, key: str | None = None) -> SuccessResponse:
        """Delete an alert."""
        return self._loop.run(self._client.delete_alert(alert_id, key=key))
