import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Timers } from "../src/timers.ts";

beforeEach(() => void vi.useFakeTimers());

afterEach(() => void vi.useRealTimers());

test("starting a timer replaces the pending one of its name", async () => {
  const timers = new Timers<"a" | "b">();
  const [first, second, other] = [vi.fn(), vi.fn(), vi.fn()];
  timers.start("a", 10, first);
  timers.start("b", 10, other);
  timers.start("a", 20, second);
  await vi.advanceTimersByTimeAsync(30);
  expect(first).not.toHaveBeenCalled();
  expect(second).toHaveBeenCalledOnce();
  expect(other).toHaveBeenCalledOnce();
});

test("a stopped timer does not run", async () => {
  const timers = new Timers<"a" | "b">();
  const run = vi.fn();
  timers.start("a", 10, run);
  timers.stop("a");
  timers.start("b", 10, run);
  timers.stopAll();
  await vi.advanceTimersByTimeAsync(30);
  expect(run).not.toHaveBeenCalled();
});

test("a delay that setTimeout does not support does not run immediately", async () => {
  const run = vi.fn();
  new Timers<"a">().start("a", 2 ** 40, run);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(run).not.toHaveBeenCalled();
});
