"""Price alerts over REST."""

from __future__ import annotations

from urllib.parse import quote as url_quote

from trading_api_client.models import (
    Alert,
    AlertCondition,
    AlertFrequency,
    AlertRequest,
    SuccessResponse,
)
from trading_api_client.rest.rest_area import RestArea
from trading_api_client.tables import ModelList


class AlertRest(RestArea):
    """The price alerts of an account."""

    async def alerts(self) -> ModelList[Alert]:
        """Return the alerts of the account."""
        return ModelList(Alert, await self._read_account("/alerts", list[Alert]))

    async def alert(self, alert_id: str) -> Alert:
        """Return an alert. Raises Refused for an unknown one."""
        return await self._read_account(_path(alert_id), Alert)

    async def create_alert(
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
        body = _request(symbol, condition, price, frequency, expires_ms, message)
        return await self._command("POST", "/alerts", Alert, key, body)

    async def change_alert(
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
        body = _request(symbol, condition, price, frequency, expires_ms, message)
        return await self._command("PUT", _path(alert_id), Alert, key, body)

    async def delete_alert(self, alert_id: str, *, key: str | None = None) -> SuccessResponse:
        """Delete an alert."""
        return await self._command("DELETE", _path(alert_id), SuccessResponse, key)


def _request(
    symbol: str,
    condition: AlertCondition | str,
    price: float,
    frequency: AlertFrequency | str,
    expires_ms: int | None,
    message: str | None,
) -> AlertRequest:
    return AlertRequest(
        symbol=symbol,
        condition=AlertCondition(condition),
        price=price,
        frequency=AlertFrequency(frequency),
        expiresMs=expires_ms,
        message=message,
    )


def _path(alert_id: str) -> str:
    return f"/alerts/{url_quote(alert_id, safe='')}"
