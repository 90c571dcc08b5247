import { ApiError, NotConnectedError } from "./errors.ts";
import type { Connection } from "./feeds.ts";

/** How long a command whose response was lost waits for a reconnection. */
const RECONNECT_TIMEOUT_MS = 10_000;

/** Sends commands, each with an idempotency key, while there is a connection. */
export class CommandSender {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Call `command` with a new idempotency key. If its response is lost, call it again with the same
   * key after a reconnection, so that it is executed once. An ApiError is a response and is thrown.
   * Throws NotConnectedError without a connection, or with none in time.
   */
  async send<T>(command: (key: string) => Promise<T>): Promise<T> {
    this.requireConnection();
    const key = newIdempotencyKey();
    const deadline = performance.now() + RECONNECT_TIMEOUT_MS;
    while (true) {
      try {
        return await command(key);
      } catch (error) {
        if (error instanceof ApiError) throw error;
        if (!(await this.#reconnectsBefore(deadline))) {
          const message =
            "The connection was lost, and it is not known whether the command arrived.";
          throw new NotConnectedError(message, true);
        }
      }
    }
  }

  /** Wait for `condition` before a command is sent. Throws NotConnectedError after a timeout. */
  async withTimeout<T>(condition: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const message = "The server did not send the account in time; nothing was sent.";
    const timer = setTimeout(
      () => late.reject(new NotConnectedError(message)),
      RECONNECT_TIMEOUT_MS,
    );
    try {
      return await Promise.race([condition, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Throw a NotConnectedError without a connection. */
  requireConnection(): void {
    if (!this.#isConnected) {
      throw new NotConnectedError("There is no connection to the server; nothing was sent.");
    }
  }

  get #isConnected(): boolean {
    return this.#connection.state.phase === "connected";
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

/** Return 128 random bits in hex. Pages that are not served over HTTPS have no `randomUUID`. */
function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
