import { ConnectionStatus, type SocketState } from "@trading-api/client";
import { type Accessor, createSignal, onCleanup } from "solid-js";
import { useApp } from "../app-store.ts";
import { market as texts } from "../texts/market.ts";

/** Whether what is shown of the market is its present state. */
export interface Freshness {
  /** Why no data arrives or none is expected, or an empty text. */
  outage: Accessor<string>;
  /** Whether the state arrived on the present connection. */
  isCurrent: Accessor<boolean>;
  /** Note that the present state arrived. */
  refresh(): void;
}

export function createFreshness(): Freshness {
  const { client, account } = useApp();
  const [socket, setSocket] = createSignal<SocketState>(client.socket.state);
  const [isCurrent, setIsCurrent] = createSignal(false);
  onCleanup(
    client.socket.onState((state) => {
      setSocket(state);
      if (state.phase !== "connected") setIsCurrent(false);
    }),
  );
  const outage = () => {
    const { phase } = socket();
    if (phase === "polling") return texts.blocked;
    if (phase === "waiting" || phase === "connecting") return texts.disconnected;
    if (account.loading !== "loaded") return "";
    const { status, message } = account.status;
    if (status === ConnectionStatus.Connected) return message ? texts.closed : "";
    return status === ConnectionStatus.Connecting ? "" : texts.silent;
  };
  return { outage, isCurrent, refresh: () => setIsCurrent(true) };
}
