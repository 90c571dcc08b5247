import type { AppStore } from "./app-store.ts";
import { ANALYSIS } from "./chart/drawings/shortcuts.ts";
import { PANELS } from "./panels/shortcuts.ts";
import { REPLAY } from "./replay/shortcuts.ts";
import { keysOf, type Shortcut, type ShortcutGroup } from "./shortcut.ts";
import { texts } from "./texts/texts.ts";
import { toggleTheme } from "./theme.ts";
import { TRADING } from "./ticket/shortcuts.ts";
import { WORKSPACE } from "./workspace/shortcuts.ts";

const { keys: text } = texts;

const GENERAL: ShortcutGroup = {
  title: text.general,
  shortcuts: [
    { keys: "/", action: text.search, run: (app) => app.openDialog({ name: "search" }) },
    { keys: "J", action: text.goTo, run: (app) => app.openDialog({ name: "goTo" }) },
    {
      keys: "A",
      action: text.alert,
      run: (app) => {
        if (app.alerts.isAvailable) app.openDialog({ name: "alert", symbol: app.symbol() });
      },
    },
    {
      keys: "N",
      action: text.notifications,
      run: (app) => app.openDialog({ name: "notifications" }),
    },
    { keys: "D", action: text.theme, run: toggleTheme },
    { keys: "?", action: text.help, run: (app) => app.openDialog({ name: "shortcuts" }) },
  ],
};

/** All shortcuts. An area that has some exports a group of them. No two have the same keys. */
export const SHORTCUTS: readonly ShortcutGroup[] = [
  TRADING,
  ANALYSIS,
  WORKSPACE,
  PANELS,
  REPLAY,
  GENERAL,
];

const byKeys = new Map<string, Shortcut>(
  SHORTCUTS.flatMap(({ shortcuts }) => shortcuts)
    .filter(({ run }) => run !== undefined)
    .map((shortcut) => [shortcut.keys, shortcut]),
);

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
    const keys = keysOf(event);
    const isTyping =
      event.target instanceof HTMLElement &&
      event.target.matches("input:not([type=checkbox]), select, textarea");
    // A browser has its own keys in a field.
    if (isTyping && keys !== "Ctrl Enter") return;
    const shortcut = byKeys.get(keys);
    if (shortcut === undefined) return;
    event.preventDefault();
    heldShortcut = event.code;
    shortcut.run?.(app);
  });
}
