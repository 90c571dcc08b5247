import { For } from "solid-js";
import { useDesk } from "../desk.ts";
import { SHORTCUTS } from "../shortcuts.ts";
import { Dialog } from "../widgets/dialog.tsx";

export function ShortcutsDialog() {
  const desk = useDesk();
  return (
    <Dialog title="Help" onClose={() => desk.open(null)}>
      <dl class="shortcuts">
        <For each={SHORTCUTS}>
          {({ keys, does }) => (
            <div>
              <dt>
                <For each={keys.split(" ")}>
                  {(key) => (/^(to|,)$/.test(key) ? key : <kbd>{key.replace(",", "")}</kbd>)}
                </For>
              </dt>
              <dd>{does}</dd>
            </div>
          )}
        </For>
      </dl>
      <p class="links">
        <a href="/api/v1/docs">REST API</a>
        <a href="/api/v1/ws/asyncapi">WebSocket API</a>
        <a href="https://www.tradingview.com/" rel="noreferrer">
          Charts by TradingView
        </a>
      </p>
    </Dialog>
  );
}
