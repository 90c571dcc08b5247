import { vi } from "vitest";
import type { Feeds } from "../../src/feeds.ts";
import type { Listener } from "../../src/listener.ts";
import type { SyncOptions } from "../../src/sync-options.ts";
import type { FakeAccount } from "./fake-account.ts";

type SyncedFeed = "orders" | "positions" | "executions";
type SyncClass<T> = new (options: SyncOptions<T>) => { ready: Promise<void>; stop(): void };

/**
 * Starts a sync over a feed that is confirmed and publishes what the test passes to `onData`.
 * `received` holds what the sync reported. `reconnect` reports a reconnection after which the
 * socket sends a snapshot and no missed updates.
 */
export async function startSync<T>(account: FakeAccount, feed: SyncedFeed, Sync: SyncClass<T>) {
  let listener = undefined as unknown as Listener<T>;
  const subscribe = (_: object, given: Listener<T>) => {
    listener = given;
    return { topic: feed, confirmed: Promise.resolve(), unsubscribe: () => {} };
  };
  const received: T[] = [];
  const sync = new Sync({
    feeds: { [feed]: subscribe } as unknown as Feeds,
    rest: account.rest,
    accountId: "A",
    now: async () => account.nowMs,
    onUpdate: (data) => void received.push(data),
    onFailed: vi.fn(),
  });
  await settle();
  const reconnect = () => listener.onReconnected?.("snapshot");
  return { sync, received, onData: (data: T) => listener.onData(data), reconnect };
}

export const settle = () => new Promise((resolve) => setTimeout(resolve));
