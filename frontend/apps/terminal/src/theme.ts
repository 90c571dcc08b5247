import { createEffect, createSignal } from "solid-js";
import { persistedSignal } from "./persisted-signal.ts";

export type Theme = "light" | "dark";

const system = matchMedia("(prefers-color-scheme: light)");
const [systemTheme, setSystemTheme] = createSignal<Theme>(system.matches ? "light" : "dark");
system.addEventListener("change", () => setSystemTheme(system.matches ? "light" : "dark"));
const [chosen, setChosen] = persistedSignal<Theme | null>("theme", null);

/** Return the chosen theme, or else that of the system. */
export const theme = (): Theme => chosen() ?? systemTheme();
export function toggleTheme(): void {
  setChosen(theme() === "dark" ? "light" : "dark");
}

export function applyTheme(): void {
  createEffect(() => {
    document.documentElement.dataset.theme = theme();
  });
}

const colours = new Map<string, string>();

/** Return a colour of the style sheet, for drawing on a canvas. */
export function colour(name: string): string {
  const key = `${theme()} ${name}`;
  let found = colours.get(key);
  if (found === undefined) {
    const probe = document.createElement("span");
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    found = getComputedStyle(probe).color;
    probe.remove();
    colours.set(key, found);
  }
  return found;
}
