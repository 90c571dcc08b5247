import { ApiError } from "./errors.ts";

const DELAY_MS_MAX = 8_000;

/**
 * Run `task` until it succeeds, with exponential backoff, and return its result. An error response
 * that a retry cannot change is thrown immediately, any other error after `attemptsMax` attempts.
 * Returns undefined as soon as `isCurrent` returns false.
 */
export async function retry<T>(
  task: () => Promise<T>,
  isCurrent: () => boolean,
  attemptsMax = Number.POSITIVE_INFINITY,
): Promise<T | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await task();
      return isCurrent() ? result : undefined;
    } catch (error) {
      if (!isCurrent()) return undefined;
      if (isPermanent(error) || attempt >= attemptsMax) throw error;
    }
    const delayMs = Math.min(DELAY_MS_MAX, 125 * 2 ** attempt);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (!isCurrent()) return undefined;
  }
}

/** Return whether a retry would fail in the same way. */
const isPermanent = (error: unknown): boolean =>
  error instanceof ApiError && error.status < 500 && error.status !== 429;
