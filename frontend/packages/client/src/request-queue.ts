import type { Reply } from "./routes.ts";
import type { SharedTopic } from "./shared-topic.ts";
import { Timers } from "./timers.ts";

export interface Request {
  /** The type of the message, such as `bars.subscribe`. */
  type: string;
  topic: string;
  /** The topic that fails with the request; null where none does. */
  shared: SharedTopic | null;
  onReply(reply: Reply): void;
  /** Called where the connection ends before the reply. */
  onLost?(reason: string): void;
}

/** The requests of a connection that wait for their reply. The server replies in order. */
export class RequestQueue {
  readonly #timeoutMs: number;
  readonly #onTimeout: (request: Request) => void;
  readonly #timers = new Timers<"reply">();
  #pending: (Request & { deadline: number })[] = [];

  constructor(timeoutMs: number, onTimeout: (request: Request) => void) {
    this.#timeoutMs = timeoutMs;
    this.#onTimeout = onTimeout;
  }

  get first(): Request | undefined {
    return this.#pending[0];
  }

  add(request: Request): void {
    this.#pending.push({ ...request, deadline: performance.now() + this.#timeoutMs });
    if (this.#pending.length === 1) this.#startTimeout();
  }

  /** Remove and return the oldest request that a message of `responseType` answers. */
  takeAnswered(responseType: string): Request | undefined {
    const index = this.#pending.findIndex(({ type }) => `${type}.response` === responseType);
    if (index < 0) return undefined;
    const [request] = this.#pending.splice(index, 1);
    this.#startTimeout();
    return request;
  }

  /** Remove all requests, because the connection ended, and call their `onLost`. */
  loseAll(reason: string): void {
    this.#timers.stopAll();
    const lost = this.#pending;
    this.#pending = [];
    for (const request of lost) request.onLost?.(reason);
  }

  #startTimeout(): void {
    this.#timers.stop("reply");
    const first = this.#pending[0];
    if (first === undefined) return;
    this.#timers.start("reply", first.deadline - performance.now(), () => this.#onTimeout(first));
  }
}
