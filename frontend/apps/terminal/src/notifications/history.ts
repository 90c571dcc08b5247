import type { AccountNotification } from "@trading-api/client";
import type { Tone } from "./attention-signals.ts";
import type { Notification } from "./notifications.ts";

/** An entry of the history. `time` is in ms UTC. */
export interface HistoryEntry {
  key: string;
  title: string;
  text: string;
  tone: Tone;
  time: number;
}

/** Consecutive entries of one title, newest first, within one minute. */
export interface HistoryGroup {
  title: string;
  tone: Tone;
  entries: HistoryEntry[];
}

const GROUP_MS = 60_000;
const TONES = { info: "info", warning: "error", critical: "error" } as const;

/** Return the entry of a notification that the server stored. */
export function storedEntry({
  id,
  code,
  message,
  severity,
  time,
}: AccountNotification): HistoryEntry {
  return { key: `stored ${id}`, title: titleOf(code), text: message, tone: TONES[severity], time };
}

/** Return the entry of a notification that only this page has. */
export function localEntry({ id, title, text, tone, time }: Notification): HistoryEntry {
  return { key: `local ${id}`, title, text, tone, time };
}

/** Return entries, of which a later one is the newer of two of one time, as groups, newest first. */
export function groupEntries(entries: readonly HistoryEntry[]): HistoryGroup[] {
  const groups: HistoryGroup[] = [];
  for (const entry of [...entries].reverse().sort((a, b) => b.time - a.time)) {
    const last = groups.at(-1);
    const isSame =
      last !== undefined &&
      last.title === entry.title &&
      last.tone === entry.tone &&
      (last.entries[0]?.time ?? 0) - entry.time < GROUP_MS;
    if (isSame) last.entries.push(entry);
    else groups.push({ title: entry.title, tone: entry.tone, entries: [entry] });
  }
  return groups;
}

/** Return the title of a code, such as `Order expired` of `order_expired`. */
export const titleOf = (code: string): string =>
  code.charAt(0).toUpperCase() + code.slice(1).replaceAll("_", " ");
