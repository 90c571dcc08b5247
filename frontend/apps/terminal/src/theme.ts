import { createEffect, createSignal } from "solid-js";
import { persistedSignal } from "./persisted-signal.ts";

export type Theme = "light" | "dark";

const system = matchMedia("(prefers-color-scheme: light)");
const [ofSystem, setOfSystem] = createSignal<Theme>(system.matches ? "light" : "dark");
system.addEventListener("change", () => setOfSystem(system.matches ? "light" : "dark"));
const [chosen, setChosen] = persistedSignal<Theme | null>("theme", null);

/** The one chosen, else the system's. */
export const theme = (): Theme => chosen() ?? ofSystem();
export function toggleTheme(): void {
  setChosen(theme() === "dark" ? "light" : "dark");
}

export function applyTheme(): void {
  createEffect(() => {
    document.documentElement.dataset.theme = theme();
  });
}

const colours = new Map<string, string>();

/** A colour of the style sheet, for what draws on a canvas. */
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
