import { NotConnectedError, RefusedError } from "./errors.ts";
import type { Connection } from "./feeds.ts";

/** How long a command whose answer was lost waits for the connection to come back. */
const PATIENCE_MS = 10_000;

/** Sends commands, each with a name of its own, while there is a connection to hear of them. */
export class Commands {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Where the answer is lost, `send` is called with the same key again once the connection is
   * back, which does nothing twice. `send` rejects with a RefusedError where there was an answer.
   */
  async run<T>(send: (key: string) => Promise<T>): Promise<T> {
    this.refuseWithoutConnection();
    const key = newKey();
    const deadline = Date.now() + PATIENCE_MS;
    while (true) {
      try {
        return await send(key);
      } catch (error) {
        if (error instanceof RefusedError) throw error;
        if (!(await this.#isBackBefore(deadline))) {
          const message =
            "The connection was lost, and it is not known whether the command arrived.";
          throw new NotConnectedError(message, true);
        }
      }
    }
  }

  /** What has to be there before anything is sent; rejects if it takes too long. */
  async within<T>(condition: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const message = "The server is slow to tell of the account; nothing was sent.";
    const timer = setTimeout(() => late.reject(new NotConnectedError(message)), PATIENCE_MS);
    try {
      return await Promise.race([condition, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  refuseWithoutConnection(): void {
    if (!this.#isConnected) {
      throw new NotConnectedError("There is no connection to the server; nothing was sent.");
    }
  }

  get #isConnected(): boolean {
    return this.#connection.state.phase === "connected";
  }

  /** At least a moment later: that the socket is lost too may not be known yet. */
  async #isBackBefore(deadline: number): Promise<boolean> {
    do {
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (this.#isConnected) return Date.now() < deadline;
    } while (Date.now() < deadline);
    return false;
  }
}

/** 128 random bits. `randomUUID` is missing on pages that are not served over HTTPS. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
