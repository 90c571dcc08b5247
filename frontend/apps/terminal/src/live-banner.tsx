import { Show } from "solid-js";
import { useApp } from "./app-store.ts";

/** States that the account is one of real money, or that its trading is halted. */
export function LiveBanner() {
  const app = useApp();
  const { account } = app;
  return (
    <Show when={account.isLive || account.halt.on}>
      <section
        class="live-banner"
        data-kind={account.kind}
        aria-label={account.isLive ? "Account of real money" : "Halt"}
      >
        <Show when={account.isLive}>
          <strong>Real money</strong>
        </Show>
        <span>{account.id}</span>
        <KillSwitch />
      </section>
    </Show>
  );
}

function KillSwitch() {
  const app = useApp();
  const { account } = app;
  return (
    <Show
      when={account.halt.on}
      fallback={
        <button
          type="button"
          onClick={() =>
            void app.runCommand(HALT, "Not halted", () => account.setHalt(true), {
              confirm: "Cancel all orders and halt trading",
            })
          }
          disabled={app.isRunning(HALT)}
        >
          Halt trading
        </button>
      }
    >
      <span role="alert">Trading is halted{account.halt.reason && `: ${account.halt.reason}`}</span>
      <button
        type="button"
        onClick={() =>
          void app.runCommand(HALT, "Not resumed", () => account.setHalt(false), {
            confirm: "Resume trading",
          })
        }
        disabled={app.isRunning(HALT)}
      >
        Resume trading
      </button>
    </Show>
  );
}

const HALT = "halt";
