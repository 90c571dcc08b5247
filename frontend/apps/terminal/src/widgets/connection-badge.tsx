import { ConnectionStatus, type SocketState } from "@trading-api/client";
import { createSignal, onCleanup, Show } from "solid-js";
import { useApp } from "../app-store.ts";

type Health = "live" | "busy" | "down";

/** Shows whether the screen has the present state of the market and the server. */
export function ConnectionBadge() {
  const { client, account } = useApp();
  const [socket, setSocket] = createSignal<SocketState>(client.socket.state);
  const [now, setNow] = createSignal(Date.now());
  onCleanup(client.socket.onState(setSocket));
  const clock = setInterval(() => setNow(Date.now()), 500);
  onCleanup(() => clearInterval(clock));

  const shown = (): { health: Health; text: string; title: string } => {
    const state = socket();
    if (state.phase === "waiting") {
      const seconds = Math.max(0, Math.ceil((state.retryAt - now()) / 1_000));
      const text = seconds > 0 ? `Reconnecting in ${seconds} s` : "Reconnecting";
      return { health: "down", text, title: `The connection was lost: ${state.reason}` };
    }
    if (state.phase === "polling") {
      const title = "WebSockets are blocked, so prices and orders arrive with a delay";
      return { health: "busy", text: "Delayed", title };
    }
    if (state.phase !== "connected") {
      return { health: "busy", text: "Connecting", title: "Waiting for the server" };
    }
    const { status, message } = account.status;
    if (status === ConnectionStatus.Connected) {
      return message
        ? { health: "busy", text: "Market closed", title: message }
        : { health: "live", text: "Live", title: "Prices and orders are live" };
    }
    if (status === ConnectionStatus.Connecting) {
      return { health: "busy", text: "Connecting", title: message ?? "Waiting for the market" };
    }
    return { health: "down", text: "Market silent", title: message ?? "No prices arrive" };
  };

  return (
    <div
      class={`badge ${shown().health}`}
      role="status"
      aria-label="Connection"
      title={shown().title}
    >
      <span class="dot" aria-hidden="true" />
      <span class="badge-text">{shown().text}</span>
      <Show when={["waiting", "polling"].includes(socket().phase)}>
        <button type="button" class="link" onClick={() => client.socket.reconnectNow()}>
          Retry
        </button>
      </Show>
    </div>
  );
}
