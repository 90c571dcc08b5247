import { RefusedError } from "./errors.ts";

const DELAY_MS_MAX = 8_000;

/**
 * What `task` resolves to, asked again while there is no answer, or none that lasts; a refusal is
 * one, and rejects at once. undefined as soon as `isWanted` says no.
 */
export async function retrying<T>(
  task: () => Promise<T>,
  isWanted: () => boolean,
  attemptsMax = Number.POSITIVE_INFINITY,
): Promise<T | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await task();
      return isWanted() ? result : undefined;
    } catch (error) {
      if (!isWanted()) return undefined;
      if (isFinal(error) || attempt >= attemptsMax) throw error;
    }
    const delayMs = Math.min(DELAY_MS_MAX, 125 * 2 ** attempt);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (!isWanted()) return undefined;
  }
}

const isFinal = (error: unknown): boolean =>
  error instanceof RefusedError && error.status < 500 && error.status !== 429;
