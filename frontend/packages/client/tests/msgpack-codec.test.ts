import { encode } from "@msgpack/msgpack";
import { expect, test } from "vitest";
import { MsgpackCodec } from "../src/msgpack-codec.ts";
import { SocketClient } from "../src/socket-client.ts";
import type { WebSocketLike } from "../src/socket-options.ts";
import { until } from "./support/until.ts";

const FIELDS = {
  bars: ["time", "open", "high", "low", "close", "volume"],
  orders: ["id", "qty", { name: "duration", fields: ["type", "datetime"] }, "version"],
  orderbook: ["snapshot", { name: "asks", items: ["price", "volume"] }],
  quotes: ["s", "n", { name: "v", ok: ["lp", "ask"], error: ["error"] }],
  notifications: ["id", "reference"],
};

/** Return the frame of a value. */
const frame = (value: unknown): ArrayBuffer => encode(value).slice().buffer;

/** Return a codec that has received the reply to the subscription of topic 7. */
function codecOf(route: string): { codec: MsgpackCodec; topic: string } {
  const codec = new MsgpackCodec(FIELDS);
  const topic = `${route}:{"symbol":"A:B"}`;
  const reply = {
    type: `${route}.subscribe.response`,
    payload: { status: "ok", message: "", topic, topicId: 7 },
  };
  expect(codec.decode(frame(reply))).toEqual(reply);
  return { codec, topic };
}

test("an update is decoded byte by byte as docs/protocol.md describes", () => {
  const { codec, topic } = codecOf("bars");
  const bytes = Uint8Array.from(
    "93 07 96 cf 00 00 01 a0 c4 51 08 40 cb 40 67 6c cc cc cc cc cd cb 40 67 73 85 1e b8 51 ec cb 40 67 6b 33 33 33 33 33 cb 40 67 6d c2 8f 5c 28 f6 cb 40 bf b8 00 00 00 00 00 cf 00 00 01 a0 c4 51 09 3a"
      .split(" ")
      .map((byte) => Number.parseInt(byte, 16)),
  );
  const payload = {
    time: 1790000040000,
    open: 187.4,
    high: 187.61,
    low: 187.35,
    close: 187.43,
    volume: 8120,
  };
  expect(codec.decode(bytes.buffer)).toEqual({
    type: "bars.update",
    payload: { topic, payload, ts: 1790000040250 },
  });
});

test.each([
  ["orders", ["1", 2, null, 3], { id: "1", qty: 2, version: 3 }],
  ["orders", ["1", 2, ["GTC"]], { id: "1", qty: 2, duration: { type: "GTC" } }],
  [
    "orders",
    ["1", 2, ["GTD", 5], 4, "new"],
    { id: "1", qty: 2, duration: { type: "GTD", datetime: 5 }, version: 4 },
  ],
  [
    "orderbook",
    [
      true,
      [
        [1, 2],
        [3, 4],
      ],
    ],
    {
      snapshot: true,
      asks: [
        { price: 1, volume: 2 },
        { price: 3, volume: 4 },
      ],
    },
  ],
  ["quotes", ["ok", "AAPL", [1, 2]], { s: "ok", n: "AAPL", v: { lp: 1, ask: 2 } }],
  ["quotes", ["error", "NOPE", ["unknown"]], { s: "error", n: "NOPE", v: { error: "unknown" } }],
  ["notifications", [4, { orderId: "1" }], { id: 4, reference: { orderId: "1" } }],
])("the data of %s are objects again: %j", (route, values, data) => {
  const { codec, topic } = codecOf(route);
  const meta = { seq: 7, prev: 6, request_id: "r" };
  expect(codec.decode(frame([7, values, 1, meta]))).toEqual({
    type: `${route}.update`,
    payload: { topic, payload: data, ts: 1, ...meta },
  });
});

test.each([
  ["text", "{}"],
  ["no MessagePack", Uint8Array.from([0xc1]).buffer],
  ["an update of an unknown topic", frame([8, [1], 1])],
  ["an array that is no update", frame([7])],
  ["no message", frame(3)],
  ["nil", frame(null)],
])("%s is no message", (_, data) => {
  expect(codecOf("bars").codec.decode(data)).toBeNull();
});

test("a message of the client is a map, without fields that are undefined", () => {
  const codec = new MsgpackCodec();
  const message = {
    type: "orders.place",
    payload: { id: 1, order: { qty: 1, limitPrice: undefined } },
  };
  expect(codec.decode(codec.encode(message).slice().buffer)).toEqual({
    type: "orders.place",
    payload: { id: 1, order: { qty: 1 } },
  });
});

// The negotiation

/** A socket of a server that selects `selected`. */
function socketOf(selected: string, offered: string[][], sent: unknown[]) {
  return class implements WebSocketLike {
    onopen: (() => void) | null = null;
    onmessage: WebSocketLike["onmessage"] = null;
    onclose: WebSocketLike["onclose"] = null;
    onerror: (() => void) | null = null;
    readonly protocol = selected;

    constructor(_: string, protocols: string[]) {
      offered.push(protocols);
      setTimeout(() => this.onopen?.());
    }

    send(data: unknown): void {
      sent.push(data);
    }

    close(): void {}
  };
}

test.each([
  ["trading-api.msgpack.v1", Uint8Array],
  ["trading-api", String],
])("a server that selects %s gets its encoding", async (selected, Type) => {
  const [offered, sent]: [string[][], unknown[]] = [[], []];
  const client = new SocketClient({
    url: "ws://test",
    encoding: "msgpack",
    authentication: {
      token: async () => ({ value: "t" }),
      protocols: (token) => ["trading-api", `bearer.${token}`],
    },
    WebSocket: socketOf(selected, offered, sent),
  });
  client.subscribe("equity", { accountId: "A" }, { onData: () => {} }).confirmed.catch(() => {});
  await until(() => sent.length > 0);
  expect(offered).toEqual([["trading-api.msgpack.v1", "trading-api", "bearer.t"]]);
  expect(Object(sent[0])).toBeInstanceOf(Type);
  client.close();
});
