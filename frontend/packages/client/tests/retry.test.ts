import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../src/errors.ts";
import { retry } from "../src/retry.ts";

beforeEach(() => void vi.useFakeTimers());

afterEach(() => void vi.useRealTimers());

const LOST = new TypeError("fetch failed");
const always = () => true;

test.each([LOST, new ApiError(503, "unavailable", ""), new ApiError(429, "rate_limited", "")])(
  "%s is retried until the task succeeds",
  async (error) => {
    const task = vi.fn().mockRejectedValueOnce(error).mockRejectedValueOnce(error);
    task.mockResolvedValue("done");
    const result = retry(task, always);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await result).toBe("done");
    expect(task).toHaveBeenCalledTimes(3);
  },
);

test("an error response that a retry cannot change is thrown immediately", async () => {
  const task = vi.fn().mockRejectedValue(new ApiError(422, "invalid", "Invalid"));
  await expect(retry(task, always)).rejects.toThrow("Invalid");
  expect(task).toHaveBeenCalledOnce();
});

test("after the last attempt the error is thrown", async () => {
  const task = vi.fn().mockRejectedValue(LOST);
  const result = expect(retry(task, always, 3)).rejects.toBe(LOST);
  await vi.advanceTimersByTimeAsync(10_000);
  await result;
  expect(task).toHaveBeenCalledTimes(3);
});

test("a result that is not current any more is undefined", async () => {
  let isCurrent = true;
  const task = vi.fn(async () => {
    isCurrent = false;
    return "late";
  });
  expect(await retry(task, () => isCurrent)).toBeUndefined();
});
