import type { AppStore } from "./app-store.ts";

/** A key, and what it does. */
export interface Shortcut {
  /** The keys as the help shows them, such as `B`, `Shift X`, `Ctrl Enter` or `?`. */
  keys: string;
  action: string;
  /** Without it a part of the page has the key while it has the focus. */
  run?(app: AppStore): void;
}

/** The shortcuts of an area of the terminal. */
export interface ShortcutGroup {
  title: string;
  shortcuts: readonly Shortcut[];
}

type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** Return the keys of a press as a shortcut writes them. Shift counts for letters and named keys. */
export function keysOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Press): string {
  const name = key.length === 1 ? key.toUpperCase() : key;
  const isShifted = shiftKey && (key.length > 1 || name !== key.toLowerCase());
  const held = [(ctrlKey || metaKey) && "Ctrl", altKey && "Alt", isShifted && "Shift"];
  return [...held.filter((each) => each !== false), name].join(" ");
}
