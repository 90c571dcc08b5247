import { beforeEach, expect, test } from "vitest";
import {
  DRAWINGS_MAX,
  type Drawing,
  freeId,
  newDrawing,
  validDrawings,
} from "../src/chart/drawings/drawing.ts";
import { History } from "../src/chart/drawings/drawing-history.ts";
import { DrawingStore } from "../src/chart/drawings/drawing-store.ts";
import { memoryStorage } from "./support/memory-storage.ts";
import { randomNumbers } from "./support/random-bars.ts";

beforeEach(() => {
  globalThis.localStorage = memoryStorage();
});

const line = (id: string, price = 100): Drawing =>
  newDrawing(id, "horizontal", [{ time: 1_000, price }]);

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
  expect(freeId([line("7"), line("3")])).toBe("8");
});
