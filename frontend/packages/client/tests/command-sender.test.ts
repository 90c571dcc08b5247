import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CommandSender } from "../src/command-sender.ts";
import { ApiError, NotConnectedError } from "../src/errors.ts";
import type { Connection } from "../src/feeds.ts";
import type { SocketState } from "../src/socket-options.ts";

let connection: { state: SocketState } & Connection;
let commands: CommandSender;
let synchronization: PromiseWithResolvers<void>;

beforeEach(() => {
  vi.useFakeTimers();
  synchronization = Promise.withResolvers();
  connection = {
    state: { phase: "connected", since: 0 },
    onState: () => () => {},
    synchronized: () => synchronization.promise,
  };
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

// Commands that are kept

const keep = (timeLimitMs = 10_000, isReady: () => Promise<unknown> = async () => {}) =>
  new CommandSender(connection, { whileDisconnected: "keep", timeLimitMs, isReady });

test("a kept command is sent once the state is known again, and kept ones keep their order", async () => {
  const account = Promise.withResolvers<void>();
  const kept = keep(10_000, () => account.promise);
  connection.state = { phase: "connecting", attempt: 1 };
  const sent: string[] = [];
  const command = (name: string) => kept.send(async (key) => void sent.push(`${name} ${key}`), "k");
  const done = Promise.all([command("first"), command("second")]);
  await vi.advanceTimersByTimeAsync(2_000);
  connection.state = { phase: "connected", since: 0 };
  await vi.advanceTimersByTimeAsync(1_000);
  synchronization.resolve();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual([]);
  account.resolve();
  await done;
  expect(sent).toEqual(["first k", "second k"]);
});

test("a kept command rejects after its limit, and is never sent late", async () => {
  connection.state = { phase: "connecting", attempt: 1 };
  const send = vi.fn();
  const run = expect(keep(3_000).send(send)).rejects.toMatchObject({ wasSent: false });
  await vi.advanceTimersByTimeAsync(3_100);
  await run;
  connection.state = { phase: "connected", since: 0 };
  synchronization.resolve();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(send).not.toHaveBeenCalled();
});

test("a connection that is lost again before the state is known keeps the command", async () => {
  connection.state = { phase: "connecting", attempt: 1 };
  const send = vi.fn(async () => "done");
  const run = keep().send(send);
  synchronization.resolve();
  synchronization = Promise.withResolvers();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(send).not.toHaveBeenCalled();
  connection.state = { phase: "connected", since: 0 };
  synchronization.resolve();
  expect(await run).toBe("done");
});

test("a client that is closed rejects what it kept", async () => {
  connection.state = { phase: "connecting", attempt: 1 };
  const run = keep().send(vi.fn());
  synchronization.reject(new NotConnectedError("The client was closed"));
  await expect(run).rejects.toMatchObject({ message: "The client was closed" });
});

test("an answer that leaves the outcome unknown is no answer: the command is sent again", async () => {
  const keys: string[] = [];
  const done = commands.send(async (key) => {
    keys.push(key);
    if (keys.length === 1) throw new ApiError(503, "outcome_unknown", "It may have been done.");
    return "done";
  });
  await vi.advanceTimersByTimeAsync(500);
  expect(await done).toBe("done");
  expect(keys[0]).toBe(keys[1]);
});

test("a command that was never sent says so when it rejects", async () => {
  const run = expect(
    commands.send(() => Promise.reject(new NotConnectedError("closed"))),
  ).rejects.toMatchObject({ wasSent: false });
  connection.state = { phase: "connecting", attempt: 1 };
  await vi.advanceTimersByTimeAsync(15_000);
  await run;
});
