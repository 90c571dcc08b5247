import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { PreOrder as PreOrder_Api_Backend } from "../src/generated/rest.ts";
import type {
  BrokerConnectionStatus as BrokerConnectionStatus_Ws_Backend,
  PlacedOrder as PlacedOrder_Ws_Backend,
} from "../src/generated/socket.ts";
import {
  mapApiError,
  mapBrackets,
  mapBrokerConnection,
  mapHistory,
  mapOrder,
  mapPreOrder,
  mapQuote,
} from "../src/mappers.ts";
import { type Brackets, DisconnectType, type PreOrder, StopType } from "../src/model/broker.ts";

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

test("an order is sent with the fields that the backend accepts, and without undefined ones", () => {
  const order = { symbol: "AAPL", type: 2, side: 1, qty: 1, isClose: false, nonsense: 1 } as const;
  const sent: PreOrder_Api_Backend = mapPreOrder(order);
  expect(sent).toStrictEqual({ symbol: "AAPL", type: 2, side: 1, qty: 1, isClose: false });
});

test("an undefined or null field is not sent, and zero is", () => {
  const order = { symbol: "AAPL", type: 3, side: -1, qty: 1, stopPrice: 0, limitPrice: undefined };
  const sent = mapPreOrder({
    ...order,
    stopType: 0,
    takeProfit: null,
    duration: { type: "GTC", datetime: undefined },
  } as unknown as PreOrder);
  expect(sent).toStrictEqual({
    symbol: "AAPL",
    type: 3,
    side: -1,
    qty: 1,
    stopPrice: 0,
    stopType: 0,
    duration: { type: "GTC" },
  });
  const brackets = { stopLoss: 0, takeProfit: undefined } as unknown as Brackets;
  expect(mapBrackets(brackets)).toStrictEqual({ stopLoss: 0 });
});

test("history has the chart's own names", () => {
  expect(mapHistory({ bars: [], no_data: true, next_time: null })).toStrictEqual({
    bars: [],
    noData: true,
  });
  expect(mapHistory({ bars: [], no_data: false, next_time: 0 }).nextTime).toBe(0);
});

test("a quote with an error has its reason", () => {
  const quote = mapQuote({ s: "error", n: "NOPE", v: { error: "unknown_symbol" } });
  expect(quote).toStrictEqual({ s: "error", n: "NOPE", v: { error: "unknown_symbol" } });
});

test("an error response has its code, and one without a body has its status", () => {
  const response = new Response(null, { status: 422, statusText: "Unprocessable" });
  const body = { code: "price_off_tick", detail: "The price is off the tick." };
  expect(mapApiError(response, body)).toMatchObject({ status: 422, code: body.code });
  expect(mapApiError(response, undefined)).toMatchObject({ code: "unknown" });
});

const SHAPES = ["paths", "Messages", "ROUTES", "RESUMABLE", "COMMANDS"];

test.each(["../src", "."])("the names in %s show the origin of a type", (folder) => {
  for (const file of filesOf(folder)) {
    for (const { name, from } of importsOfGenerated(file)) {
      const [theirs, ours] = name.split(" as ");
      if (SHAPES.includes(name)) continue;
      expect(ours, `${file}: ${name}`).toBe(`${theirs}_${from === "rest" ? "Api" : "Ws"}_Backend`);
    }
  }
});

test("only the mappers know the wire's types", () => {
  const knowing = filesOf("../src").filter((file) =>
    importsOfGenerated(file).some(({ name }) => !SHAPES.includes(name)),
  );
  expect(knowing).toEqual(["../src/mappers.ts"]);
  const others = [...filesOf("../src/model"), ...filesOf("../src/tradingview")];
  expect(others.flatMap(importsOfGenerated)).toEqual([]);
});

/** Return each name that a file imports from generated/, and the generated file. */
function importsOfGenerated(file: string): { name: string; from: string }[] {
  const source = readFileSync(new URL(file, import.meta.url), "utf8");
  const imports = source.matchAll(
    /import (?:type )?\{([^}]*)\} from "[^"]*generated\/(rest|socket)\.ts"/g,
  );
  return [...imports].flatMap(([, names = "", from = ""]) =>
    names
      .split(",")
      .map((name) => name.trim().replace(/^type /, ""))
      .filter((name) => name !== "")
      .map((name) => ({ name, from })),
  );
}

function filesOf(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, import.meta.url))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`);
}
