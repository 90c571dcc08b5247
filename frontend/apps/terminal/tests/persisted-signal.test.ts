import { beforeEach, expect, test, vi } from "vitest";
import { persistedSignal } from "../src/persisted-signal.ts";

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
