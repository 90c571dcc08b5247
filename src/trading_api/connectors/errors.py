"""The errors between the server and a connector process."""

from __future__ import annotations


class ConnectorError(Exception):
    """A request that failed in the connector. `code` is stable and machine-readable, `text` is one
    sentence. `retry_after_s` is the wait that the venue requests; 0 without a request."""

    def __init__(self, code: str, text: str, retry_after_s: float = 0.0) -> None:
        super().__init__(text)
        self.code, self.text, self.retry_after_s = code, text, retry_after_s


class ConnectorEnded(Exception):
    """The connector's process has ended, or was never started. `code` is that of the ConnectorError
    that ended it; otherwise it is empty."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code
