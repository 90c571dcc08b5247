"""The extension permessage-deflate (RFC 7692) of the server's side, with bounds.

websockets negotiates it. Its own decoder ignores what follows a final block, keeps it in memory for
as long as the connection lives, and keeps a window for each client."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

from websockets.exceptions import NegotiationError, PayloadTooBig, ProtocolError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import (
    PerMessageDeflate,
    ServerPerMessageDeflateFactory,
)
from websockets.frames import CTRL_OPCODES, Frame, Opcode
from websockets.typing import ExtensionName, ExtensionParameter

from trading_api.settings import WsCompression
from trading_api.streaming.deflate import TAIL, WINDOW_BITS, deflater

CONTEXT_WINDOW_BITS = 11
"""How far back the messages of one connection refer: at most 2 KiB."""
CONTEXT_MEMORY_LEVEL = 3
"""zlib's memLevel of a connection. With this window zlib takes 18 KiB: 8 for the window, 4 for the
hash table and the output, and 6 for itself."""
CLIENT_WINDOW_BITS = 12
"""The window that a client is asked for. It is held while a message arrives in fragments."""
FINAL_BLOCKS_MAX = 8
"""The most blocks of one message that are marked as the last. Each costs a decoder."""


class Deflate(Extension):
    """The compression of one connection. A message of a client refers to none before it, so that
    nothing is kept between its messages.

    Without `server_window_bits`, frames of the server are compressed once for many connections.
    Otherwise `frame` compresses them with a context of this connection."""

    name = ExtensionName("permessage-deflate")

    def __init__(self, client_window_bits: int, server_window_bits: int | None) -> None:
        self._client_window_bits = client_window_bits
        self._server_window_bits = server_window_bits
        self._frame: Callable[[int, bytes], bytes] | None = None
        self._inflater: _Inflater | None = None
        self._is_stopped = False
        self._inflated_bytes = 0

    @property
    def is_shared(self) -> bool:
        return self._server_window_bits is None

    def frame(self, kind: int, content: bytes) -> bytes:
        """Return a frame with this content, compressed unless it is short."""
        if self._frame is None:
            # A connection that is sent nothing has no context.
            assert self._server_window_bits is not None, "shared frames are compressed before"
            self._frame = deflater(self._server_window_bits, CONTEXT_MEMORY_LEVEL)
        return self._frame(kind, content)

    def take_inflated_bytes(self) -> int:
        """Return how many bytes were inflated since the last call."""
        inflated_bytes, self._inflated_bytes = self._inflated_bytes, 0
        return inflated_bytes

    def stop(self) -> None:
        """Inflate nothing any more: later messages of the client appear to be empty."""
        self._is_stopped = True

    def encode(self, frame: Frame) -> Frame:
        """Return a frame as it is: control frames are never compressed."""
        return frame

    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        """Return a client's frame, inflated to at most `max_size` bytes.

        Raises PayloadTooBig before more than that is inflated, and ProtocolError. Reserved bits
        that are left set are an error to the caller."""
        if frame.opcode in CTRL_OPCODES:
            return frame
        if frame.opcode is not Opcode.CONT:
            self._inflater = _Inflater(self._client_window_bits) if frame.rsv1 else None
        elif frame.rsv1:
            raise ProtocolError("RSV1 bit set in continuation frame")
        inflater = self._inflater
        if inflater is None:
            return frame
        assert max_size is not None, "messages are bounded"
        if frame.fin:
            self._inflater = None
        inflated = b""
        if not self._is_stopped:
            data = bytes(frame.data) + TAIL if frame.fin else bytes(frame.data)
            inflated = inflater.inflate(data, max_size)
            self._inflated_bytes += len(inflated)
        return Frame(frame.opcode, inflated, frame.fin, False, frame.rsv2, frame.rsv3)


class DeflateFactory(ServerPerMessageDeflateFactory):
    """Negotiates the compression of a connection: with a context for each, or without one, so that
    all of them can be sent the same bytes."""

    def __init__(self, is_shared: bool) -> None:
        super().__init__(
            server_no_context_takeover=is_shared,
            client_no_context_takeover=True,
            server_max_window_bits=WINDOW_BITS,
            client_max_window_bits=CLIENT_WINDOW_BITS,
        )

    def process_request_params(  # type: ignore[override]  # ours has the methods that are used
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], Deflate]:
        agreed: PerMessageDeflate
        response, agreed = super().process_request_params(params, accepted_extensions)
        client_bits, server_bits = agreed.remote_max_window_bits, agreed.local_max_window_bits
        if not agreed.local_no_context_takeover:
            return response, Deflate(client_bits, min(server_bits, CONTEXT_WINDOW_BITS))
        if server_bits < WINDOW_BITS:
            raise NegotiationError("a window smaller than that of shared frames")
        return response, Deflate(client_bits, None)


def deflate_factory(mode: WsCompression) -> DeflateFactory | None:
    """Return what negotiates the compression of this mode, None where there is none."""
    return None if mode == "off" else DeflateFactory(mode == "shared")


class _Inflater:
    """Inflates one message, in any number of fragments."""

    __slots__ = ("_decoder", "_final_blocks", "_window", "_window_bits")

    def __init__(self, window_bits: int) -> None:
        self._window_bits = window_bits
        self._decoder = zlib.decompressobj(-window_bits)
        # What later blocks may refer to.
        self._window = b""
        self._final_blocks = 0

    def inflate(self, data: bytes, size_max: int) -> bytes:
        """Return the inflated fragment. Raises PayloadTooBig, ProtocolError."""
        inflated = b""
        try:
            while data:
                # One byte more than is allowed: for zlib, 0 would be no limit.
                inflated += self._decoder.decompress(data, size_max - len(inflated) + 1)
                if len(inflated) > size_max:
                    raise PayloadTooBig(None, size_max)
                if not self._decoder.eof:
                    break
                data = self._decoder.unused_data
                self._start_after_final_block(self._window_after(inflated))
        except zlib.error as error:
            raise ProtocolError("decompression failed") from error
        self._window = self._window_after(inflated)
        return inflated

    def _window_after(self, inflated: bytes) -> bytes:
        return (self._window + inflated)[-(1 << self._window_bits) :]

    def _start_after_final_block(self, window: bytes) -> None:
        """Expect another block: the last one of a message need not be marked, and others may be."""
        self._final_blocks += 1
        if self._final_blocks > FINAL_BLOCKS_MAX:
            raise ProtocolError("too many final blocks")
        self._decoder = zlib.decompressobj(-self._window_bits, zdict=window)
