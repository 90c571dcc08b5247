import { OrderType, Side } from "@trading-api/client";
import type { AppStore, Panel } from "./app-store.ts";
import { toggleTheme } from "./theme.ts";

export const SHORTCUTS: readonly { keys: string; action: string }[] = [
  { keys: "B", action: "Buy: go to the ticket" },
  { keys: "S", action: "Sell: go to the ticket" },
  { keys: "M", action: "Market order" },
  { keys: "L", action: "Limit order" },
  { keys: "T", action: "Stop order" },
  { keys: "Ctrl Enter", action: "Place the order" },
  { keys: "Shift X", action: "Close the symbol's position" },
  { keys: "Shift C", action: "Cancel the symbol's orders" },
  { keys: "/", action: "Find a symbol" },
  { keys: "1 to 6", action: "Positions, orders, history, fills, equity, alerts" },
  { keys: "A", action: "New price alert" },
  { keys: "N", action: "Notifications" },
  { keys: "D", action: "Light or dark" },
  { keys: "?", action: "These shortcuts" },
  { keys: "Up, Down", action: "In a number, or on an order's line: one step; with Shift ten" },
  { keys: "Enter", action: "On an order's line: change the order to the new price" },
];

/** The target of commands that cancel several orders. */
export const CANCEL_MANY = "orders";

const PANELS: Record<string, Panel> = {
  1: "positions",
  2: "orders",
  3: "history",
  4: "fills",
  5: "equity",
  6: "alerts",
};

/** Run the shortcuts. One press of a key is one action, however long the key is held. */
export function listenForShortcuts(app: AppStore): void {
  let heldShortcut = "";
  const preventRepetition = (event: KeyboardEvent) => {
    // A held Enter would press the focused button, or submit its form, again and again.
    if (event.repeat && (event.key === "Enter" || event.code === heldShortcut)) {
      event.preventDefault();
    }
  };
  addEventListener("keydown", preventRepetition, { capture: true });
  addEventListener("keydown", (event) => {
    if (event.repeat) return;
    heldShortcut = "";
    if (app.dialog() !== null || event.defaultPrevented) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void app.ticket.send();
      return;
    }
    const isTyping =
      event.target instanceof HTMLElement &&
      event.target.matches("input:not([type=checkbox]), select, textarea");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actionOf(app, event.key);
    if (act === undefined) return;
    event.preventDefault();
    heldShortcut = event.code;
    act();
  });
}

function actionOf(app: AppStore, key: string): (() => void) | undefined {
  const panel = PANELS[key];
  if (panel !== undefined) return () => app.setPanel(panel);
  const { account } = app;
  const actions: Record<string, () => void> = {
    b: () => trade(app, Side.Buy),
    s: () => trade(app, Side.Sell),
    m: () => app.ticket.set({ type: OrderType.Market }),
    l: () => app.ticket.set({ type: OrderType.Limit }),
    t: () => app.ticket.set({ type: OrderType.Stop }),
    X: () => {
      const position = account.position(app.symbol());
      if (position)
        void app.runCommand(
          position.id,
          "Not closed",
          () => account.broker.closePosition(position.id),
          { confirm: `Close the position in ${position.symbol}` },
        );
    },
    C: () => {
      const ids = account.liveOrders
        .filter(({ symbol }) => symbol === app.symbol())
        .map(({ id }) => id);
      if (ids.length > 0)
        void app.runCommand(CANCEL_MANY, "Not canceled", () =>
          account.broker.cancelOrders(app.symbol(), undefined, ids),
        );
    },
    "/": () => app.openDialog({ name: "search" }),
    a: () => {
      if (app.alerts.isAvailable) app.openDialog({ name: "alert", symbol: app.symbol() });
    },
    n: () => app.openDialog({ name: "notifications" }),
    d: toggleTheme,
    "?": () => app.openDialog({ name: "shortcuts" }),
  };
  return actions[key] ?? actions[key.toLowerCase()];
}

function trade(app: AppStore, side: Side): void {
  app.trade(side);
  const quantity = document.querySelector<HTMLInputElement>(".ticket .number input");
  quantity?.focus();
  quantity?.select();
}
