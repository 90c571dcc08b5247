import { ApiError, type TradingClient } from "@trading-api/client";

const RETRY_MS = 1_500;

/**
 * Repeat `read` over an outage until the server answers, and return the answer. An error response
 * that a repetition cannot change is thrown. Returns undefined once `isCurrent` returns false.
 */
export async function readUntilAnswered<T>(
  socket: Pick<TradingClient["socket"], "onState">,
  read: () => Promise<T>,
  isCurrent: () => boolean = () => true,
): Promise<T | undefined> {
  while (isCurrent()) {
    try {
      const found = await read();
      return isCurrent() ? found : undefined;
    } catch (error) {
      if (isPermanent(error)) throw error;
    }
    await reconnectionOrTimeout(socket);
  }
  return undefined;
}

/** Return whether the server would answer a repetition with the same error. */
export const isPermanent = (error: unknown): boolean =>
  error instanceof ApiError && error.status < 500 && error.status !== 429;

/** Wait for the next connection, and at most for a while. */
function reconnectionOrTimeout(socket: Pick<TradingClient["socket"], "onState">): Promise<void> {
  return new Promise((resolve) => {
    const stop = socket.onState(({ phase }) => {
      if (phase === "connected") finish();
    });
    const timer = setTimeout(() => finish(), RETRY_MS);
    const finish = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
  });
}
