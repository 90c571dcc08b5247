// The gaps that every client has to close.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SocketClient } from "../src/socket-client.ts";
import { topicOf } from "../src/topics.ts";
import { FakeServer } from "./support/fake-server.ts";
import { RecordingListener } from "./support/recording-listener.ts";
import { SCENARIOS } from "./support/scenarios.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(20);
const ACCOUNT = { accountId: "A" };
const datum = (seq: number) => ({ id: `${seq}`, symbol: "AAPL", qty: 1, status: 6 });

test.each(SCENARIOS.gaps)("$name", async (gap) => {
  const server = new FakeServer();
  const client = new SocketClient({ url: "ws://test/api/v1/ws", WebSocket: server.WebSocket });
  const topic = topicOf(gap.channel, ACCOUNT);
  const listener = new RecordingListener<{ id: string }>();
  client.subscribe(gap.channel, ACCOUNT, listener);
  await settle();
  if (gap.replay === null) {
    const reply = server.reply;
    server.reply = (message, name) =>
      message.type.endsWith(".resume")
        ? { status: "error", message: "subscribe again", topic: name }
        : reply(message, name);
    server.snapshots.set(topic, (gap.state ?? []).map(datum));
  }
  for (const [seq, prev] of gap.updates) server.update(topic, datum(seq), { seq, prev });
  await settle();
  const resumes = server.received.filter(({ type }) => type.endsWith(".resume"));
  const expected = gap.resumedFrom === null ? [] : [{ topic, seq: gap.resumedFrom }];
  expect(resumes.map(({ payload }) => payload)).toEqual(expected);
  for (const [seq, prev] of gap.replay ?? []) server.update(topic, datum(seq), { seq, prev });
  await settle();
  expect(listener.data.map(({ id }) => Number(id))).toEqual(gap.reported);
  client.close();
});
