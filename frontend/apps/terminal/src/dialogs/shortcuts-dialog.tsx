import { For } from "solid-js";
import { useApp } from "../app-store.ts";
import { SHORTCUTS } from "../shortcuts.ts";
import { Dialog } from "../widgets/dialog.tsx";

export function ShortcutsDialog() {
  const app = useApp();
  return (
    <Dialog title="Help" onClose={() => app.openDialog(null)}>
      <dl class="shortcuts">
        <For each={SHORTCUTS}>
          {({ keys, action }) => (
            <div>
              <dt>
                <For each={keys.split(" ")}>
                  {(key) => (/^(to|,)$/.test(key) ? key : <kbd>{key.replace(",", "")}</kbd>)}
                </For>
              </dt>
              <dd>{action}</dd>
            </div>
          )}
        </For>
      </dl>
      <p class="links">
        <a href="api/v1/docs">REST API</a>
        <a href="api/v1/ws/asyncapi">WebSocket API</a>
      </p>
      <p class="muted notice">
        Charts by{" "}
        <a href="https://klinecharts.com/" rel="noreferrer">
          KLineChart
        </a>
        , copyright 2019 lihu, with parts of{" "}
        <a href="https://www.tradingview.com/" rel="noreferrer">
          TradingView Lightweight Charts
        </a>
        , copyright 2019 TradingView, Inc., under the{" "}
        <a href="https://www.apache.org/licenses/LICENSE-2.0" rel="noreferrer">
          Apache License 2.0
        </a>
        .
      </p>
    </Dialog>
  );
}
