import { ApiError } from "@trading-api/client";

/** Refusals of the request before the broker looks at it: no access, too late, too many. */
const BEFORE_CHECKS: readonly number[] = [401, 403, 408, 429];

/** Return whether the broker's own checks refused a request, so that it was not and will not be done. */
export const isRefusedByChecks = (error: unknown): error is ApiError =>
  error instanceof ApiError &&
  error.status >= 400 &&
  error.status < 500 &&
  !BEFORE_CHECKS.includes(error.status);
