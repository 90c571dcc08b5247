import { ConnectionStatus, type SocketState } from "@trading-api/client";
import { createSignal, onCleanup, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { texts } from "../texts/texts.ts";

const { connection: text } = texts;

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
      const shown = seconds > 0 ? text.reconnectingIn(seconds) : text.reconnecting;
      return { health: "down", text: shown, title: text.lost(state.reason) };
    }
    if (state.phase === "polling") {
      return { health: "busy", text: text.delayed, title: text.delayedTitle };
    }
    if (state.phase !== "connected") {
      return { health: "busy", text: text.connecting, title: text.waitingForServer };
    }
    const { status, message } = account.status;
    if (status === ConnectionStatus.Connected) {
      return message
        ? { health: "busy", text: text.closed, title: message }
        : { health: "live", text: text.live, title: text.liveTitle };
    }
    if (status === ConnectionStatus.Connecting) {
      return { health: "busy", text: text.connecting, title: message ?? text.waitingForMarket };
    }
    return { health: "down", text: text.silent, title: message ?? text.noPrices };
  };

  return (
    <div
      class={`badge ${shown().health}`}
      role="status"
      aria-label={text.name}
      title={shown().title}
    >
      <span class="dot" aria-hidden="true" />
      <span class="badge-text">{shown().text}</span>
      <Show when={["waiting", "polling"].includes(socket().phase)}>
        <button type="button" class="link" onClick={() => client.socket.reconnectNow()}>
          {text.retry}
        </button>
      </Show>
    </div>
  );
}
