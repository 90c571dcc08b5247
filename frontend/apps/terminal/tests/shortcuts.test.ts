import { expect, test, vi } from "vitest";
import { keysOf } from "../src/shortcut.ts";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
const { SHORTCUTS } = await import("../src/shortcuts.ts");

test("no two shortcuts have the same keys, and each has a text of its own", () => {
  const all = SHORTCUTS.flatMap(({ shortcuts }) => shortcuts);
  const keys = all.filter(({ run }) => run !== undefined).map((shortcut) => shortcut.keys);
  expect(keys.filter((each, at) => keys.indexOf(each) !== at)).toEqual([]);
  const texts = all.map(({ action }) => action);
  expect(texts.filter((each, at) => each === "" || texts.indexOf(each) !== at)).toEqual([]);
  const titles = SHORTCUTS.map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
});

test("the keys of a shortcut can be pressed", () => {
  for (const { keys, run } of SHORTCUTS.flatMap(({ shortcuts }) => shortcuts)) {
    if (run === undefined) continue;
    const parts = keys.split(" ");
    const key = parts.at(-1) ?? "";
    const [shiftKey, ctrlKey, altKey] = ["Shift", "Ctrl", "Alt"].map((each) =>
      parts.includes(each),
    );
    const typed = key.length === 1 && !shiftKey ? key.toLowerCase() : key;
    const press = { key: typed, metaKey: false };
    expect(keysOf({ ...press, shiftKey: !!shiftKey, ctrlKey: !!ctrlKey, altKey: !!altKey })).toBe(
      keys,
    );
  }
});

test.each([
  [{ key: "x", shiftKey: false }, "X"],
  [{ key: "X", shiftKey: true }, "Shift X"],
  // Caps Lock is no Shift, so that it closes no position.
  [{ key: "X", shiftKey: false }, "X"],
  // A keyboard may need Shift for a character, which is no part of the shortcut.
  [{ key: "?", shiftKey: true }, "?"],
  [{ key: "/", shiftKey: true }, "/"],
  [{ key: "Enter", metaKey: true }, "Ctrl Enter"],
  [{ key: "Enter", ctrlKey: true, shiftKey: true }, "Ctrl Shift Enter"],
])("a press of %j is %s", (press, keys) => {
  const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  expect(keysOf({ ...none, ...press })).toBe(keys);
});
