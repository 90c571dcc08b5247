import { ApiError, newIdempotencyKey } from "@trading-api/client";

/**
 * Return a function that sends a command with an idempotency key. The same content has the same key
 * until it succeeded or was refused, so that a command whose answer was lost is done once.
 */
export function keyedCommand<T extends readonly unknown[]>(
  send: (key: string, ...content: T) => Promise<void>,
  newKey: () => string = newIdempotencyKey,
): (...content: T) => Promise<void> {
  let unanswered: { content: string; key: string } | null = null;
  return async (...content) => {
    const text = JSON.stringify(content);
    const key = unanswered?.content === text ? unanswered.key : newKey();
    unanswered = { content: text, key };
    try {
      await send(key, ...content);
      unanswered = null;
    } catch (error) {
      const isRefused = error instanceof ApiError && error.status < 500;
      if (isRefused) unanswered = null;
      throw error;
    }
  };
}
