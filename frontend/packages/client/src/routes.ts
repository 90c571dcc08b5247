import { orderKey, positionKey } from "./account-merge.ts";
import type { Messages, ROUTES } from "./generated/socket.ts";
import { isLive } from "./model/broker.ts";

export type Route = (typeof ROUTES)[number];
export type SubscriptionOf<R extends Route> = Messages[`${R}.subscribe`];
export type DataOf<R extends Route> = Messages[`${R}.update`]["payload"];
export type Reply = Messages["bars.subscribe.response"];

/** The fields of each command's `ok` reply, beside `status`, `id` and `message`. */
export interface CommandResults {
  "orders.place": { orderId: string };
  "orders.preview": { preview: object };
  "orders.modify": object;
  "orders.cancel": object;
  "orders.cancel-many": { canceled: string[] };
  "positions.close": object;
  "positions.reverse": object;
  "positions.brackets": object;
  "leverage.set": { leverage: number };
}

export type CommandType = keyof CommandResults;

/** The reply to a command, which names it by `id`. With `ok` it also has the results. */
export interface CommandReply {
  status: "ok" | "error";
  id: string | number;
  message: string;
  code?: string | null;
  retryAfter?: number | null;
}

/** The payload of an update. `seq` and `prev` are set where the backend numbers the updates. */
export interface Update<R extends Route = Route> {
  topic: string;
  payload: DataOf<R>;
  seq?: number | null;
  prev?: number | null;
}

/**
 * How a topic's present state follows from its updates. The latest update under each `key` is part
 * of the state, unless `isRemoved`. A route that is null has no state.
 */
export const STATE_ENTRY: {
  [R in Route]: ((data: DataOf<R>) => { key: string; isRemoved: boolean }) | null;
} = {
  bars: () => LATEST,
  trades: () => LATEST,
  orderbook: () => LATEST,
  equity: () => LATEST,
  "broker-connection": () => LATEST,
  quotes: ({ n }) => ({ key: n, isRemoved: false }),
  orders: (order) => ({ key: orderKey(order), isRemoved: !isLive(order.status) }),
  "position-pl": ({ symbol }) => ({ key: symbol, isRemoved: false }),
  positions: (position) => ({ key: positionKey(position), isRemoved: position.qty === 0 }),
  executions: null,
};

const LATEST = { key: "", isRemoved: false };
