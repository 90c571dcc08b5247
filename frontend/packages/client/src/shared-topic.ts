import { SubscriptionError } from "./errors.ts";
import { callListener, type Listener, type Reconnection, reportError } from "./listener.ts";
import type { DataOf, Route, SubscriptionOf, Update } from "./routes.ts";
import { STATE_ENTRY } from "./routes.ts";
import { SequenceTracker } from "./sequence-tracker.ts";

/** A listener's pending confirmation. */
interface Confirmation {
  promise: Promise<void>;
  resolve(): void;
  reject(error: SubscriptionError): void;
}

/** The time after the last part of a snapshot at which it is complete. */
const SNAPSHOT_MS = 500;

/** A topic's state after the update `seq`. */
export interface StoredTopic {
  seq: number;
  state: DataOf<Route>[];
}

/** A topic that several listeners share, with its present state and its sequence numbers. */
export class SharedTopic<R extends Route = Route> {
  /**
   * The status on the current connection. Updates that arrive while it is `subscribing` belong to
   * an earlier subscription.
   */
  status: "unsubscribed" | "subscribing" | "resuming" | "confirmed" = "unsubscribed";
  wasConfirmed = false;
  /** The sequence number of the last resume. A second resume from there would not help. */
  resumedFrom: number | null = null;
  readonly sequence = new SequenceTracker();
  readonly route: R;
  readonly topic: string;
  readonly subscription: SubscriptionOf<R>;
  readonly #listeners = new Map<Listener<DataOf<R>>, Confirmation>();
  readonly #state = new Map<string, DataOf<R>>();
  /** When the last part of a snapshot arrived. Nothing marks the end of one. */
  #snapshotAt = Number.NEGATIVE_INFINITY;
  /** The state before a reload of the page, until the server replays what followed. */
  #restored: StoredTopic | null = null;

  constructor(route: R, topic: string, subscription: SubscriptionOf<R>) {
    this.route = route;
    this.topic = topic;
    this.subscription = subscription;
  }

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /** Return the state to store; null where it may be incomplete or has no sequence number. */
  get stored(): StoredTopic | null {
    if (this.#restored !== null) return this.#restored;
    const seq = this.sequence.lastSeq;
    const isComplete = performance.now() - this.#snapshotAt >= SNAPSHOT_MS;
    return seq === null || !isComplete ? null : { seq, state: [...this.#state.values()] };
  }

  /** Continue from a state that was stored before a reload of the page. */
  restore(stored: StoredTopic): void {
    this.#restored = stored;
    this.sequence.lastSeq = stored.seq;
  }

  /** Add a listener. The promise resolves once the server confirmed the topic. */
  add(listener: Listener<DataOf<R>>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#listeners.set(listener, { promise, resolve, reject });
    if (this.status === "confirmed") resolve();
    if (listener.onFailed) promise.catch(() => {});
    // The server sends its state for the first listener only, so later ones get it from here. A
    // microtask lets the caller store its subscription first.
    const state = [...this.#state.values()];
    queueMicrotask(() => {
      for (const data of state) {
        if (this.#listeners.has(listener)) callListener(() => listener.onData(data));
      }
    });
    return promise;
  }

  /** Remove a listener. Return whether it was there. */
  remove(listener: Listener<DataOf<R>>): boolean {
    const confirmation = this.#listeners.get(listener);
    if (confirmation === undefined) return false;
    this.#listeners.delete(listener);
    rejectQuietly(confirmation, new SubscriptionError("ended", this.topic, "Unsubscribed"));
    return true;
  }

  /** Record the server's confirmation and notify the listeners. */
  confirm(how: Reconnection): void {
    this.status = "confirmed";
    if (how === "snapshot") {
      this.resetSequence();
      this.#state.clear();
      this.resumedFrom = null;
      this.#restored = null;
    }
    const isFirst = !this.wasConfirmed;
    this.wasConfirmed = true;
    for (const [listener, { resolve }] of this.#listeners) {
      resolve();
      if (!isFirst) callListener(() => listener.onReconnected?.(how));
    }
    this.#publishRestored();
    if (how === "replayed") this.#publish(this.sequence.finishReplay());
  }

  /**
   * Give up on missing updates. The buffered updates after them are published only where the topic
   * has no state: otherwise the next state contains them.
   */
  resetSequence(): void {
    const buffered = this.sequence.reset();
    if (!STATE_ENTRY[this.route]) this.#publish(buffered);
  }

  /** Publish an update. Return false if an update before it is missing. */
  accept(update: Update<R>): boolean {
    this.#snapshotAt =
      typeof update.prev === "number" ? Number.NEGATIVE_INFINITY : performance.now();
    const updates = this.sequence.accept(update);
    if (updates !== null) this.#publish(updates);
    return updates !== null;
  }

  /** Remove all listeners because of `error`. */
  fail(error: SubscriptionError): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const [listener, confirmation] of listeners) {
      if (error.code === "ended") {
        rejectQuietly(confirmation, error);
        continue;
      }
      confirmation.reject(error);
      if (listener.onFailed) callListener(() => listener.onFailed?.(error));
      else if (this.wasConfirmed) reportError(error);
    }
  }

  #publishRestored(): void {
    const { state } = this.#restored ?? { state: [] };
    this.#restored = null;
    for (const data of state) this.#publishData(data as DataOf<R>);
  }

  #publish(updates: Update[]): void {
    for (const update of updates) this.#publishData(update.payload as DataOf<R>);
  }

  #publishData(data: DataOf<R>): void {
    this.#updateState(data);
    for (const listener of [...this.#listeners.keys()]) {
      if (this.#listeners.has(listener)) callListener(() => listener.onData(data));
    }
  }

  #updateState(data: DataOf<R>): void {
    const entry = STATE_ENTRY[this.route]?.(data);
    if (!entry) return;
    if (entry.isRemoved) this.#state.delete(entry.key);
    else this.#state.set(entry.key, data);
  }
}

/** An end that the listener itself requested is no error, even if nothing handles the promise. */
function rejectQuietly({ promise, reject }: Confirmation, error: SubscriptionError): void {
  promise.catch(() => {});
  reject(error);
}
