import { ApiError, type SocketState } from "@trading-api/client";
import { beforeEach, expect, test, vi } from "vitest";
import { readUntilAnswered } from "../src/read-until-answered.ts";

const listeners = new Set<(state: SocketState) => void>();
const socket = {
  onState: (listener: (state: SocketState) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};

beforeEach(() => {
  vi.useFakeTimers();
});

/** Return a read that fails `failures` times. */
function failing(failures: number, error: Error = new TypeError("fetch failed")) {
  return vi.fn(async () => {
    if (failures-- > 0) throw error;
    return "found";
  });
}

test("a read is repeated until the server answers", async () => {
  const found = readUntilAnswered(socket, failing(3));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await found).toBe("found");
  expect(listeners.size).toBe(0);
});

test("a read is repeated as soon as there is a connection", async () => {
  const found = readUntilAnswered(socket, failing(1));
  await vi.advanceTimersByTimeAsync(1);
  for (const listener of listeners) listener({ phase: "connected", since: 0 });
  expect(await found).toBe("found");
});

test("an error response that a repetition cannot change is thrown", async () => {
  const read = failing(9, new ApiError(404, "unknown_symbol", "There is no such symbol."));
  await expect(readUntilAnswered(socket, read)).rejects.toThrow("no such symbol");
  expect(read).toHaveBeenCalledOnce();
});

test("a time that the server names is waited for", async () => {
  const read = failing(1, new ApiError(503, "performance_loading", "It is computed.", 20));
  const found = readUntilAnswered(socket, read);
  await vi.advanceTimersByTimeAsync(19_000);
  expect(read).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await found).toBe("found");
});

test("a read that is not current any more ends", async () => {
  let isCurrent = true;
  const read = failing(9);
  const found = readUntilAnswered(socket, read, () => isCurrent);
  isCurrent = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await found).toBeUndefined();
  expect(read).toHaveBeenCalledOnce();
});
