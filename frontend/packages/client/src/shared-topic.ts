import { SubscriptionError } from "./errors.ts";
import type { DataOf, Route, SubscriptionOf, Update } from "./routes.ts";
import { STATE_ENTRY } from "./routes.ts";
import { SequenceTracker } from "./sequence-tracker.ts";

/**
 * How a topic went on after an interruption. `replayed`: with all that was missed. `snapshot`: with
 * its present state; what came and went in between was not told.
 */
export type Reconnection = "replayed" | "snapshot";

export interface Listener<T> {
  onData(data: T): void;
  /** Before the first data after an interruption. */
  onReconnected?(how: Reconnection): void;
  /** It is over, and nobody here ended it: the server refused it, or did not answer. */
  onFailed?(error: SubscriptionError): void;
}

export interface Subscription {
  readonly topic: string;
  /**
   * Resolves once the server confirmed the topic; rejects with a SubscriptionError. A rejection
   * that nobody handles is reported by the runtime, unless the listener has `onFailed`.
   */
  readonly confirmed: Promise<void>;
  /** Nothing is told afterwards. Twice is once. */
  unsubscribe(): void;
}

interface Waiter {
  confirmed: Promise<void>;
  resolve(): void;
  reject(error: SubscriptionError): void;
}

/** A topic, whoever listens to it, and what is known of it. */
export class SharedTopic<R extends Route = Route> {
  /** On this connection. Updates that come while it is `asked` for belong to what was before. */
  status: "unsubscribed" | "subscribing" | "resuming" | "confirmed" = "unsubscribed";
  wasConfirmed = false;
  /** From where the last resume was asked for: asking again from there would not help. */
  replayedFrom: number | null = null;
  readonly sequence = new SequenceTracker();
  readonly route: R;
  readonly topic: string;
  readonly subscription: SubscriptionOf<R>;
  readonly #listeners = new Map<Listener<DataOf<R>>, Waiter>();
  readonly #state = new Map<string, DataOf<R>>();

  constructor(route: R, topic: string, subscription: SubscriptionOf<R>) {
    this.route = route;
    this.topic = topic;
    this.subscription = subscription;
  }

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  add(listener: Listener<DataOf<R>>): Promise<void> {
    const { promise: confirmed, resolve, reject } = Promise.withResolvers<void>();
    this.#listeners.set(listener, { confirmed, resolve, reject });
    if (this.status === "confirmed") resolve();
    if (listener.onFailed) confirmed.catch(() => {});
    // The server tells its state to the first listener only. Not before the caller has its handle.
    const state = [...this.#state.values()];
    queueMicrotask(() => {
      for (const data of state) {
        if (this.#listeners.has(listener)) callListener(() => listener.onData(data));
      }
    });
    return confirmed;
  }

  /** Whether it was there. */
  remove(listener: Listener<DataOf<R>>): boolean {
    const waiter = this.#listeners.get(listener);
    if (waiter === undefined) return false;
    this.#listeners.delete(listener);
    end(waiter, new SubscriptionError("ended", this.topic, "Unsubscribed"));
    return true;
  }

  confirm(how: Reconnection): void {
    this.status = "confirmed";
    if (how === "snapshot") {
      this.resetSequence();
      this.#state.clear();
      this.replayedFrom = null;
    }
    const isFirst = !this.wasConfirmed;
    this.wasConfirmed = true;
    for (const [listener, waiter] of this.#listeners) {
      waiter.resolve();
      if (!isFirst) callListener(() => listener.onReconnected?.(how));
    }
    if (how === "replayed") this.#publish(this.sequence.finishReplay());
  }

  /** Something is missing for good. The state tells what came after it; of fills there is none. */
  resetSequence(): void {
    const buffered = this.sequence.reset();
    if (!STATE_ENTRY[this.route]) this.#publish(buffered);
  }

  /** False: something before it is missing. */
  accept(update: Update<R>): boolean {
    const updates = this.sequence.accept(update);
    if (updates !== null) this.#publish(updates);
    return updates !== null;
  }

  fail(error: SubscriptionError): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const [listener, waiter] of listeners) {
      if (error.code === "ended") {
        end(waiter, error);
        continue;
      }
      waiter.reject(error);
      if (listener.onFailed) callListener(() => listener.onFailed?.(error));
      else if (this.wasConfirmed) reportError(error);
    }
  }

  #publish(updates: Update[]): void {
    for (const update of updates) {
      const data = update.payload as DataOf<R>;
      this.#updateState(data);
      for (const listener of [...this.#listeners.keys()]) {
        if (this.#listeners.has(listener)) callListener(() => listener.onData(data));
      }
    }
  }

  #updateState(data: DataOf<R>): void {
    const state = STATE_ENTRY[this.route]?.(data);
    if (!state) return;
    if (state.isRemoved) this.#state.delete(state.key);
    else this.#state.set(state.key, data);
  }
}

/** What its own listener ended is no fault, whether or not somebody waits for it. */
function end({ confirmed, reject }: Waiter, error: SubscriptionError): void {
  confirmed.catch(() => {});
  reject(error);
}

/** A listener's fault is its own: it is reported, and the others are told. */
export function callListener(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    reportError(error);
  }
}

function reportError(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
