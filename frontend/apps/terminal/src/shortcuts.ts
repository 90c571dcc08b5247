import { OrderType, Side } from "@trading-api/client";
import type { Desk, Panel } from "./desk.ts";
import { toggleTheme } from "./theme.ts";

export const SHORTCUTS: readonly { keys: string; does: string }[] = [
  { keys: "B", does: "Buy: go to the ticket" },
  { keys: "S", does: "Sell: go to the ticket" },
  { keys: "M", does: "Market order" },
  { keys: "L", does: "Limit order" },
  { keys: "T", does: "Stop order" },
  { keys: "Ctrl Enter", does: "Place the order" },
  { keys: "Shift X", does: "Close the symbol's position" },
  { keys: "Shift C", does: "Cancel the symbol's orders" },
  { keys: "/", does: "Find a symbol" },
  { keys: "1 to 5", does: "Positions, orders, history, fills, equity" },
  { keys: "D", does: "Light or dark" },
  { keys: "?", does: "These shortcuts" },
  { keys: "Up, Down", does: "In a number: one step; with Shift ten" },
];

const PANELS: Record<string, Panel> = {
  1: "positions",
  2: "orders",
  3: "history",
  4: "fills",
  5: "equity",
};

export function listenForShortcuts(desk: Desk): void {
  addEventListener("keydown", (event) => {
    if (desk.dialog() !== null || event.defaultPrevented) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void desk.ticket.send();
      return;
    }
    const isTyping =
      event.target instanceof HTMLElement &&
      event.target.matches("input:not([type=checkbox]), select, textarea");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actionOf(desk, event.key);
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}

function actionOf(desk: Desk, key: string): (() => void) | undefined {
  const panel = PANELS[key];
  if (panel !== undefined) return () => desk.setPanel(panel);
  const { account } = desk;
  const actions: Record<string, () => void> = {
    b: () => trade(desk, Side.Buy),
    s: () => trade(desk, Side.Sell),
    m: () => desk.ticket.set({ type: OrderType.Market }),
    l: () => desk.ticket.set({ type: OrderType.Limit }),
    t: () => desk.ticket.set({ type: OrderType.Stop }),
    X: () => {
      const position = account.position(desk.symbol());
      if (position) void desk.run("Not closed", () => account.broker.closePosition(position.id));
    },
    C: () => {
      const ids = account.liveOrders
        .filter(({ symbol }) => symbol === desk.symbol())
        .map(({ id }) => id);
      if (ids.length > 0)
        void desk.run("Not canceled", () =>
          account.broker.cancelOrders(desk.symbol(), undefined, ids),
        );
    },
    "/": () => desk.open({ name: "search" }),
    d: toggleTheme,
    "?": () => desk.open({ name: "shortcuts" }),
  };
  return actions[key] ?? actions[key.toLowerCase()];
}

function trade(desk: Desk, side: Side): void {
  desk.trade(side);
  const quantity = document.querySelector<HTMLInputElement>(".ticket .number input");
  quantity?.focus();
  quantity?.select();
}
