import { beforeEach, expect, test, vi } from "vitest";
import {
  DRAWINGS_MAX,
  type Drawing,
  newDrawing,
  validDrawings,
  withChanges,
} from "../src/chart/drawings/drawing.ts";
import { History } from "../src/chart/drawings/drawing-history.ts";
import { areUnstored, DrawingStore, drawingsOf } from "../src/chart/drawings/drawing-store.ts";
import { memoryStorage } from "./support/memory-storage.ts";
import { randomNumbers } from "./support/random-bars.ts";

beforeEach(() => {
  globalThis.localStorage = memoryStorage();
});

const line = (id: string, price = 100): Drawing =>
  newDrawing("horizontal", [{ time: 1_000, price }], id);

test("changes are undone and redone one by one, like a list of all states", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const random = randomNumbers(seed);
    const history = new History(0);
    // The twin has every state, and the place of the present one.
    let [states, at] = [[0], 0];
    for (let step = 1; step <= 60; step += 1) {
      const choice = random();
      if (choice < 0.5) {
        history.change(step);
        states = [...states.slice(0, at + 1), step];
        at += 1;
      } else if (choice < 0.8) {
        history.undo();
        at = Math.max(0, at - 1);
      } else {
        history.redo();
        at = Math.min(states.length - 1, at + 1);
      }
      expect(history.present, `seed ${seed}`).toBe(states[at]);
      expect(history.canUndo).toBe(at > 0);
      expect(history.canRedo).toBe(at < states.length - 1);
    }
  }
});

test("the number of changes that can be undone is bounded", () => {
  const history = new History(0);
  for (let state = 1; state <= 150; state += 1) history.change(state);
  while (history.canUndo) history.undo();
  expect(history.present).toBe(50);
});

test("drawings are added, changed, removed, and stored for their symbol", () => {
  const store = new DrawingStore("AAPL");
  store.put(line("1"));
  store.put(line("2", 50));
  store.put(line("1", 101));
  expect(store.list().map(({ id, points }) => [id, points[0]?.price])).toEqual([
    ["1", 101],
    ["2", 50],
  ]);
  store.remove("2");
  expect(new DrawingStore("AAPL").list()).toEqual([line("1", 101)]);
  expect(new DrawingStore("MSFT").list()).toEqual([]);
  store.undo();
  expect(new DrawingStore("AAPL").list().length).toBe(2);
  store.removeAll();
  store.undo();
  expect(store.list().length).toBe(2);
});

test("a symbol has a bounded number of drawings", () => {
  const store = new DrawingStore("AAPL");
  for (let id = 1; id <= DRAWINGS_MAX + 5; id += 1) store.put(line(String(id)));
  expect(store.list().length).toBe(DRAWINGS_MAX);
  expect(store.isFull).toBe(true);
});

test("the drawings of the symbols that were changed first are removed from the storage", () => {
  for (let symbol = 1; symbol <= 105; symbol += 1) new DrawingStore(`S${symbol}`).put(line("1"));
  expect(new DrawingStore("S1").list()).toEqual([]);
  expect(new DrawingStore("S105").list().length).toBe(1);
});

test("what is stored and cannot be drawn is left out", () => {
  const good = line("1");
  const bad = [
    null,
    { ...good, id: "" },
    { ...good, id: "2", kind: "circle" },
    { ...good, id: "3", points: [] },
    { ...good, id: "4", points: [{ time: 1e300, price: 1 }] },
    { ...good, id: "5", points: [{ time: 1, price: "1" }] },
  ];
  expect(validDrawings([good, ...bad, good])).toEqual([good]);
  expect(validDrawings({ a: 1 })).toEqual([]);
  const changed = validDrawings([{ ...good, colour: "red; x", width: 99, text: 7 }]);
  expect(changed).toEqual([good]);
});

test("ids of new drawings differ, also from those of other tabs", () => {
  const ids = Array.from({ length: 1_000 }, () => newDrawing("horizontal", []).id);
  expect(new Set(ids).size).toBe(1_000);
  expect(ids.every((id) => id.length >= 32)).toBe(true);
});

/** A tab with its own store, which another tab's changes reach as an event or with its own. */
const tab = () => new DrawingStore("AAPL");
const idsOf = (store: DrawingStore): string[] => store.list().map(({ id }) => id);

test("two tabs keep each other's drawings", () => {
  const [one, other] = [tab(), tab()];
  one.put(line("a"));
  other.put(line("b"));
  expect(idsOf(other)).toEqual(["a", "b"]);
  one.put(line("a", 101));
  other.remove("b");
  expect(tab().list()).toEqual([line("a", 101)]);
  one.removeAll();
  other.put(line("c"));
  expect(idsOf(tab())).toEqual(["c"]);
});

