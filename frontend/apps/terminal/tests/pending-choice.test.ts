import { expect, test } from "vitest";
import { PendingChoice } from "../src/chart/drawings/pending-choice.ts";

test("of choices that wait only the last one is done", async () => {
  const choice = new PendingChoice<string>();
  const [first, second] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  const done: unknown[] = [];
  const a = choice.make("a", first.promise, (ready) => done.push(["a", ready]));
  expect(choice.value).toBe("a");
  const b = choice.make("b", second.promise, (ready) => done.push(["b", ready]));
  expect(choice.value).toBe("b");
  second.resolve(2);
  first.resolve(1);
  await Promise.all([a, b]);
  expect(done).toEqual([["b", 2]]);
  expect(choice.value).toBe(undefined);
});

test("a choice that is dropped is not done, and another one is", async () => {
  const choice = new PendingChoice<string>();
  const ready = Promise.withResolvers<void>();
  const done: string[] = [];
  const dropped = choice.make("a", ready.promise, () => done.push("a"));
  choice.drop();
  expect(choice.value).toBe(undefined);
  ready.resolve();
  await dropped;
  expect(done).toEqual([]);
  await choice.make("a", ready.promise, () => done.push("again"));
  expect(done).toEqual(["again"]);
});
