import { quantity } from "../format.ts";

/** Format a length of time in its two largest units: `3d 4h`, `2h 5m`, `40s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const units: [number, string][] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ];
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return "0s";
  const shown = units.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${quantity(count)}${unit}`).join(" ");
}
