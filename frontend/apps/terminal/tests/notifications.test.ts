import { createRoot } from "solid-js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Tone } from "../src/notifications/attention-signals.ts";
import { groupEntries } from "../src/notifications/history.ts";
import { Notifications } from "../src/notifications/notifications.ts";

const played: Tone[] = [];
const displayed: string[] = [];
let isAllowed = true;
const signals = {
  play: (tone: Tone) => void played.push(tone),
  display: (title: string) => void displayed.push(title),
  requestPermission: async () => isAllowed,
};
let notifications: Notifications;

beforeEach(() => {
  vi.useFakeTimers();
  played.length = displayed.length = 0;
  isAllowed = true;
  notifications = createRoot(() => new Notifications(signals));
});

afterEach(() => vi.useRealTimers());

const fill = (text: string) => ({ tone: "success" as const, title: "Order filled", text });

test("notifications with one title are one on the screen, with their number", () => {
  notifications.show(fill("Bought 1 AAPL"));
  notifications.show({ tone: "error", title: "Order filled", text: "another tone" });
  notifications.show(fill("Bought 2 AAPL"));
  expect(notifications.all.map(({ text, count }) => [text, count])).toEqual([
    ["another tone", 1],
    ["Bought 2 AAPL", 2],
  ]);
  expect(notifications.unread).toBe(3);
});

test("a replaced notification stays for the whole time of the newest one", () => {
  notifications.show(fill("first"));
  vi.advanceTimersByTime(5_000);
  notifications.show(fill("second"));
  vi.advanceTimersByTime(5_000);
  expect(notifications.all.length).toBe(1);
  vi.advanceTimersByTime(1_001);
  expect(notifications.all.length).toBe(0);
});

test("at most four are on the screen, and at most 200 of the page are kept", () => {
  for (let n = 0; n < 300; n += 1)
    notifications.show({ tone: "info", title: `Title ${n}`, text: "" });
  expect(notifications.all.map(({ title }) => title)).toEqual(
    [296, 297, 298, 299].map((n) => `Title ${n}`),
  );
  expect(notifications.local.length).toBe(200);
  expect(notifications.local.at(-1)?.title).toBe("Title 299");
});

test("what the server stores is not kept twice", () => {
  notifications.show({ ...fill("stored"), isStored: true });
  notifications.show({ tone: "error", title: "Not closed", text: "local" });
  expect(notifications.local.map(({ text }) => text)).toEqual(["local"]);
});

test("signals are off until they are chosen, and stay off where the browser blocks them", async () => {
  notifications.show(fill("silent"));
  expect([played, displayed]).toEqual([[], []]);
  isAllowed = false;
  expect(await notifications.setBrowser(true)).toBe(false);
  notifications.show(fill("blocked"));
  expect(displayed).toEqual([]);
  isAllowed = true;
  expect(await notifications.setBrowser(true)).toBe(true);
  notifications.setSound(true);
  notifications.show({ tone: "error", title: "Not closed", text: "" });
  expect(played).toEqual(["success", "error"]);
  expect(displayed).toEqual(["Not closed"]);
});

test("the history groups what has one title within a minute, newest first", () => {
  const entry = (key: string, title: string, time: number) =>
    ({ key, title, text: key, tone: "info", time }) as const;
  const groups = groupEntries([
    entry("a", "Order filled", 0),
    entry("b", "Order filled", 59_000),
    entry("c", "Order expired", 60_000),
    entry("d", "Order filled", 61_000),
    entry("e", "Order filled", 130_000),
  ]);
  expect(groups.map(({ entries }) => entries.map(({ key }) => key))).toEqual([
    ["e"],
    ["d"],
    ["c"],
    ["b", "a"],
  ]);
});
