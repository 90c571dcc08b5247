/** Return the message in a frame, or null where there is none. */
export function parseMessage(text: unknown): { type: string; payload: unknown } | null {
  try {
    const message = JSON.parse(String(text));
    return typeof message?.type === "string" ? message : null;
  } catch {
    return null;
  }
}
