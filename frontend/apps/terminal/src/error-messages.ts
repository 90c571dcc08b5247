import { ApiError, NotConnectedError } from "@trading-api/client";
import { texts } from "./texts/texts.ts";

/** Return the message of an error, without what concerns only callers of the REST API. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError && texts.errors.messages[error.code] !== undefined) {
    return texts.errors.messages[error.code] ?? error.message;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Return what the user should do about an error, or undefined. */
export function adviceFor(error: unknown): string | undefined {
  if (error instanceof NotConnectedError) {
    return error.wasSent ? texts.errors.wasSent : texts.errors.wasNotSent;
  }
  if (error instanceof ApiError) return texts.errors.advice[error.code];
  return undefined;
}
