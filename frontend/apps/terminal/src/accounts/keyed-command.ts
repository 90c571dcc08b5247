import { newIdempotencyKey } from "@trading-api/client";
import { isRefusedByChecks } from "../refusals.ts";

/**
 * Return a function that sends a command with an idempotency key. The same content has the same key
 * until it succeeded or the broker's checks refused it, so that a command whose answer was lost is
 * done once, even if a retry is refused for its access or its rate.
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
      if (isRefusedByChecks(error)) unanswered = null;
      throw error;
    }
  };
}
