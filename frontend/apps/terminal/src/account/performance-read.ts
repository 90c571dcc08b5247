import type { TradingClient } from "@trading-api/client";
import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import type { TradingAccount } from "../account.ts";
import { messageOf } from "../error-messages.ts";
import { readUntilAnswered } from "../read-until-answered.ts";

/** The least time between two reads of the same figures. */
const REFRESH_MS = 2_000;

export interface PerformanceRead<T> {
  /** What was read last; undefined before the first answer, and after a failure. */
  data: Accessor<T | undefined>;
  /** Why the server refused, or an empty text. */
  failure: Accessor<string>;
  retry(): void;
}

/**
 * Read figures of the account now, and again after its events, such as a fill, a deposit or a reset,
 * while the component is on the screen. The balance alone may be the same after a reset. `read` is
 * tracked: what it uses before its first await causes another read.
 */
export function createPerformanceRead<T>(
  socket: Pick<TradingClient["socket"], "onState">,
  account: Pick<TradingAccount, "state" | "equity">,
  read: () => Promise<T>,
): PerformanceRead<T> {
  const [data, setData] = createSignal<T>();
  const [failure, setFailure] = createSignal("");
  const [attempt, setAttempt] = createSignal(0);
  let current: object | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let startedAt = Number.NEGATIVE_INFINITY;

  const start = async (first: Promise<T>) => {
    const own = {};
    current = own;
    startedAt = performance.now();
    let answer: Promise<T> | null = first;
    const next = () => {
      const promise = answer ?? read();
      answer = null;
      return promise;
    };
    try {
      const found = await readUntilAnswered(socket, next, () => current === own);
      if (found === undefined || current !== own) return;
      setData(() => found);
      setFailure("");
    } catch (error) {
      if (current === own) setFailure(messageOf(error));
    }
  };
  createEffect(() => {
    attempt();
    void start(read());
  });
  const changes = createMemo(() => {
    const { deposited, seq } = account.equity ?? {};
    return [account.state?.balance, deposited, seq].join();
  });
  createEffect(
    on(
      changes,
      () => {
        clearTimeout(timer);
        const wait = startedAt + REFRESH_MS - performance.now();
        timer = setTimeout(() => void start(read()), Math.max(wait, 0));
      },
      { defer: true },
    ),
  );
  onCleanup(() => {
    current = null;
    clearTimeout(timer);
  });
  return { data, failure, retry: () => setAttempt((count) => count + 1) };
}
