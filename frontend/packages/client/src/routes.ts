import { orderKey, positionKey } from "./account-merge.ts";
import type { COMMANDS, Messages, ROUTES } from "./generated/socket.ts";
import { isLive } from "./model/broker.ts";

export type Route = (typeof ROUTES)[number];
export type SubscriptionOf<R extends Route> = Messages[`${R}.subscribe`];
export type DataOf<R extends Route> = Messages[`${R}.update`]["payload"];
export type Reply = Messages["bars.subscribe.response"];

export type CommandType = (typeof COMMANDS)[number];
/** What a command has besides its account, its `id` and its key. */
export type CommandPayload<T extends CommandType> = Omit<Messages[T], "accountId" | "id" | "key">;
export type CommandReply<T extends CommandType = CommandType> = Messages[`${T}.response`];
/** A reply with the status `ok`, which has every result. */
export type CommandResult<T extends CommandType> = {
  [K in keyof CommandReply<T>]-?: NonNullable<CommandReply<T>[K]>;
};

/** Return whether the same request may succeed later: a server without an owner says so. */
export const isTemporary = ({ message }: Reply): boolean => /\btry again\.$/i.test(message);

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
  replay: () => LATEST,
  equity: () => LATEST,
  account: () => LATEST,
  alerts: ({ id, status }) => ({ key: id, isRemoved: status === "deleted" }),
  "broker-connection": () => LATEST,
  quotes: ({ n }) => ({ key: n, isRemoved: false }),
  orders: (order) => ({ key: orderKey(order), isRemoved: !isLive(order.status) }),
  "position-pl": ({ symbol }) => ({ key: symbol, isRemoved: false }),
  positions: (position) => ({ key: positionKey(position), isRemoved: position.qty === 0 }),
  executions: null,
  notifications: null,
};

const LATEST = { key: "", isRemoved: false };
