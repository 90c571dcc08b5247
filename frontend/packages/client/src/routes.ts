import type { Messages, ROUTES } from "./generated/socket.ts";
import { isLive } from "./model/broker.ts";

export type Route = (typeof ROUTES)[number];
export type SubscriptionOf<R extends Route> = Messages[`${R}.subscribe`];
export type DataOf<R extends Route> = Messages[`${R}.update`]["payload"];
export type Reply = Messages["bars.subscribe.response"];

/** `seq` and `prev` where the backend numbers a topic's updates. */
export interface Update<R extends Route = Route> {
  topic: string;
  payload: DataOf<R>;
  seq?: number | null;
  prev?: number | null;
}

/**
 * What of a topic is its present state: for each datum a key, under which the latest one counts,
 * and whether it ends what it tells of. null where a topic has no state.
 */
export const SNAPSHOT_ENTRY: {
  [R in Route]: ((data: DataOf<R>) => { key: string; isRemoved: boolean }) | null;
} = {
  bars: () => LATEST,
  trades: () => LATEST,
  orderbook: () => LATEST,
  equity: () => LATEST,
  "broker-connection": () => LATEST,
  quotes: ({ n }) => ({ key: n, isRemoved: false }),
  orders: ({ id, status }) => ({ key: id, isRemoved: !isLive(status) }),
  positions: ({ id, qty }) => ({ key: id, isRemoved: qty === 0 }),
  executions: null,
};

const LATEST = { key: "", isRemoved: false };
