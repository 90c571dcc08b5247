import { Continuity } from "./continuity.ts";
import { SubscriptionError } from "./errors.ts";
import type { DataOf, Route, SubscriptionOf, Update } from "./routes.ts";
import { PRESENT_STATE } from "./routes.ts";

/**
 * How a topic went on after an interruption. `resumed`: with all that was missed. `renewed`: with
 * its present state; what came and went in between was not told.
 */
export type Continuation = "resumed" | "renewed";

export interface Listener<T> {
  onData(data: T): void;
  /** Before the first data after an interruption. */
  onContinued?(how: Continuation): void;
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
export class FollowedTopic<R extends Route = Route> {
  /** On this connection. Updates that come while it is `asked` for belong to what was before. */
  status: "wanted" | "asked" | "resuming" | "confirmed" = "wanted";
  wasConfirmed = false;
  /** From where the last resume was asked for: asking again from there would not help. */
  resumedFrom: number | null = null;
  readonly continuity = new Continuity();
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

  get isFollowed(): boolean {
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
        if (this.#listeners.has(listener)) call(() => listener.onData(data));
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

  confirm(how: Continuation): void {
    this.status = "confirmed";
    if (how === "renewed") {
      this.restart();
      this.#state.clear();
      this.resumedFrom = null;
    }
    const isFirst = !this.wasConfirmed;
    this.wasConfirmed = true;
    for (const [listener, waiter] of this.#listeners) {
      waiter.resolve();
      if (!isFirst) call(() => listener.onContinued?.(how));
    }
    if (how === "resumed") this.#tell(this.continuity.resume());
  }

  /** Something is missing for good. The state tells what came after it; of fills there is none. */
  restart(): void {
    const held = this.continuity.restart();
    if (!PRESENT_STATE[this.route]) this.#tell(held);
  }

  /** False: something before it is missing. */
  take(update: Update<R>): boolean {
    const updates = this.continuity.take(update);
    if (updates !== null) this.#tell(updates);
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
      if (listener.onFailed) call(() => listener.onFailed?.(error));
      else if (this.wasConfirmed) throwLater(error);
    }
  }

  #tell(updates: Update[]): void {
    for (const update of updates) {
      const data = update.payload as DataOf<R>;
      this.#remember(data);
      for (const listener of [...this.#listeners.keys()]) {
        if (this.#listeners.has(listener)) call(() => listener.onData(data));
      }
    }
  }

  #remember(data: DataOf<R>): void {
    const state = PRESENT_STATE[this.route]?.(data);
    if (!state) return;
    if (state.isOver) this.#state.delete(state.key);
    else this.#state.set(state.key, data);
  }
}

/** What its own listener ended is no fault, whether or not somebody waits for it. */
function end({ confirmed, reject }: Waiter, error: SubscriptionError): void {
  confirmed.catch(() => {});
  reject(error);
}

/** A listener's fault is its own: it is reported, and the others are told. */
export function call(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    throwLater(error);
  }
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
