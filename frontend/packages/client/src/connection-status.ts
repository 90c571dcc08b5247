import { type BrokerConnection, ConnectionStatus } from "./model/broker.ts";
import type { SocketState } from "./socket-options.ts";

const POLLING = "WebSockets are blocked, so prices and orders arrive with a delay.";

/** Return the status to show. That of the broker counts only while the socket is connected. */
export function statusOf(
  socket: SocketState,
  broker: BrokerConnection | null,
): Omit<BrokerConnection, "timestamp"> {
  if (socket.phase === "closed") return { status: ConnectionStatus.Disconnected };
  if (socket.phase === "waiting") {
    return { status: ConnectionStatus.Connecting, message: socket.reason };
  }
  if (socket.phase === "polling") {
    return { status: ConnectionStatus.Connected, message: POLLING };
  }
  if (socket.phase !== "connected" || broker === null) {
    return { status: ConnectionStatus.Connecting };
  }
  const { timestamp: _, ...status } = broker;
  return status;
}
