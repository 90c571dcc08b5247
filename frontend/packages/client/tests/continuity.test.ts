import { expect, test } from "vitest";
import { Continuity } from "../src/continuity.ts";
import type { Update } from "../src/routes.ts";

const update = (seq?: number, prev?: number | null): Update =>
  ({ topic: "t", payload: {}, ...(seq !== undefined && { seq }), prev }) as unknown as Update;
const numbers = (updates: Update[] | null) => updates?.map(({ seq }) => seq) ?? null;

test("updates without numbers pass", () => {
  const continuity = new Continuity();
  expect(continuity.take(update())).toHaveLength(1);
  expect(continuity.last).toBeNull();
});

test("the state has no predecessor, and changes go on from it", () => {
  const continuity = new Continuity();
  expect(numbers(continuity.take(update(7, null)))).toEqual([7]);
  expect(numbers(continuity.take(update(5, null)))).toEqual([5]);
  expect(numbers(continuity.take(update(9, 7)))).toEqual([9]);
  expect(continuity.last).toBe(9);
});

test("one event may make several updates", () => {
  const continuity = new Continuity();
  continuity.take(update(3, null));
  expect(numbers(continuity.take(update(4, 3)))).toEqual([4]);
  expect(numbers(continuity.take(update(4, 4)))).toEqual([4]);
  expect(numbers(continuity.take(update(5, 4)))).toEqual([5]);
});

test("what was told is not told again", () => {
  const continuity = new Continuity();
  for (const [seq, prev] of [
    [3, null],
    [4, 3],
    [6, 4],
  ] as const)
    continuity.take(update(seq, prev));
  expect(continuity.take(update(4, 3))).toEqual([]);
  expect(continuity.take(update(6, 4))).toEqual([]);
});

test("a gap is seen, and what came after it waits for what was missing", () => {
  const continuity = new Continuity();
  continuity.take(update(3, null));
  expect(continuity.take(update(6, 5))).toBeNull();
  continuity.wait();
  expect(continuity.take(update(7, 6))).toEqual([]);
  expect(continuity.resume()).toEqual([]);
  expect(numbers(continuity.take(update(4, 3)))).toEqual([4]);
  expect(numbers(continuity.take(update(5, 4)))).toEqual([5, 6, 7]);
  expect(continuity.take(update(6, 5))).toEqual([]);
  expect(numbers(continuity.take(update(8, 7)))).toEqual([8]);
});

test("a new beginning may count from anywhere", () => {
  const continuity = new Continuity();
  continuity.take(update(300, null));
  expect(continuity.restart()).toEqual([]);
  expect(numbers(continuity.take(update(1, null)))).toEqual([1]);
});

test("what came after something that is lost for good is not lost with it", () => {
  const continuity = new Continuity();
  continuity.take(update(3, null));
  continuity.take(update(6, 5));
  continuity.wait();
  continuity.take(update(7, 6));
  continuity.take(update(3, 2));
  expect(numbers(continuity.restart())).toEqual([6, 7]);
  expect(numbers(continuity.take(update(9, null)))).toEqual([9]);
});
