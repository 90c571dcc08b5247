import { ApiError, type TradingClient } from "@trading-api/client";

const RETRY_MS = 1_500;

/**
 * Repeat `read` over an outage until the server answers, and return the answer. A time that the
 * server names is waited for. An error response that a repetition cannot change is thrown. Returns
 * undefined once `isCurrent` returns false.
 */
export async function readUntilAnswered<T>(
  socket: Pick<TradingClient["socket"], "onState">,
  read: () => Promise<T>,
  isCurrent: () => boolean = () => true,
): Promise<T | undefined> {
  while (isCurrent()) {
    let waitMs = RETRY_MS;
    try {
      const found = await read();
      return isCurrent() ? found : undefined;
    } catch (error) {
      if (isPermanent(error)) throw error;
      if (error instanceof ApiError) waitMs = Math.max(waitMs, (error.retryAfterS ?? 0) * 1_000);
    }
    await reconnectionOrTimeout(socket, waitMs);
  }
  return undefined;
}

/** Return whether the server would answer a repetition with the same error. */
export const isPermanent = (error: unknown): boolean =>
  error instanceof ApiError && error.status < 500 && error.status !== 429;

/** Wait for the next connection, and at most for a while. */
function reconnectionOrTimeout(
  socket: Pick<TradingClient["socket"], "onState">,
  waitMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const stop = socket.onState(({ phase }) => {
      if (phase === "connected") finish();
    });
    const timer = setTimeout(() => finish(), waitMs);
    const finish = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
  });
}
