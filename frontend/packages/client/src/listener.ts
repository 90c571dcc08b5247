import type { SubscriptionError } from "./errors.ts";

/**
 * How a topic continued after an outage. `replayed`: the server sent every missed update.
 * `snapshot`: the server sent the topic's present state, and the updates in between are lost.
 */
export type Reconnection = "replayed" | "snapshot";

export interface Listener<T> {
  onData(data: T): void;
  /** Called after an outage, before the first data. */
  onReconnected?(how: Reconnection): void;
  /** Called when the server ends the subscription: it rejects it, or does not answer. */
  onFailed?(error: SubscriptionError): void;
}

export interface Subscription {
  readonly topic: string;
  /**
   * Resolves once the server confirmed the topic. Rejects with a SubscriptionError, which the
   * runtime reports as unhandled if nothing handles it and the listener has no `onFailed`.
   */
  readonly confirmed: Promise<void>;
  /** End the subscription. The listener is not called afterwards. A second call does nothing. */
  unsubscribe(): void;
}

/** Return a new listener that calls `listener`. */
export function bindListener<T>(listener: Listener<T>): Listener<T> {
  return {
    onData: (data) => listener.onData(data),
    ...(listener.onReconnected && { onReconnected: (how) => listener.onReconnected?.(how) }),
    ...(listener.onFailed && { onFailed: (error) => listener.onFailed?.(error) }),
  };
}

/** Call a listener. An error that it throws is reported and does not stop the caller. */
export function callListener(call: () => void): void {
  try {
    call();
  } catch (error) {
    reportError(error);
  }
}

/** Throw `error` in a microtask, so that the runtime reports it as uncaught. */
export function reportError(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
