import { ApiError } from "./errors.ts";
import type { SharedTopic } from "./shared-topic.ts";
import { Timers } from "./timers.ts";
import type { TopicReader, TopicSource } from "./topic-source.ts";

/** The callbacks of a TopicPoller. */
export interface PollerHandler {
  topics(): Iterable<SharedTopic>;
  onConfirmed(): void;
  /** Called when the server rejects a topic. */
  onRejected(shared: SharedTopic, message: string): void;
  /** Called when the server does not answer any more. */
  onLost(reason: string): void;
}

/** A topic is read at most for a tenth of the time. */
const REST_RATIO = 9;
/** The number of failures in succession after which the server counts as gone. */
const FAILURES_MAX = 3;

/** Reads the topics of a client in turn, one request at a time, and publishes what changed. */
export class TopicPoller {
  readonly #source: TopicSource;
  readonly #gapMs: number;
  readonly #handler: PollerHandler;
  readonly #timers = new Timers<"next">();
  readonly #polled = new Map<SharedTopic, { reader: TopicReader | null; dueAt: number }>();
  #failures = 0;
  #isRunning = false;

  /** `gapMs` is the shortest time between two requests. */
  constructor(source: TopicSource, gapMs: number, handler: PollerHandler) {
    this.#source = source;
    this.#gapMs = gapMs;
    this.#handler = handler;
  }

  start(): void {
    this.#isRunning = true;
    this.#timers.start("next", 0, () => void this.#pollNext());
  }

  stop(): void {
    this.#isRunning = false;
    this.#timers.stopAll();
  }

  async #pollNext(): Promise<void> {
    const due = this.#findDue();
    if (due !== undefined) await this.#poll(due);
    if (this.#isRunning) this.#timers.start("next", this.#gapMs, () => void this.#pollNext());
  }

  /** Return the topic that has been due for the longest time. */
  #findDue(): SharedTopic | undefined {
    const topics = new Set(this.#handler.topics());
    for (const shared of this.#polled.keys()) {
      if (!topics.has(shared)) this.#polled.delete(shared);
    }
    for (const shared of topics) {
      if (this.#polled.has(shared)) continue;
      const reader = this.#source.open(shared.route, shared.subscription);
      this.#polled.set(shared, { reader, dueAt: 0 });
    }
    const now = performance.now();
    const due = [...this.#polled].filter(([, { dueAt }]) => dueAt <= now);
    return due.sort(([, a], [, b]) => a.dueAt - b.dueAt)[0]?.[0];
  }

  async #poll(shared: SharedTopic): Promise<void> {
    const polled = this.#polled.get(shared);
    if (polled === undefined) return;
    const startedAt = performance.now();
    try {
      const updates = (await polled.reader?.read()) ?? [];
      this.#failures = 0;
      if (this.#isStillPolled(shared)) this.#publish(shared, updates);
    } catch (error) {
      if (this.#isStillPolled(shared)) this.#onError(shared, error as Error);
    }
    const now = performance.now();
    const pauseMs = Math.max(polled.reader?.intervalMs ?? 0, REST_RATIO * (now - startedAt));
    polled.dueAt = polled.reader === null ? Number.POSITIVE_INFINITY : now + pauseMs;
  }

  #isStillPolled(shared: SharedTopic): boolean {
    return this.#isRunning && [...this.#handler.topics()].includes(shared);
  }

  #publish(shared: SharedTopic, updates: Awaited<ReturnType<TopicReader["read"]>>): void {
    if (shared.status !== "confirmed") {
      shared.confirm("snapshot");
      this.#handler.onConfirmed();
    }
    for (const payload of updates) shared.accept({ topic: shared.topic, payload });
  }

  /** A response that a repetition cannot change rejects the topic. */
  #onError(shared: SharedTopic, error: Error): void {
    const isAnswer = error instanceof ApiError && [403, 404, 409, 422].includes(error.status);
    if (isAnswer) {
      this.#handler.onRejected(shared, error.message);
      return;
    }
    this.#failures += 1;
    if (this.#failures >= FAILURES_MAX) this.#handler.onLost(error.message);
  }
}