test("undo and redo keep what another tab changed", () => {
  const [one, other] = [tab(), tab()];
  one.put(line("a"));
  one.put(line("b"));
  other.put(line("c"));
  other.put(line("a", 90));
  one.undo();
  expect(tab().list()).toEqual([line("a", 90), line("c")]);
  one.redo();
  expect(idsOf(tab())).toEqual(["a", "b", "c"]);
  other.remove("a");
  one.undo();
  one.undo();
  expect(idsOf(tab())).toEqual(["c"]);
  expect(one.canUndo()).toBe(false);
});

test("what another tab stores is shown without a change here", () => {
  const events = new EventTarget();
  vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
  const [one, other] = [tab(), tab()];
  other.put(line("a"));
  events.dispatchEvent(Object.assign(new Event("storage"), { key: "trading_api.drawings.AAPL" }));
  expect(idsOf(one)).toEqual(["a"]);
  localStorage.clear();
  events.dispatchEvent(Object.assign(new Event("storage"), { key: null }));
  expect(idsOf(one)).toEqual([]);
  vi.unstubAllGlobals();
});

test("the drawings of a symbol that the page has opened are not removed for others", () => {
  const shown = drawingsOf("SHOWN");
  shown.put(line("1"));
  for (let symbol = 1; symbol <= 105; symbol += 1) new DrawingStore(`S${symbol}`).put(line("1"));
  expect(new DrawingStore("SHOWN").list()).toEqual([line("1")]);
  expect(new DrawingStore("S1").list()).toEqual([]);
  shown.put(line("2"));
  expect(idsOf(new DrawingStore("SHOWN"))).toEqual(["1", "2"]);
  expect(drawingsOf("SHOWN")).toBe(shown);
});

test("a change of what another tab has removed does not bring it back", () => {
  const [one, other] = [tab(), tab()];
  one.put(line("a"));
  one.put(line("b"));
  other.remove("a");
  one.put(line("a", 101));
  expect(idsOf(tab())).toEqual(["b"]);
  one.put(line("a", 102));
  expect(idsOf(one)).toEqual(["b"]);
  expect(idsOf(tab())).toEqual(["b"]);
  // The other tab may bring it back.
  other.undo();
  one.put(line("a", 103));
  expect(tab().find("a")).toEqual(line("a", 103));
});

test("what is not stored for want of room survives what another tab stores", () => {
  const [one, other] = [tab(), tab()];
  one.put(line("a"));
  const { setItem } = globalThis.localStorage;
  globalThis.localStorage.setItem = () => {
    throw new Error("full");
  };
  expect(areUnstored()).toBe(false);
  one.put(line("b"));
  expect(areUnstored()).toBe(true);
  globalThis.localStorage.setItem = setItem;
  other.put(line("c"));
  other.put(line("a", 90));
  one.put(line("d"));
  expect(one.list()).toEqual([line("a", 90), line("b"), line("c"), line("d")]);
  expect(tab().list()).toEqual(one.list());
  one.undo();
  one.undo();
  expect(idsOf(tab())).toEqual(["a", "c"]);
});

test("without room in the storage the drawings last as long as the page", () => {
  const store = tab();
  store.put(line("a"));
  globalThis.localStorage.setItem = () => {
    throw new Error("full");
  };
  store.put(line("b"));
  store.put(line("c"));
  expect(idsOf(store)).toEqual(["a", "b", "c"]);
  store.undo();
  expect(idsOf(store)).toEqual(["a", "b"]);
});

test("nothing is stored of a symbol without drawings", () => {
  const store = tab();
  store.put(line("a"));
  store.remove("a");
  expect(localStorage.getItem("trading_api.drawings.AAPL")).toBe(null);
  expect(localStorage.getItem("trading_api.drawings")).toBe("[]");
});

test("merged changes are those of both tabs, whatever they are", () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const random = randomNumbers(seed);
    const some = () => "abcdef".split("").filter(() => random() < 0.5);
    const before = some().map((id) => line(id));
    const [mine, after] = [0, 1].map((tab) =>
      some().map((id) => line(id, random() < 0.5 ? 100 : 101 + tab)),
    ) as [Drawing[], Drawing[]];
    const merged = new Map(withChanges(mine, before, after).map((each) => [each.id, each]));
    const priceIn = (list: readonly Drawing[], id: string) =>
      list.find((each) => each.id === id)?.points[0]?.price;
    for (const id of "abcdef") {
      const [was, is, here] = [before, after, mine].map((list) => priceIn(list, id));
      // A change elsewhere wins over the state here, but adds nothing that was removed here.
      const isRemovedHere = was !== undefined && is !== undefined && here === undefined;
      const expected = was === is || isRemovedHere ? here : is;
      expect(priceIn([...merged.values()], id), `seed ${seed}, ${id}`).toBe(expected);
    }
  }
});
