import type { Panel } from "../app-store.ts";
import type { Shortcut, ShortcutGroup } from "../shortcut.ts";
import { texts } from "../texts/texts.ts";

const panel = (keys: string, action: string, name: Panel): Shortcut => ({
  keys,
  action,
  run: (app) => app.setPanel(name),
});

export const PANELS: ShortcutGroup = {
  title: texts.keys.account,
  shortcuts: [
    panel("1", texts.panels.positions, "positions"),
    panel("2", texts.panels.orders, "orders"),
    panel("3", texts.panels.history, "history"),
    panel("4", texts.panels.fills, "fills"),
    panel("5", texts.panels.equity, "equity"),
    panel("6", texts.alerts.panel, "alerts"),
  ],
};
