import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Request, RequestQueue } from "../src/request-queue.ts";

const onTimeout = vi.fn();
let requests: RequestQueue;

beforeEach(() => {
  vi.useFakeTimers();
  onTimeout.mockReset();
  requests = new RequestQueue(1_000, onTimeout);
});

afterEach(() => vi.useRealTimers());

const request = (type: string, topic: string, onLost?: Request["onLost"]): Request => ({
  type,
  topic,
  shared: null,
  onReply: () => {},
  ...(onLost && { onLost }),
});

test("a response answers the oldest request of its type", () => {
  for (const topic of ["1", "2"]) requests.add(request("bars.subscribe", topic));
  requests.add(request("trades.subscribe", "3"));
  expect(requests.takeAnswered("trades.subscribe.response")?.topic).toBe("3");
  expect(requests.takeAnswered("bars.subscribe.response")?.topic).toBe("1");
  expect(requests.first?.topic).toBe("2");
  expect(requests.takeAnswered("quotes.subscribe.response")).toBeUndefined();
});

test("only the first request times out, at its own deadline", async () => {
  requests.add(request("bars.subscribe", "1"));
  await vi.advanceTimersByTimeAsync(600);
  requests.add(request("bars.subscribe", "2"));
  requests.takeAnswered("bars.subscribe.response");
  await vi.advanceTimersByTimeAsync(900);
  expect(onTimeout).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  expect(onTimeout).toHaveBeenCalledOnce();
  expect(onTimeout.mock.calls[0]?.[0]).toMatchObject({ topic: "2" });
});

test("a step of the wall clock does not change a deadline", async () => {
  for (const stepMs of [3_600_000, -3_600_000]) {
    onTimeout.mockReset();
    requests = new RequestQueue(1_000, onTimeout);
    requests.add(request("bars.subscribe", "1"));
    requests.add(request("bars.subscribe", "2"));
    await vi.advanceTimersByTimeAsync(100);
    vi.setSystemTime(Date.now() + stepMs);
    requests.takeAnswered("bars.subscribe.response");
    await vi.advanceTimersByTimeAsync(800);
    expect(onTimeout).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(onTimeout).toHaveBeenCalledOnce();
  }
});

test("a lost connection ends all requests and their timeout", async () => {
  const onLost = vi.fn();
  requests.add(request("bars.subscribe", "1", onLost));
  requests.add(request("bars.subscribe", "2"));
  requests.loseAll("closed");
  expect(onLost).toHaveBeenCalledExactlyOnceWith("closed");
  expect(requests.first).toBeUndefined();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(onTimeout).not.toHaveBeenCalled();
});
