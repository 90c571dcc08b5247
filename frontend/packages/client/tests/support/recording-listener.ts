import type { SubscriptionError } from "../../src/errors.ts";
import type { Listener, Reconnection } from "../../src/listener.ts";

/** A listener that records its calls. */
export class RecordingListener<T> implements Listener<T> {
  readonly data: T[] = [];
  readonly reconnections: Reconnection[] = [];
  readonly failures: SubscriptionError[] = [];
  onData = (data: T) => void this.data.push(data);
  onReconnected = (how: Reconnection) => void this.reconnections.push(how);
  onFailed = (error: SubscriptionError) => void this.failures.push(error);
}
