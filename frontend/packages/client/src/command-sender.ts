import { ApiError, NotConnectedError } from "./errors.ts";
import type { Connection } from "./feeds.ts";

/** How long a command whose answer was lost waits for the connection to come back. */
const RECONNECT_TIMEOUT_MS = 10_000;

/** Sends commands, each with a name of its own, while there is a connection to hear of them. */
export class CommandSender {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Where the answer is lost, `command` is called with the same key again once the connection is
   * back, which does nothing twice. `command` rejects with a ApiError where there was an answer.
   */
  async send<T>(command: (key: string) => Promise<T>): Promise<T> {
    this.requireConnection();
    const key = newIdempotencyKey();
    const deadline = Date.now() + RECONNECT_TIMEOUT_MS;
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

  /** What has to be there before anything is sent; rejects if it takes too long. */
  async withTimeout<T>(condition: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const message = "The server is slow to tell of the account; nothing was sent.";
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

  requireConnection(): void {
    if (!this.#isConnected) {
      throw new NotConnectedError("There is no connection to the server; nothing was sent.");
    }
  }

  get #isConnected(): boolean {
    return this.#connection.state.phase === "connected";
  }

  /** At least a moment later: that the socket is lost too may not be known yet. */
  async #reconnectsBefore(deadline: number): Promise<boolean> {
    do {
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (this.#isConnected) return Date.now() < deadline;
    } while (Date.now() < deadline);
    return false;
  }
}

/** 128 random bits. `randomUUID` is missing on pages that are not served over HTTPS. */
function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
