import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { PreOrder as PreOrder_Api_Backend } from "../src/generated/rest.ts";
import type {
  BrokerConnectionStatus as BrokerConnectionStatus_Ws_Backend,
  PlacedOrder as PlacedOrder_Ws_Backend,
} from "../src/generated/socket.ts";
import {
  mapBrokerConnection,
  mapHistory,
  mapOrder,
  mapPreOrder,
  mapQuote,
} from "../src/mappers.ts";
import { DisconnectType, type PreOrder, StopType } from "../src/model/broker.ts";

const wireOrder: PlacedOrder_Ws_Backend = {
  id: "order-1",
  symbol: "AAPL",
  type: 3,
  side: -1,
  qty: 10,
  status: 6,
  limitPrice: null,
  stopPrice: 0,
  stopType: 0,
  filledQty: 0,
  message: null,
  duration: { type: "GTC", datetime: null },
};

test("null is absent, at every depth, and zero is a value", () => {
  const order = mapOrder(wireOrder);
  expect(order).toStrictEqual({
    id: "order-1",
    symbol: "AAPL",
    type: 3,
    side: -1,
    qty: 10,
    status: 6,
    stopPrice: 0,
    stopType: StopType.StopLoss,
    filledQty: 0,
    duration: { type: "GTC" },
  });
  expect("limitPrice" in order).toBe(false);
});

test("the enum values that are 0 survive both ways", () => {
  const status: BrokerConnectionStatus_Ws_Backend = { status: 3, disconnectType: 0, timestamp: 0 };
  expect(mapBrokerConnection(status)).toStrictEqual({
    status: 3,
    disconnectType: DisconnectType.LogOut,
    timestamp: 0,
  });
  const order: PreOrder = { symbol: "AAPL", type: 3, side: 1, qty: 1, stopType: StopType.StopLoss };
  expect(mapPreOrder(order).stopType).toBe(0);
});

test("an order is sent with what the backend knows, and without what is undefined", () => {
  const order = { symbol: "AAPL", type: 2, side: 1, qty: 1, isClose: false, nonsense: 1 } as const;
  const sent: PreOrder_Api_Backend = mapPreOrder(order);
  expect(sent).toStrictEqual({ symbol: "AAPL", type: 2, side: 1, qty: 1, isClose: false });
});

test("history has the chart's own names", () => {
  expect(mapHistory({ bars: [], no_data: true, next_time: null })).toStrictEqual({
    bars: [],
    noData: true,
  });
  expect(mapHistory({ bars: [], no_data: false, next_time: 0 }).nextTime).toBe(0);
});

test("a quote in error says why", () => {
  const quote = mapQuote({ s: "error", n: "NOPE", v: { error: "unknown_symbol" } });
  expect(quote).toStrictEqual({ s: "error", n: "NOPE", v: { error: "unknown_symbol" } });
});

test.each(["../src", "."])("names in %s tell where a type is from", (folder) => {
  for (const file of filesOf(folder)) {
    const source = readFileSync(new URL(file, import.meta.url), "utf8");
    for (const [, names = "", from = ""] of source.matchAll(
      /import (?:type )?\{([^}]*)\} from "[^"]*generated\/(rest|socket)\.ts"/g,
    )) {
      for (const name of names.split(",").map((each) => each.trim().replace(/^type /, ""))) {
        if (name === "" || /^(paths|Messages|ROUTES|RESUMABLE)$/.test(name)) continue;
        const [theirs, ours] = name.split(" as ");
        expect(ours, `${file}: ${name}`).toBe(
          `${theirs}_${from === "rest" ? "Api" : "Ws"}_Backend`,
        );
      }
    }
  }
});

function filesOf(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, import.meta.url))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`);
}
