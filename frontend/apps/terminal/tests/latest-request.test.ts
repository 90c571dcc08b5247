import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LatestRequest } from "../src/chart/lines/latest-request.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A server that answers when the test says so. */
function slowServer() {
  const sent: number[] = [];
  const answers: PromiseWithResolvers<string>[] = [];
  const send = (value: number) => {
    sent.push(value);
    const answer = Promise.withResolvers<string>();
    answers.push(answer);
    return answer.promise;
  };
  return { sent, answers, send };
}

test("values that were replaced before their turn are not sent", async () => {
  const { sent, answers, send } = slowServer();
  const shown: (string | null)[] = [];
  const request = new LatestRequest(send, (answer) => shown.push(answer));
  for (const value of [1, 2, 3]) request.request(value);
  expect(sent).toEqual([1]);
  answers[0]?.resolve("one");
  await vi.advanceTimersByTimeAsync(249);
  expect(shown).toEqual(["one"]);
  expect(sent).toEqual([1]);
  await vi.advanceTimersByTimeAsync(1);
  expect(sent).toEqual([1, 3]);
});

test("an answer after a cancellation is not shown, and an error is no answer", async () => {
  const { sent, answers, send } = slowServer();
  const shown: (string | null)[] = [];
  const request = new LatestRequest(send, (answer) => shown.push(answer));
  request.request(1);
  request.cancel();
  request.request(2);
  answers[0]?.resolve("one");
  await vi.advanceTimersByTimeAsync(250);
  expect(shown).toEqual([]);
  answers[1]?.reject(new Error("rejected"));
  await vi.advanceTimersByTimeAsync(250);
  expect(shown).toEqual([null]);
  expect(sent).toEqual([1, 2]);
});
