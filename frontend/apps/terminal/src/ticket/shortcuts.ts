import { OrderType, Side } from "@trading-api/client";
import type { AppStore } from "../app-store.ts";
import type { ShortcutGroup } from "../shortcut.ts";
import { texts } from "../texts/texts.ts";

const { keys: text } = texts;

/** The target of commands that cancel several orders. */
export const CANCEL_MANY = "orders";

export const TRADING: ShortcutGroup = {
  title: text.trading,
  shortcuts: [
    { keys: "B", action: text.buy, run: (app) => trade(app, Side.Buy) },
    { keys: "S", action: text.sell, run: (app) => trade(app, Side.Sell) },
    { keys: "M", action: text.market, run: ({ ticket }) => ticket.set({ type: OrderType.Market }) },
    { keys: "L", action: text.limit, run: ({ ticket }) => ticket.set({ type: OrderType.Limit }) },
    { keys: "T", action: text.stop, run: ({ ticket }) => ticket.set({ type: OrderType.Stop }) },
    { keys: "Ctrl Enter", action: text.place, run: ({ ticket }) => void ticket.send() },
    { keys: "Shift X", action: text.closePosition, run: closePosition },
    { keys: "Shift C", action: text.cancelOrders, run: cancelOrders },
    { keys: "Up, Down", action: text.step },
    { keys: "Enter", action: text.moveOrder },
    { keys: "Shift F10", action: text.chartMenu },
  ],
};

function trade(app: AppStore, side: Side): void {
  app.trade(side);
  const quantity = document.querySelector<HTMLInputElement>(".ticket .number input");
  quantity?.focus();
  quantity?.select();
}

function closePosition(app: AppStore): void {
  const position = app.account.position(app.symbol());
  if (position === undefined) return;
  const close = () => app.account.broker.closePosition(position.id);
  const confirm = text.confirmClose(position.symbol);
  void app.runCommand(position.id, text.notClosed, close, { confirm });
}

function cancelOrders(app: AppStore): void {
  const orders = app.account.liveOrders.filter(({ symbol }) => symbol === app.symbol());
  const ids = orders.map(({ id }) => id);
  if (ids.length === 0) return;
  const cancel = () => app.account.broker.cancelOrders(app.symbol(), undefined, ids);
  void app.runCommand(CANCEL_MANY, text.notCanceled, cancel);
}
