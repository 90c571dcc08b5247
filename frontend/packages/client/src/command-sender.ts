import { ApiError, NotConnectedError } from "./errors.ts";
import type { Connection } from "./feeds.ts";
import { newIdempotencyKey } from "./idempotency-key.ts";
import { hasUpdates } from "./socket-options.ts";

/** What becomes of commands while there is no connection. */
export interface CommandPolicy {
  /**
   * `refuse`, the default: a command rejects immediately with a NotConnectedError. `keep`: it is
   * sent with its key once the connection is back and the state of the account is known again.
   */
  whileDisconnected?: "refuse" | "keep";
  /**
   * The time in ms, 10,000 by default, within which a command is sent, and sent again if its
   * response was lost. After it the command rejects with a NotConnectedError.
   */
  timeLimitMs?: number;
}

export interface CommandSenderOptions extends CommandPolicy {
  /** Resolves once the effects of a command would be reported. */
  isReady?(): Promise<unknown>;
}

const TIME_LIMIT_MS = 10_000;

/** Sends commands, each with an idempotency key, while there is a connection. */
export class CommandSender {
  readonly #connection: Connection;
  readonly #keeps: boolean;
  readonly #timeLimitMs: number;
  readonly #isReady: () => Promise<unknown>;

  constructor(
    connection: Connection,
    {
      whileDisconnected = "refuse",
      timeLimitMs = TIME_LIMIT_MS,
      isReady = () => Promise.resolve(),
    }: CommandSenderOptions = {},
  ) {
    this.#connection = connection;
    this.#keeps = whileDisconnected === "keep";
    this.#timeLimitMs = timeLimitMs;
    this.#isReady = isReady;
  }

  /**
   * Call `command` with an idempotency key. If its response is lost, call it again with the same
   * key after a reconnection, so that it is executed once. An ApiError is a response and is thrown,
   * except one that leaves the outcome unknown. Throws NotConnectedError without a connection, or
   * with none in time.
   */
  async send<T>(
    command: (key: string) => Promise<T>,
    key: string = newIdempotencyKey(),
  ): Promise<T> {
    const deadline = performance.now() + this.#timeLimitMs;
    if (!this.#isConnected && !this.#keeps) {
      throw new NotConnectedError("There is no connection to the server; nothing was sent.");
    }
    await inTime(this.#keeps ? this.#isSynchronized() : this.#isReady(), deadline);
    let wasSent = false;
    while (true) {
      try {
        return await command(key);
      } catch (error) {
        if (isAnswer(error)) throw error;
        wasSent ||= !(error instanceof NotConnectedError && !error.wasSent);
        if (!(await this.#reconnectsBefore(deadline))) {
          const outcome = wasSent
            ? "it is not known whether the command arrived."
            : "the command was not sent.";
          throw new NotConnectedError(`The connection was lost, and ${outcome}`, wasSent);
        }
      }
    }
  }

  get #isConnected(): boolean {
    // Without a subscription the socket is not open, and no effects are to be reported.
    const { state } = this.#connection;
    return hasUpdates(state) || state.phase === "idle";
  }

  /** Wait for a connection with which the state of the account is known. */
  async #isSynchronized(): Promise<void> {
    do {
      await this.#connection.synchronized();
      await this.#isReady();
    } while (!this.#isConnected);
  }

  /** Wait for a connection, at least 100 ms: the loss of the socket may not be detected yet. */
  async #reconnectsBefore(deadline: number): Promise<boolean> {
    do {
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (this.#isConnected) return performance.now() < deadline;
    } while (performance.now() < deadline);
    return false;
  }
}

/** Wait for `condition` before a command is sent. Throws NotConnectedError at the deadline. */
async function inTime(condition: Promise<unknown>, deadline: number): Promise<void> {
  const late = Promise.withResolvers<never>();
  const message = "The connection and the account were not ready in time; nothing was sent.";
  const timer = setTimeout(
    () => late.reject(new NotConnectedError(message)),
    deadline - performance.now(),
  );
  condition.catch(() => {});
  try {
    await Promise.race([condition, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Return whether an error is the response to a command. */
const isAnswer = (error: unknown): boolean =>
  error instanceof ApiError && error.code !== "outcome_unknown";
