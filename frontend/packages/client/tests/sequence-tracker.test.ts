import { expect, test } from "vitest";
import type { Update } from "../src/routes.ts";
import { SequenceTracker } from "../src/sequence-tracker.ts";

const update = (seq?: number, prev?: number | null): Update =>
  ({ topic: "t", payload: {}, ...(seq !== undefined && { seq }), prev }) as unknown as Update;
const numbers = (updates: Update[] | null) => updates?.map(({ seq }) => seq) ?? null;

test("updates without numbers are released", () => {
  const sequence = new SequenceTracker();
  expect(sequence.accept(update())).toHaveLength(1);
  expect(sequence.lastSeq).toBeNull();
});

test("the state has no predecessor, and changes follow it", () => {
  const sequence = new SequenceTracker();
  expect(numbers(sequence.accept(update(7, null)))).toEqual([7]);
  expect(numbers(sequence.accept(update(5, null)))).toEqual([5]);
  expect(numbers(sequence.accept(update(9, 7)))).toEqual([9]);
  expect(sequence.lastSeq).toBe(9);
});

test("one event may make several updates", () => {
  const sequence = new SequenceTracker();
  sequence.accept(update(3, null));
  expect(numbers(sequence.accept(update(4, 3)))).toEqual([4]);
  expect(numbers(sequence.accept(update(4, 4)))).toEqual([4]);
  expect(numbers(sequence.accept(update(5, 4)))).toEqual([5]);
});

test("repeated updates are dropped", () => {
  const sequence = new SequenceTracker();
  for (const [seq, prev] of [
    [3, null],
    [4, 3],
    [6, 4],
  ] as const)
    sequence.accept(update(seq, prev));
  expect(sequence.accept(update(4, 3))).toEqual([]);
  expect(sequence.accept(update(6, 4))).toEqual([]);
});

test("a gap is detected, and later updates are buffered until the missing ones arrive", () => {
  const sequence = new SequenceTracker();
  sequence.accept(update(3, null));
  expect(sequence.accept(update(6, 5))).toBeNull();
  sequence.startReplay();
  expect(sequence.accept(update(7, 6))).toEqual([]);
  expect(sequence.finishReplay()).toEqual([]);
  expect(numbers(sequence.accept(update(4, 3)))).toEqual([4]);
  expect(numbers(sequence.accept(update(5, 4)))).toEqual([5, 6, 7]);
  expect(sequence.accept(update(6, 5))).toEqual([]);
  expect(numbers(sequence.accept(update(8, 7)))).toEqual([8]);
});

test("after a reset the numbers may begin anywhere", () => {
  const sequence = new SequenceTracker();
  sequence.accept(update(300, null));
  expect(sequence.reset()).toEqual([]);
  expect(numbers(sequence.accept(update(1, null)))).toEqual([1]);
});

test("a reset returns the updates that followed a gap", () => {
  const sequence = new SequenceTracker();
  sequence.accept(update(3, null));
  sequence.accept(update(6, 5));
  sequence.startReplay();
  sequence.accept(update(7, 6));
  sequence.accept(update(3, 2));
  expect(numbers(sequence.reset())).toEqual([6, 7]);
  expect(numbers(sequence.accept(update(9, null)))).toEqual([9]);
});
