import type { Bar } from "@trading-api/client";
import { expect, test } from "vitest";
import { BarConflation } from "../src/chart/bar-conflation.ts";

const MINUTE_MS = 60_000;

function conflate() {
  const applied: Bar[] = [];
  const updates = new BarConflation((bar) => applied.push(bar));
  return { applied, updates, draw: () => updates.flush() };
}

const bar = (minute: number, close: number): Bar => {
  const [low, high] = [Math.min(100, close), Math.max(100, close)];
  return { time: minute * MINUTE_MS, open: 100, high, low, close, volume: 1 };
};

test("only the newest value of a bar is applied, once a frame", () => {
  const { applied, updates, draw } = conflate();
  for (let close = 100; close < 300; close += 1) updates.push(bar(1, close));
  expect(applied).toEqual([]);
  expect(draw()).toBe(true);
  expect(applied).toEqual([bar(1, 299)]);
  expect(draw()).toBe(false);
  expect(applied.length).toBe(1);
});

test("a bar that closes between two frames is applied with its last value", () => {
  const { applied, updates, draw } = conflate();
  updates.push(bar(1, 101));
  draw();
  for (const each of [bar(1, 102), bar(1, 103), bar(2, 99), bar(3, 98), bar(3, 97)])
    updates.push(each);
  draw();
  expect(applied).toEqual([bar(1, 101), bar(1, 103), bar(2, 99), bar(3, 97)]);
});

test("every closed bar of a random stream is applied with its last value, in order", () => {
  const seed = Date.now() % 100_000;
  let state = seed;
  const random = () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const { applied, updates, draw } = conflate();
  const last = new Map<number, Bar>();
  let minute = 1;
  for (let step = 0; step < 5_000; step += 1) {
    if (random() < 0.2) minute += 1;
    const next = bar(minute, 100 + step);
    last.set(minute, next);
    updates.push(next);
    if (random() < 0.1) draw();
  }
  draw();
  const shown = new Map(applied.map((each) => [each.time / MINUTE_MS, each]));
  expect(shown, `seed ${seed}`).toEqual(last);
  const times = applied.map(({ time }) => time);
  expect(times, `seed ${seed}`).toEqual(times.toSorted((a, b) => a - b));
});

test("a new bar waits with the one that closed, and a hidden page keeps few of them", () => {
  const { applied, updates, draw } = conflate();
  updates.push(bar(1, 101));
  updates.push(bar(2, 102));
  expect(applied).toEqual([]);
  draw();
  expect(applied).toEqual([bar(1, 101), bar(2, 102)]);
  for (let minute = 3; minute < 1_000; minute += 1) updates.push(bar(minute, 100));
  expect(applied.length).toBeGreaterThan(850);
  draw();
  expect(applied.map(({ time }) => time / MINUTE_MS)).toEqual(
    Array.from({ length: 999 }, (_, index) => index + 1),
  );
});

test("a discarded value is not applied", () => {
  const { applied, updates, draw } = conflate();
  updates.push(bar(1, 101));
  updates.clear();
  draw();
  expect(applied).toEqual([]);
});
