import type { SocketState } from "./socket-options.ts";
import { type PollerHandler, TopicPoller } from "./topic-poller.ts";
import type { PollingOptions, TopicSource } from "./topic-source.ts";

/** The callbacks of a PollingFallback. */
export interface FallbackHandler extends Omit<PollerHandler, "onLost"> {
  /** Called when the polling begins or ends. */
  onChange(): void;
  /** Connect immediately. */
  reconnect(): void;
}

/** What an attempt that a proxy refuses or a black hole swallows ends with. */
const BLOCKED = /^1006|^The server does not answer/;

/**
 * Polls topics where WebSockets are blocked: several attempts to connect failed, REST answered, and
 * another attempt failed after that.
 */
export class PollingFallback {
  readonly #source: TopicSource;
  readonly #options: PollingOptions;
  readonly #handler: FallbackHandler;
  #poller: TopicPoller | null = null;
  #state: SocketState | null = null;
  /** Whether REST answered after the last connection. */
  #isAnswered = false;

  constructor(source: TopicSource, options: PollingOptions, handler: FallbackHandler) {
    this.#source = source;
    this.#options = options;
    this.#handler = handler;
  }

  /** The state while it polls; null otherwise. */
  get state(): SocketState | null {
    return this.#state;
  }

  /** The shortest delay in ms before the next attempt to connect. */
  get reconnectMs(): number {
    return this.#state === null ? 0 : this.#options.reconnectMs;
  }

  /** Consider to poll after an attempt that ended for `reason`, the last of so many in succession. */
  onAttemptFailed(attempts: number, reason: string): void {
    if (this.#state !== null || !BLOCKED.test(reason)) return;
    if (attempts < this.#options.attemptsMin) return;
    if (this.#isAnswered) {
      this.#start(reason);
      return;
    }
    this.#source.probe().then(
      () => {
        this.#isAnswered = true;
        this.#handler.reconnect();
      },
      () => {},
    );
  }

  /** End the polling, because the socket works again or the client is closed. */
  stop(): void {
    this.#isAnswered = false;
    if (this.#state === null) return;
    this.#poller?.stop();
    this.#poller = null;
    this.#state = null;
    this.#handler.onChange();
  }

  #start(reason: string): void {
    const gapMs = 1_000 / this.#options.requestsPerS;
    const { topics, onConfirmed, onRejected } = this.#handler;
    const onLost = () => {
      this.stop();
      this.#handler.reconnect();
    };
    this.#poller = new TopicPoller(this.#source, gapMs, {
      topics,
      onConfirmed,
      onRejected,
      onLost,
    });
    this.#state = { phase: "polling", since: Date.now(), reason };
    this.#handler.onChange();
    this.#poller.start();
  }
}
