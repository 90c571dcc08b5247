"""uvicorn's WebSocket protocol, with what ASGI does not tell: pings and pongs, and a close that a
client cannot hold up by not reading."""

from __future__ import annotations

from asyncio import TimerHandle
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from trading_api.shared.delivery.session import CLOSE_TIMEOUT_S, CONNECTION


class TradingProtocol(WebSocketsSansIOProtocol):
    """A `delivery.session.Connection`, put into the ASGI scope's extensions."""

    on_control_frame: Callable[[], None] | None = None
    drop_after_s = CLOSE_TIMEOUT_S
    _drop_timer: TimerHandle | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[CONNECTION] = self

    def handle_ping(self) -> None:
        super().handle_ping()
        self._heard()

    def handle_pong(self, event: Frame) -> None:
        super().handle_pong(event)
        self._heard()

    def send_receive_event_to_app(self) -> None:
        """Text that is no UTF-8 reaches the application as the bytes it is."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.curr_msg_data_type = "bytes"
        super().send_receive_event_to_app()

    def close(self, code: int, reason: str) -> None:
        if not (self.close_sent or self.disconnected or self.transport.is_closing()):
            self.conn.send_close(code, reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            if self.read_paused:
                self.read_paused = False
                self.transport.resume_reading()
            # uvicorn leaves the transport open for the client's reply while this is set.
            self.close_timer = self.loop.call_later(self.drop_after_s, self.transport.abort)
        self._drop_if_it_stays()

    # uvicorn ends each of these with a close that waits for what is still unsent.

    def shutdown(self) -> None:
        super().shutdown()
        self._drop_if_it_stays()

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        self._drop_if_it_stays()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._drop_if_it_stays()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._drop_timer is not None:
            self._drop_timer.cancel()
        super().connection_lost(exc)

    def _drop_if_it_stays(self) -> None:
        if self._drop_timer is None and not self.disconnected:
            self._drop_timer = self.loop.call_later(self.drop_after_s, self.transport.abort)

    def _heard(self) -> None:
        if self.on_control_frame is not None:
            self.on_control_frame()
