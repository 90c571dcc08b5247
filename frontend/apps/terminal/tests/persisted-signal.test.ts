import { beforeEach, expect, test, vi } from "vitest";
import { persistedSignal, sharedSignal } from "../src/persisted-signal.ts";

const stored = new Map<string, string>();

beforeEach(() => {
  stored.clear();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  });
});

test.each(['"false"', "{}", "1", "null", "[", '["a"]'])(
  "a switch that is off stays off with %s in the browser's storage",
  (text) => {
    stored.set("trading_api.one-click", text);
    expect(persistedSignal("one-click", false)[0]()).toBe(false);
  },
);

test("a value of the same kind is read, and every kind where the initial value is null", () => {
  stored.set("trading_api.a", "true");
  expect(persistedSignal("a", false)[0]()).toBe(true);
  stored.set("trading_api.b", '"dark"');
  expect(persistedSignal<string | null>("b", null)[0]()).toBe("dark");
});

test("a value of the right kind that is not valid is replaced by the initial one", () => {
  stored.set("trading_api.grid", '"nine"');
  expect(persistedSignal("grid", "one", (value) => value === "one")[0]()).toBe("one");
});

test("a shared signal has what another tab stores, and stores the changes of both", () => {
  const events = new EventTarget();
  vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
  // The browser sends an event to all tabs but the one that changes something.
  const stores = (value: unknown) => {
    stored.set("trading_api.names", JSON.stringify(value));
    events.dispatchEvent(Object.assign(new Event("storage"), { key: "trading_api.names" }));
  };
  const [names, setNames] = sharedSignal<string[]>("names", []);
  const [kept] = persistedSignal<string[]>("names", []);
  setNames(["a"]);
  stores(["a", "b"]);
  expect(names()).toEqual(["a", "b"]);
  setNames((all) => [...all, "c"]);
  expect(stored.get("trading_api.names")).toBe('["a","b","c"]');
  stores({ broken: true });
  expect(names()).toEqual([]);
  expect(kept()).toEqual([]);
  events.dispatchEvent(Object.assign(new Event("storage"), { key: "trading_api.other" }));
  expect(names()).toEqual([]);
  vi.unstubAllGlobals();
});

test("a page that is shown again has what another tab stored while it was away", () => {
  const events = new EventTarget();
  vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
  const [names] = sharedSignal<string[]>("names", []);
  stored.set("trading_api.names", '["a"]');
  events.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  expect(names()).toEqual([]);
  events.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  expect(names()).toEqual(["a"]);
  vi.unstubAllGlobals();
});
