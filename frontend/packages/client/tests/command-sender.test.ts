import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CommandSender } from "../src/command-sender.ts";
import { ApiError, NotConnectedError } from "../src/errors.ts";
import type { Connection } from "../src/feeds.ts";
import type { SocketState } from "../src/socket-options.ts";

let connection: { state: SocketState } & Connection;
let commands: CommandSender;

beforeEach(() => {
  vi.useFakeTimers();
  connection = { state: { phase: "connected", since: 0 }, onState: () => () => {} };
  commands = new CommandSender(connection);
});

afterEach(() => vi.useRealTimers());

const LOST = new TypeError("fetch failed");

test("without a connection no command is sent", async () => {
  connection.state = { phase: "connecting", attempt: 1 };
  const send = vi.fn();
  await expect(commands.send(send)).rejects.toMatchObject({ wasSent: false });
  expect(send).not.toHaveBeenCalled();
});

test("an ApiError is a response and is not retried", async () => {
  const send = vi.fn().mockRejectedValue(new ApiError(409, "gone", "It is gone."));
  await expect(commands.send(send)).rejects.toBeInstanceOf(ApiError);
  expect(send).toHaveBeenCalledOnce();
});

test("a command whose response was lost is sent again with the same key after a reconnection", async () => {
  const keys: string[] = [];
  const send = vi.fn(async (key: string) => {
    keys.push(key);
    if (keys.length < 3) throw LOST;
    return "done";
  });
  const done = commands.send(send);
  await vi.advanceTimersByTimeAsync(50);
  connection.state = { phase: "connecting", attempt: 1 };
  await vi.advanceTimersByTimeAsync(5_000);
  expect(keys).toHaveLength(1);
  connection.state = { phase: "connected", since: 0 };
  await vi.advanceTimersByTimeAsync(500);
  expect(await done).toBe("done");
  expect(new Set(keys).size).toBe(1);
  await commands.send(send);
  expect(new Set(keys).size).toBe(2);
});

test("a step of the wall clock neither shortens nor extends the wait for a reconnection", async () => {
  for (const stepMs of [3_600_000, -3_600_000]) {
    const rejected = vi.fn();
    connection.state = { phase: "connected", since: 0 };
    const run = commands.send(() => Promise.reject(LOST)).catch(rejected);
    connection.state = { phase: "connecting", attempt: 1 };
    vi.setSystemTime(Date.now() + stepMs);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(rejected).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(rejected).toHaveBeenCalledOnce();
    await run;
  }
});

test("without a reconnection it rejects, because the command may have arrived", async () => {
  const run = expect(commands.send(() => Promise.reject(LOST))).rejects.toMatchObject({
    wasSent: true,
    name: NotConnectedError.name,
  });
  await vi.advanceTimersByTimeAsync(15_000);
  await run;
});
